/** From values to places on the paper, and the round numbers beside an axis. */

import type { Axis } from './plot.ts';

export interface Scale {
  /** The place of a value, in px; NaN where the axis has none. */
  (value: number): number;
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly { readonly value: number; readonly text: string }[];
}

/** Nothing smaller can be told from 0 on paper. */
const LEAST = 1e-100;

/** The axis for these values over the px from `from` to `to`. */
export function createScale(
  axis: Axis,
  values: readonly number[],
  [from, to]: readonly [number, number],
  tickCount: number,
): Scale {
  const isLog = axis.scale === 'log';
  const usable = values.filter((value) => Number.isFinite(value) && (!isLog || value >= LEAST));
  const least = axis.min ?? usable.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = axis.max ?? usable.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const [low, high] = interval(least, most, isLog);
  if (isLog) {
    const first = Math.floor(Math.log10(low) + 1e-9);
    const last = Math.max(Math.ceil(Math.log10(high) - 1e-9), first + 1);
    const [min, max] = [axis.min ?? 10 ** first, axis.max ?? 10 ** last];
    const place = (value: number): number =>
      value > 0 ? from + (Math.log(value / min) / Math.log(max / min)) * (to - from) : Number.NaN;
    const stride = Math.ceil((last - first) / 8);
    const powers = Array.from(
      { length: Math.floor((last - first) / stride) + 1 },
      (_, i) => first + i * stride,
    )
      .map((exponent) => 10 ** exponent)
      .filter((value) => value >= min * 0.9999 && value <= max * 1.0001);
    return Object.assign(place, { min, max, ticks: powers.map((value) => ({ value, text: plain(value) })) });
  }
  const step = niceStep(
    Math.max(high - low, LEAST + 1e-12 * Math.max(Math.abs(high), Math.abs(low))) / tickCount,
  );
  const min = axis.min ?? Math.floor(low / step + 1e-9) * step;
  const max = axis.max ?? Math.max(Math.ceil(high / step - 1e-9) * step, min + step);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const place = (value: number): number => from + ((value - min) / (max - min || 1)) * (to - from);
  const first = Math.ceil(min / step - 1e-9);
  const ticks = Array.from({ length: Math.floor(max / step + 1e-9) - first + 1 }, (_, i) => {
    const value = (first + i) * step;
    return { value, text: digits > 8 ? value.toExponential(1) : value.toFixed(digits) };
  });
  return Object.assign(place, { min, max, ticks });
}

/** The round number (1, 2 or 5 times a power of ten) that is at least this. */
export function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const multiple = [1, 2, 5, 10].find((m) => m * power >= rough * (1 - 1e-9)) ?? 10;
  return multiple * power;
}

/** 1000000 as 1e6, 0.001 as it is. */
function plain(value: number): string {
  return value >= 1e5 || value < 1e-3 ? value.toExponential(0).replace('e+', 'e') : String(value);
}

/** The ends of the data, moved apart where they are one value or none. */
function interval(least: number, most: number, isLog: boolean): [number, number] {
  if (!(least <= most)) return isLog ? [1, 10] : [0, 1];
  if (least < most) return [least, most];
  return isLog || least === 0 ? [least, least + 1] : [Math.min(least, 0), Math.max(least, 0)];
}
