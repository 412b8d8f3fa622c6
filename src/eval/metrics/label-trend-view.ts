/** The shares of labels over time as a table and as a plot. */

import type { Plot } from '../../plots/index.ts';
import type { InspectTable } from '../inspect/inspect-tables.ts';
import type { LabelTrend } from './label-trend.ts';

const percent = (share: number): string => (100 * share).toFixed(1);

/** A row for each period: its beginning, its texts, then the share of each label in percent with its interval. */
export function trendTable({ periods, labels }: LabelTrend): InspectTable {
  const heads = labels.map(({ label }) => `${label}, %`);
  return {
    columns: [{ en: 'from', zh: '起' }, { en: 'texts', zh: '文本' }, ...heads],
    rows: periods.map(({ start, count, shares }) => [
      start,
      count,
      ...shares.map(({ share, interval: { low, high } }) =>
        count === 0 ? '–' : `${percent(share)} (${percent(low)}–${percent(high)})`,
      ),
    ]),
  };
}

/** A line for each label; a period without texts is a gap. */
export function trendPlot({ periods, labels }: LabelTrend): Plot {
  return {
    title: { en: 'Labels over time', zh: '标签随时间的变化' },
    x: { label: { en: 'from', zh: '起' }, categories: periods.map(({ start }) => start) },
    y: { label: { en: 'share of the texts', zh: '占文本的比例' }, min: 0, max: 1 },
    marks: labels.map(({ label }, i) => ({
      type: 'line',
      name: label,
      points: periods.map(({ shares }, x) => {
        const { share, interval } = shares[i];
        return { x, y: share, ...interval };
      }),
    })),
  };
}
