/** From one pre-token to ids: a bounded cache of pieces, then the merges. */

import { fail } from './errors.ts';
import { createMerger } from './merge.ts';
import type { PairTable } from './pair-table.ts';
import type { FindToken } from './token-table.ts';
import { writeUtf8 } from './unicode.ts';

/** What a byte-level BPE vocabulary knows about bytes. */
export interface BpeModel {
  /** The id of each single byte, or -1. */
  readonly byteIds: Int32Array;
  /** (left, right) → priority, id of the merged token. */
  readonly pairs: PairTable;
  /** Looks a whole piece up before any merging, as tiktoken does. */
  readonly findWhole: FindToken | undefined;
}

/** Slots of the cache; each piece has one place, where a later piece replaces it. */
const SLOTS = 2 ** 15;
/** Pieces of more code units or more ids than this are not kept. */
const MAX_UNITS = 24;
const MAX_IDS = 32;

/** Appends the ids of `text[start, end)` to `out`. Errors: `text/no-byte`. */
export type PieceEncoder = (text: string, start: number, end: number, out: number[]) => void;

/** The encoder of a model, with its own cache and scratch memory. */
export function createPieceEncoder(model: BpeModel): PieceEncoder {
  const { byteIds, pairs, findWhole } = model;
  const merge = createMerger(pairs);
  let bytes = new Uint8Array(256);
  let symbols = new Int32Array(256);

  // Per slot: hash, then length | count << 8 (0 = empty).
  const heads = new Int32Array(SLOTS * 2);
  const units = new Uint16Array(SLOTS * MAX_UNITS);
  const cached = new Int32Array(SLOTS * MAX_IDS);

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
    const length = end - start;
    if (length > MAX_UNITS) {
      const count = encodeBytes(text, start, end);
      for (let i = 0; i < count; i++) out.push(symbols[i]);
      return;
    }
    let hash = length;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x9e3779b1);
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const head = heads[slot * 2 + 1];
    const firstUnit = slot * MAX_UNITS;
    const firstId = slot * MAX_IDS;
    if (heads[slot * 2] === hash && (head & 0xff) === length) {
      let same = 0;
      while (same < length && units[firstUnit + same] === text.charCodeAt(start + same)) same++;
      if (same === length) {
        const stop = firstId + (head >> 8);
        for (let i = firstId; i < stop; i++) out.push(cached[i]);
        return;
      }
    }
    const count = encodeBytes(text, start, end);
    for (let i = 0; i < count; i++) out.push(symbols[i]);
    if (count > MAX_IDS) return;
    heads[slot * 2] = hash;
    heads[slot * 2 + 1] = length | (count << 8);
    for (let i = 0; i < length; i++) units[firstUnit + i] = text.charCodeAt(start + i);
    for (let i = 0; i < count; i++) cached[firstId + i] = symbols[i];
  };
}
