/** The plots of measured texts, one line a text, as data for the plots room. */

import type { Label, Mark, Plot, Point } from '../../plots/index.ts';
import type { SymbolUnit } from './symbols.ts';
import type { TextStatistics } from './text-statistics.ts';

export interface NamedStatistics {
  readonly name: string;
  readonly statistics: TextStatistics;
}

export const unitWords: { readonly [Unit in SymbolUnit]: { readonly en: string; readonly zh: string } } = {
  character: { en: 'character', zh: '字符' },
  word: { en: 'word', zh: '词' },
  token: { en: 'token', zh: '词元' },
};

/** The plots by name: `entropy`, `information`, `growth`, `ranks`. At least 1 text, all in one unit. */
export function statisticsPlots(all: readonly NamedStatistics[]): { readonly [name: string]: Plot } {
  const unit = unitWords[all[0].statistics.unit];
  const count: Label = { en: `${unit.en}s`, zh: `${unit.zh}数` };
  const lines = (points: (statistics: TextStatistics) => readonly Point[]): Mark[] =>
    all.map(({ name, statistics }) => ({ type: 'line', name, points: points(statistics) }));
  return {
    entropy: {
      title: { en: 'Entropy of the next symbol given those before', zh: '已知前文时下一个符号的熵' },
      x: { label: { en: `${unit.en}s before it`, zh: `前文${unit.zh}数` } },
      y: { label: { en: `bits a ${unit.en}`, zh: `每${unit.zh}比特` }, min: 0 },
      marks: lines(({ blocks }) => blocks.map(({ n, conditional }) => ({ x: n - 1, y: conditional }))),
    },
    information: {
      title: { en: 'Information about what comes later', zh: '对后文的信息量' },
      x: { label: { en: `distance in ${unit.en}s`, zh: `距离（${unit.zh}）` }, scale: 'log' },
      y: { label: { en: 'bits', zh: '比特' }, scale: 'log' },
      marks: [
        ...lines(({ information }) => information.map(({ distance, bits }) => ({ x: distance, y: bits }))),
        ...all.map(
          ({ name, statistics: { chance } }): Mark => ({
            type: 'level',
            name: { en: `${name}, shuffled`, zh: `${name}（打乱后）` },
            y: chance.bits,
          }),
        ),
      ],
    },
    growth: {
      title: { en: 'Growth of the vocabulary (Heaps)', zh: '词汇的增长（Heaps）' },
      x: { label: count, scale: 'log' },
      y: { label: { en: `different ${unit.en}s`, zh: `不同${unit.zh}数` }, scale: 'log' },
      marks: lines(({ growth }) => growth.points.map(({ symbols, kinds }) => ({ x: symbols, y: kinds }))),
    },
    ranks: {
      title: { en: 'Frequency by rank (Zipf)', zh: '频次与排名（Zipf）' },
      x: { label: { en: 'rank', zh: '排名' }, scale: 'log' },
      y: { label: { en: 'count', zh: '频次' }, scale: 'log' },
      marks: lines(({ ranks }) => ranks.map(({ rank, count: y }) => ({ x: rank, y }))),
    },
  };
}
