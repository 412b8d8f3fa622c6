/** Counting values into bars. */

import type { Bar } from './plot.ts';
import { niceStep } from './scale.ts';

/** Bars of equal, round width over the values: x is the middle of a bar, y the share of the values in it. */
export function histogram(
  values: readonly number[],
  { bars = 20, total = values.length }: { readonly bars?: number; readonly total?: number } = {},
): { readonly bars: readonly Bar[]; readonly width: number } {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return { bars: [], width: 1 };
  const least = finite.reduce((a, b) => Math.min(a, b));
  const most = finite.reduce((a, b) => Math.max(a, b));
  const width = niceStep((most - least) / bars || 1);
  const first = Math.floor(least / width);
  const counts = new Array<number>(Math.floor(most / width) - first + 1).fill(0);
  for (const value of finite) counts[Math.floor(value / width) - first]++;
  return { bars: counts.map((count, i) => ({ x: (first + i + 0.5) * width, y: count / total })), width };
}
