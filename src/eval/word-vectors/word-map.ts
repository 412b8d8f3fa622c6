/** Words in the plane: the two directions in which their vectors differ most. */

import type { Plot } from '../../plots/index.ts';
import { principalComponents } from '../principal-components.ts';
import { numberOf, rowOf, type WordSpace } from './word-neighbours.ts';

export interface WordMap {
  readonly dots: readonly { readonly word: string; readonly x: number; readonly y: number }[];
  /** The share of the variance along each axis. */
  readonly explained: readonly number[];
}

/** Places of at least 2 words. @throws when one has no vector. */
export function wordMap(space: WordSpace, words: readonly string[]): WordMap {
  const rows = words.map((word) => Float64Array.from(rowOf(space, numberOf(space, word))));
  const { places, explained } = principalComponents(rows, 2);
  return { dots: words.map((word, i) => ({ word, x: places[i][0], y: places[i][1] })), explained };
}

/** The map as a plot, each dot with its word. */
export function wordMapPlot({ dots, explained }: WordMap): Plot {
  const axis = (component: number) => {
    const share = (100 * explained[component]).toFixed(0);
    return {
      en: `component ${component + 1}: ${share} % of the variance`,
      zh: `第 ${component + 1} 主成分：方差的 ${share} %`,
    };
  };
  return {
    title: { en: 'Words by their vectors', zh: '词向量的平面图' },
    x: { label: axis(0) },
    y: { label: axis(1) },
    marks: [{ type: 'points', points: dots.map(({ word, x, y }) => ({ x, y, label: word })) }],
    width: 900,
    height: 640,
  };
}
