/** How the shares of labels change over time: by day, week, month or year, with intervals and a test for a trend. */

import { fail } from '../errors.ts';
import { normalShare } from '../search/expected-improvement.ts';
import { type Interval, wilsonInterval } from '../significance.ts';

/** A length of calendar time; a week begins on Monday. */
export type Period = (typeof periods)[number];
export const periods = ['day', 'week', 'month', 'year'] as const;

/** A label, and the day of its text: days after 1970-01-01, as the date was written; no time zone moves it. */
export interface DatedLabel {
  readonly label: string;
  readonly day: number;
}

export interface LabelShare {
  readonly label: string;
  readonly count: number;
  readonly share: number;
  /** Wilson's, 95 %. */
  readonly interval: Interval;
}

export interface LabelTrend {
  readonly every: Period;
  /** From the first period to the last, also those without a text; `start`: 2020-03-02, 2020-03 or 2020. Shares are in the order of `labels`. */
  readonly periods: readonly {
    readonly start: string;
    readonly count: number;
    readonly shares: readonly LabelShare[];
  }[];
  /** The most frequent label first. `z` > 0: its share rises; `pValue`, two-sided: so strong a trend by chance. NaN where nothing can rise. */
  readonly labels: readonly {
    readonly label: string;
    readonly count: number;
    readonly z: number;
    readonly pValue: number;
  }[];
}

/** Periods at most: a chart of more shows nothing. */
const MOST_PERIODS = 2000;
/** Where none is given, the shortest period of which there are fewer. */
const USUAL_PERIODS = 40;
const DAY_MS = 86_400_000;
/** 1970-01-01 was a Thursday: so many days after a Monday. */
const MONDAY = 3;

const DATES = [
  /^\s*(\d{4})(\d{2})(\d{2})(?!\d)/,
  /^\s*(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2}))?)?(?!\d)/,
];

/**
 * The day that a date tells, for a `DatedLabel`: 2020-03-01, 2020/3/1, 2020年3月1日, 20200301, with or without a time behind it; of 2020-03
 * or 2020 the first day. `undefined`: no date of the calendar.
 */
export function readDay(text: string): number | undefined {
  const found = DATES.map((form) => form.exec(text)).find(Boolean);
  if (!found) return undefined;
  const [year, month, day] = [found[1], found[2] ?? 1, found[3] ?? 1].map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  const isReal = year >= 1000 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isReal ? date.getTime() / DAY_MS : undefined;
}

/** @throws `eval/trend` without a text, or over more than 2,000 periods */
export function labelTrend(items: readonly DatedLabel[], every?: Period): LabelTrend {
  if (items.length === 0)
    throw fail('eval/trend', { rule: 'texts with a date', zhRule: '有日期的文本', got: 0 });
  const [first, last] = items.reduce(
    ([low, high], { day }) => [Math.min(low, day), Math.max(high, day)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  const chosen =
    every ??
    periods.find((period) => placeOf(last, period) - placeOf(first, period) < USUAL_PERIODS) ??
    'year';
  const from = placeOf(first, chosen);
  const length = placeOf(last, chosen) - from + 1;
  if (length > MOST_PERIODS) {
    const most = { rule: `at most ${MOST_PERIODS} periods`, zhRule: `至多 ${MOST_PERIODS} 个时段` };
    throw fail('eval/trend', { ...most, got: length });
  }
  const counts = new Map<string, Float64Array>();
  const totals = new Float64Array(length);
  for (const { label, day } of items) {
    const place = placeOf(day, chosen) - from;
    totals[place]++;
    const row = counts.get(label) ?? new Float64Array(length);
    row[place]++;
    counts.set(label, row);
  }
  const sum = (row: Float64Array) => row.reduce((a, b) => a + b, 0);
  const ordered = [...counts].sort(([a, x], [b, y]) => sum(y) - sum(x) || (a < b ? -1 : 1));
  return {
    every: chosen,
    periods: Array.from(totals, (count, i) => ({
      start: startOf(from + i, chosen),
      count,
      shares: ordered.map(([label, row]) => ({
        ...{ label, count: row[i], share: row[i] / count },
        interval: wilsonInterval(row[i], count),
      })),
    })),
    labels: ordered.map(([label, row]) => ({ label, count: sum(row), ...armitage(row, totals) })),
  };
}

/**
 * The Cochran–Armitage test for a trend of shares over equal steps (Armitage 1955), normal approximation, as R's `prop.trend.test` but for
 * the sign.
 */
export function armitage(
  hits: ArrayLike<number>,
  totals: ArrayLike<number>,
): { readonly z: number; readonly pValue: number } {
  let [all, positive, weighted, squared] = [0, 0, 0, 0];
  for (let i = 0; i < totals.length; i++) {
    all += totals[i];
    positive += hits[i];
    weighted += i * totals[i];
    squared += i * i * totals[i];
  }
  const share = positive / all;
  let lean = 0;
  for (let i = 0; i < totals.length; i++) lean += i * (hits[i] - totals[i] * share);
  const variance = share * (1 - share) * (squared - (weighted * weighted) / all);
  const z = variance > 0 ? lean / Math.sqrt(variance) : Number.NaN;
  return { z, pValue: 2 * normalShare(-Math.abs(z)) };
}

/** The number of the period that a day is in. */
function placeOf(day: number, every: Period): number {
  if (every === 'day') return day;
  if (every === 'week') return Math.floor((day + MONDAY) / 7);
  const date = new Date(day * DAY_MS);
  return every === 'year' ? date.getUTCFullYear() : 12 * date.getUTCFullYear() + date.getUTCMonth();
}

/** How the beginning of a period is written. */
function startOf(place: number, every: Period): string {
  if (every === 'year') return String(place);
  if (every === 'month') return `${Math.floor(place / 12)}-${String((place % 12) + 1).padStart(2, '0')}`;
  return new Date((every === 'day' ? place : 7 * place - MONDAY) * DAY_MS).toISOString().slice(0, 10);
}
