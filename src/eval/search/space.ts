/** What a search may try: named settings with the values each can have, as coordinates between 0 and 1. */

import { fail } from '../errors.ts';

export type Setting = number | string;
export type Settings = { readonly [name: string]: Setting };

/** `log`: even in the logarithm; `int` and `log-int`: whole numbers; both ends are possible. */
export type Dimension =
  | { readonly type: 'float' | 'log' | 'int' | 'log-int'; readonly low: number; readonly high: number }
  | { readonly type: 'choice'; readonly values: readonly Setting[] };
export type SearchSpace = { readonly [name: string]: Dimension };

const ranges = ['float', 'log', 'int', 'log-int'] as const;

/** Dimensions, and values of one choice, at most. */
const LIMITS = { dimensions: 20, values: 100 };

/**
 * Reads `c=log:0.01:100; ngrams=int:1:3; loss=hinge,squared-hinge`: a range, or values joined by commas; one value alone is fixed, and at least
 * one setting must be free.
 *
 * @throws `eval/search-space`
 */
export function parseSpace(text: string): SearchSpace {
  const parts = text.split(/[;；]/).map((part) => part.trim());
  const entries = parts
    .filter((part) => part !== '')
    .map((part): [string, Dimension] => {
      const [, name, values] = /^([\w-]+)\s*=\s*(.+)$/.exec(part) ?? [];
      const dimension = values === undefined ? undefined : parseDimension(values);
      if (dimension) return [name, dimension];
      throw fail('eval/search-space', { got: part });
    });
  const space = Object.fromEntries(entries);
  const count = Object.keys(space).length;
  const isFree = Object.values(space).some((dimension) => sizeOf(dimension) > 1);
  if (!isFree || count < entries.length || count > LIMITS.dimensions) {
    throw fail('eval/search-space', { got: text });
  }
  return space;
}

function parseDimension(text: string): Dimension | undefined {
  const type = ranges.find((name) => text.startsWith(`${name}:`));
  if (type) {
    const [low, high, ...more] = text
      .slice(type.length + 1)
      .split(':')
      .map(numberOf);
    if (more.length > 0 || low === undefined || high === undefined || low >= high) return undefined;
    const isWhole = Number.isSafeInteger(low) && Number.isSafeInteger(high);
    if ((type.endsWith('int') && !isWhole) || (type.startsWith('log') && low <= 0)) return undefined;
    return { type, low, high };
  }
  const values = text.split(/[,，]/).map((value) => value.trim());
  const isSane = values.length <= LIMITS.values && new Set(values).size === values.length;
  if (!isSane || values.includes('')) return undefined;
  return { type: 'choice', values: values.map((value) => numberOf(value) ?? value) };
}

function numberOf(text: string): number | undefined {
  const value = Number(text);
  return text.trim() === '' || !Number.isFinite(value) ? undefined : value;
}

/** The space as `parseSpace` reads it. */
export function formatSpace(space: SearchSpace): string {
  return Object.entries(space)
    .map(([name, dimension]) => {
      if (dimension.type === 'choice') return `${name}=${dimension.values.join(',')}`;
      return `${name}=${dimension.type}:${dimension.low}:${dimension.high}`;
    })
    .join('; ');
}

/** How many values a dimension has; `Infinity` where they lie densely. */
export function sizeOf(dimension: Dimension): number {
  if (dimension.type === 'choice') return dimension.values.length;
  return dimension.type.endsWith('int') ? dimension.high - dimension.low + 1 : Number.POSITIVE_INFINITY;
}

/** The ends of a dimension; a whole number has the half before and behind it as its own. */
function scaleOf({ type, low, high }: Exclude<Dimension, { type: 'choice' }>) {
  const half = type.endsWith('int') ? 0.5 : 0;
  const isLog = type.startsWith('log');
  const [from, to] = [low - half, high + half].map((x) => (isLog ? Math.log(x) : x));
  return { from, width: to - from, isLog, isWhole: half > 0, low, high };
}

/** The value at a place in [0, 1]. */
export function valueAt(dimension: Dimension, unit: number): Setting {
  if (dimension.type === 'choice') {
    const { values } = dimension;
    return values[Math.min(values.length - 1, Math.floor(unit * values.length))];
  }
  const { from, width, isLog, isWhole, low, high } = scaleOf(dimension);
  const place = from + unit * width;
  const value = isLog ? Math.exp(place) : place;
  return Math.min(high, Math.max(low, isWhole ? Math.round(value) : Number(value.toPrecision(6))));
}

/** The settings at a place of the unit cube, one coordinate a dimension. */
export function settingsAt(space: SearchSpace, place: ArrayLike<number>): Settings {
  const entries = Object.entries(space);
  return Object.fromEntries(entries.map(([name, dimension], i) => [name, valueAt(dimension, place[i])]));
}

/** The place of settings in the unit cube: the middle of what stands for a whole number or a choice. */
export function placeOf(space: SearchSpace, settings: Settings): Float64Array {
  return Float64Array.from(Object.entries(space), ([name, dimension]) => {
    const value = settings[name];
    if (dimension.type === 'choice') {
      return (dimension.values.indexOf(value) + 0.5) / dimension.values.length;
    }
    const { from, width, isLog } = scaleOf(dimension);
    return ((isLog ? Math.log(value as number) : (value as number)) - from) / width;
  });
}

/** Settings as a key: equal settings, equal keys. */
export const keyOf = (space: SearchSpace, settings: Settings): string =>
  JSON.stringify(Object.keys(space).map((name) => settings[name]));
