/** Curves over steps: uPlot in the colours of the theme. */

import type { TermId } from '../../../src/glossary/index.ts';
import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { defineWords, useWords } from '../words.ts';
import classes from './chart.module.css';
import { MaybeExplained } from './explained.tsx';
import { curveValue, shortNumber } from './numbers.ts';

const words = defineWords({ step: { en: 'step', zh: '步' } });

export interface Curve {
  readonly label: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly color: string;
  readonly isPoints?: boolean;
  readonly isFaint?: boolean;
}

/** Colours that can be told apart, in light and in dark, and by most who see colours differently. */
export const curveColors = {
  light: ['#b23a2e', '#1f6f8b', '#8a6100', '#5b4b9a', '#2f7a3d', '#9c3d7a'],
  dark: ['#f08c7d', '#6cc3dd', '#e0b34d', '#b3a4f0', '#7fce8d', '#ea93c9'],
} as const;

export function useCurveColors(): readonly string[] {
  return curveColors[useComputedColorScheme('light')];
}

/** Curves of different steps on one axis: what a curve does not have at a step is a gap that is bridged. */
function join(curves: readonly Curve[]): uPlot.AlignedData {
  if (curves.length === 0) return [[]];
  return uPlot.join(curves.map(({ x, y }) => [x as number[], y as number[]]));
}

export function Chart({
  title,
  term,
  curves,
  height = 260,
  isLog = false,
}: {
  readonly title: string;
  /** What its title is about, in the glossary. */
  readonly term?: TermId;
  readonly curves: readonly Curve[];
  readonly height?: number;
  readonly isLog?: boolean;
}) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const say = useWords(words);
  const scheme = useComputedColorScheme('light');
  const shape = curves
    .map(({ label, color, isPoints, isFaint }) => `${label}${color}${isPoints}${isFaint}`)
    .join();
  const latest = useRef(curves);
  latest.current = curves;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape stands for the curves; their values come below
  useEffect(() => {
    const box = place.current!;
    const ink = scheme === 'dark' ? '#a3a6ad' : '#5c5f66';
    const line = scheme === 'dark' ? '#2e3035' : '#eceae6';
    const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
    const options: uPlot.Options = {
      width: box.clientWidth || 300,
      height,
      scales: { x: { time: false }, y: { distr: isLog ? 3 : 1 } },
      axes: [
        {
          ...axis,
          size: 34,
          label: say.step,
          labelSize: 18,
          labelFont: '12px system-ui',
          values: (_, ticks) => ticks.map(shortNumber),
        },
        {
          ...axis,
          size: 58,
          values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : shortNumber(tick))),
        },
      ],
      cursor: { y: false, points: { size: 6 } },
      legend: { live: true },
      series: [
        { label: say.step, value: (own, x, i, at) => atCursor(own, x, i, at)?.toLocaleString() ?? '–' },
        ...latest.current.map(({ label, color, isPoints, isFaint }) => ({
          label,
          stroke: isFaint ? `${color}55` : color,
          width: isFaint ? 1 : 1.75,
          spanGaps: true,
          points: { show: isPoints, size: 6, fill: color },
          value: (own: uPlot, y: number | null, i: number, at: number | null) =>
            readable(atCursor(own, y, i, at)),
        })),
      ],
    };
    const made = new uPlot(options, join(latest.current), box);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: box.clientWidth, height }));
    observer.observe(box);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [shape, scheme, height, isLog, say]);

  useEffect(() => plot.current?.setData(join(curves)), [curves]);

  return (
    <figure className={classes.figure}>
      <figcaption>
        <MaybeExplained term={term}>{title}</MaybeExplained>
      </figcaption>
      <div ref={place} className={classes.plot} role="img" aria-label={describe(title, curves)} />
    </figure>
  );
}

const readable = (value: number | null | undefined): string => (value == null ? '–' : curveValue(value));

/** The value that the legend shows: under the cursor, else the last. */
const atCursor = (plot: uPlot, value: number | null, series: number, at: number | null) =>
  at === null ? (plot.data[series] as (number | null)[]).findLast((one) => one != null) : value;

/** The chart in words: where each curve stands at its end. */
function describe(title: string, curves: readonly Curve[]): string {
  const ends = curves
    .filter(({ isFaint, y }) => !isFaint && y.length > 0)
    .map(({ label, y }) => `${label} ${curveValue(y.at(-1)!)}`);
  return ends.length > 0 ? `${title}: ${ends.join(', ')}` : title;
}
