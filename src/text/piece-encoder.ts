/** From one pre-token to ids: a bounded cache of pieces, then the merges. */

import { fail } from './errors.ts';
import { createMerger } from './merge.ts';
import type { MergeRules } from './merge-rules.ts';
import { MAX_CACHED_UNITS, PieceCache } from './piece-cache.ts';
import type { FindToken } from './token-table.ts';
import { writeUtf8 } from './unicode.ts';

/** What a byte-level BPE vocabulary knows about bytes. */
export interface BpeModel {
  /** The id of each single byte, or -1. */
  readonly byteIds: Int32Array;
  readonly rules: MergeRules;
  /** Looks a whole piece up before any merging, as tiktoken does. */
  readonly findWhole: FindToken | undefined;
}

/** Appends the ids of `text[start, end)` to `out`. Errors: `text/no-byte`. */
export type PieceEncoder = (text: string, start: number, end: number, out: number[]) => void;

/** The encoder of a model, with its own cache and scratch memory. */
export function createPieceEncoder(model: BpeModel): PieceEncoder {
  const { byteIds, rules, findWhole } = model;
  const merge = createMerger(rules);
  let bytes = new Uint8Array(256);
  let symbols = new Int32Array(256);

  const cache = new PieceCache();

  /** Leaves the ids of the piece in `symbols` and returns how many there are. */
  function encodeBytes(text: string, start: number, end: number): number {
    const room = (end - start) * 3;
    if (room > bytes.length) {
      bytes = new Uint8Array(room * 2);
      symbols = new Int32Array(room * 2);
    }
    const count = writeUtf8(text, start, end, bytes);
    if (findWhole) {
      const id = findWhole(bytes, 0, count);
      if (id >= 0) {
        symbols[0] = id;
        return 1;
      }
    }
    for (let i = 0; i < count; i++) {
      const id = byteIds[bytes[i]];
      if (id < 0) throw fail('text/no-byte', { byte: bytes[i] });
      symbols[i] = id;
    }
    return merge(symbols, count);
  }

  return (text, start, end, out) => {
    const keep = end - start <= MAX_CACHED_UNITS;
    const hash = keep ? PieceCache.hash(text, start, end) : 0;
    if (keep && cache.appendIds(text, start, end, hash, out)) return;
    const count = encodeBytes(text, start, end);
    for (let i = 0; i < count; i++) out.push(symbols[i]);
    if (keep) cache.keep(text, start, end, hash, symbols, count);
  };
}
