/** Adapters of the sequences of one step: whose rows each of them changes. */

import { type AdapterRows, type LayerAdapters, withLayerAdapters } from '../nn/index.ts';
import type { DecoderParams } from './decoder.ts';

/** How many tokens are read, and with which adapter. */
interface Reading {
  readonly count: number;
  readonly adapter: string | undefined;
}

/** Whether experts are changed: their rows are those that a router sends, not the rows of a sequence. */
export const changesExperts = (adapters: Readonly<Record<string, LayerAdapters>>): boolean =>
  Object.values(adapters).some((layers) => Object.keys(layers).some((path) => path.includes('.experts.')));

/**
 * Rows of one adapter stand together, in one run or `apart` in a run of each adapter; results come back in the order of the
 * readings.
 */
export function inAdapterOrder<One extends Reading, Result>(
  readings: readonly One[],
  run: (ordered: readonly One[]) => readonly Result[],
  apart = false,
): Result[] {
  if (readings.every(({ adapter }) => adapter === readings[0].adapter)) return [...run(readings)];
  const places = readings.map((_, i) => i);
  const nameAt = (i: number): string => readings[i].adapter ?? '';
  places.sort((a, b) => (nameAt(a) === nameAt(b) ? a - b : nameAt(a) < nameAt(b) ? -1 : 1));
  const inOrder = places.map((i) => readings[i]);
  const names = [...new Set(inOrder.map(({ adapter }) => adapter))];
  const groups = apart ? names.map((name) => inOrder.filter(({ adapter }) => adapter === name)) : [inOrder];
  const ordered = groups.flatMap(run);
  const results: Result[] = [];
  places.forEach((place, i) => {
    results[place] = ordered[i];
  });
  return results;
}

/** The weights with what changes the rows of ordered readings beside them; those of one adapter are kept, and those of the last step. */
export function adaptedWeights(
  weights: DecoderParams,
  adapters: Readonly<Record<string, LayerAdapters>>,
): (readings: readonly Reading[]) => DecoderParams {
  const whole = new Map<string, DecoderParams>();
  let last: { readonly key: string; readonly weights: DecoderParams } | undefined;
  return (readings) => {
    if (readings.every(({ adapter }) => adapter === undefined)) return weights;
    const pieces: { rows: number; readonly name: string | undefined }[] = [];
    for (const { count, adapter: name } of readings) {
      const open = pieces.at(-1);
      if (open && open.name === name) open.rows += count;
      else pieces.push({ rows: count, name });
    }
    if (pieces.length === 1) {
      const name = pieces[0].name!;
      const found = whole.get(name) ?? withLayerAdapters(weights, adapters[name]);
      whole.set(name, found);
      return found;
    }
    const key = pieces.map(({ rows, name }) => `${rows} ${name ?? ''}`).join('\0');
    if (last?.key !== key) last = { key, weights: withLayerAdapters(weights, rowsByLayer(pieces, adapters)) };
    return last.weights;
  };
}

function rowsByLayer(
  pieces: readonly { readonly rows: number; readonly name: string | undefined }[],
  adapters: Readonly<Record<string, LayerAdapters>>,
): LayerAdapters<AdapterRows> {
  const used = pieces.flatMap(({ name }) => (name === undefined ? [] : Object.keys(adapters[name])));
  const rowsOf = (path: string): AdapterRows =>
    pieces.map(({ rows, name }) => ({
      rows,
      adapter: name === undefined ? undefined : adapters[name][path],
    }));
  return Object.fromEntries([...new Set(used)].map((path) => [path, rowsOf(path)]));
}
