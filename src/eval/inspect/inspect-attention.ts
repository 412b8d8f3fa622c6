/** Where the heads of a model look while it reads a text: small maps of all, and one in numbers. */

import type { Ids } from '../../repeat/index.ts';
import type { LanguageModel, StepResult } from '../../types.ts';
import { fail } from '../errors.ts';
import { inspectLimits } from './inspect-limits.ts';
import { checkBetween, checkText, readAlong } from './inspect-read.ts';

/** Mean weights over the places of the window, from the second token of the text on. */
export interface HeadScores {
  /** On the token before, on the first of the text, on itself. */
  readonly previous: number;
  readonly first: number;
  readonly self: number;
  /** On what followed the earlier copies of the present token (Olsson et al. 2022); none where no token comes again. */
  readonly induction?: number;
}

export interface HeadMap {
  readonly layer: number;
  readonly head: number;
  readonly scores: HeadScores;
  /** `size` × `size` cells, row by row: the greatest weight that falls into each, in percent. */
  readonly cells: readonly number[];
}

/** The part of a text that is looked at: places `from` to `to` − 1. */
export interface AttentionWindow {
  /** Default: so many places before `to` as a window may have. */
  readonly from?: number;
  /** Default: the end. */
  readonly to?: number;
  readonly signal?: AbortSignal;
}

export interface AttentionMaps {
  readonly from: number;
  readonly to: number;
  /** Cells of a map, each way. */
  readonly size: number;
  /** Layer by layer, head by head. */
  readonly heads: readonly HeadMap[];
}

export interface HeadWeights {
  readonly from: number;
  readonly to: number;
  /** `rows[i]`: where place `from` + i looks, from place `from` to itself. With `before[i]` it sums to 1. */
  readonly rows: readonly (readonly number[])[];
  /** What lies on the places before the window. */
  readonly before: readonly number[];
}

/** Every head of every layer, small, with its scores. */
export async function attentionMaps(
  model: LanguageModel,
  ids: Ids,
  window: AttentionWindow = {},
): Promise<AttentionMaps> {
  const [from, to] = windowOf('attentionMaps', model, ids, window);
  const span = to - from;
  const size = Math.min(span, inspectLimits.cells);
  const cellOf = (place: number): number => Math.floor(((place - from) * size) / span);
  const followers = followersOf(ids);
  const heads: { cells: number[]; sums: HeadSums }[][] = [];
  await readWindow(model, ids, { from, to, signal: window.signal }, (at, layers) => {
    const length = at + 1;
    layers.forEach((weights, layer) => {
      const count = weights.length / length;
      heads[layer] ??= Array.from({ length: count }, () => ({
        cells: new Array<number>(size * size).fill(0),
        sums: { places: 0, previous: 0, first: 0, self: 0, copies: 0, induction: 0 },
      }));
      heads[layer].forEach(({ cells, sums }, head) => {
        const row = weights.subarray(head * length, (head + 1) * length);
        const line = cellOf(at) * size;
        for (let key = from; key < length; key++) {
          const cell = line + cellOf(key);
          cells[cell] = Math.max(cells[cell], row[key]);
        }
        if (at > 0) addScores(sums, row, followers[at]);
      });
    });
  });
  return {
    from,
    to,
    size,
    heads: heads.flatMap((row, layer) =>
      row.map(({ cells, sums }, head) => ({
        layer,
        head,
        scores: scoresOf(sums),
        cells: cells.map((weight) => Math.round(100 * weight)),
      })),
    ),
  };
}

/** One head in numbers. */
export async function headWeights(
  model: LanguageModel,
  ids: Ids,
  { layer, head, ...window }: AttentionWindow & { readonly layer: number; readonly head: number },
): Promise<HeadWeights> {
  const [from, to] = windowOf('headWeights', model, ids, window);
  const rows: number[][] = [];
  const before: number[] = [];
  await readWindow(model, ids, { from, to, signal: window.signal }, (at, layers) => {
    checkBetween('headWeights', 'layer', layer, [0, layers.length - 1]);
    const length = at + 1;
    checkBetween('headWeights', 'head', head, [0, layers[layer].length / length - 1]);
    const row = Array.from(layers[layer].subarray(head * length, (head + 1) * length));
    rows.push(row.slice(from));
    before.push(row.slice(0, from).reduce((sum, weight) => sum + weight, 0));
  });
  return { from, to, rows, before };
}

function windowOf(
  where: string,
  model: LanguageModel,
  ids: Ids,
  { to = ids.length, from = Math.max(0, to - inspectLimits.window) }: AttentionWindow,
): [from: number, to: number] {
  checkText(where, model, ids);
  checkBetween(where, 'to', to, [1, ids.length]);
  checkBetween(where, 'from', from, [Math.max(0, to - inspectLimits.window), to - 1]);
  return [from, to];
}

function readWindow(
  model: LanguageModel,
  ids: Ids,
  { from, to, signal }: { readonly from: number; readonly to: number; readonly signal?: AbortSignal },
  visit: (at: number, layers: readonly Float32Array[]) => void,
): Promise<void> {
  const seen = Array.prototype.slice.call(ids, 0, to) as number[];
  const wants = { attention: true };
  return readAlong(model, seen, { wants, from, signal }, (at, result: StepResult, row) => {
    if (!result.attention) throw fail('eval/no-inside', { where: 'attention', what: 'attention' });
    visit(at, result.attention[row]);
  });
}

/** For each place, the places that follow earlier copies of its token. */
function followersOf(ids: Ids): number[][] {
  const places = new Map<number, number[]>();
  return Array.from(ids, (id, at) => {
    const known = places.get(id);
    const followers = known?.filter((place) => place < at) ?? [];
    if (known) known.push(at + 1);
    else places.set(id, [at + 1]);
    return followers;
  });
}

interface HeadSums {
  places: number;
  previous: number;
  first: number;
  self: number;
  copies: number;
  induction: number;
}

function addScores(sums: HeadSums, row: Float32Array, followers: readonly number[]): void {
  sums.places++;
  sums.self += row[row.length - 1];
  sums.previous += row[row.length - 2];
  sums.first += row[0];
  if (followers.length === 0) return;
  sums.copies++;
  for (const place of followers) sums.induction += row[place];
}

function scoresOf({ places, previous, first, self, copies, induction }: HeadSums): HeadScores {
  const mean = (sum: number): number => sum / Math.max(places, 1);
  return {
    previous: mean(previous),
    first: mean(first),
    self: mean(self),
    ...(copies > 0 && { induction: induction / copies }),
  };
}
