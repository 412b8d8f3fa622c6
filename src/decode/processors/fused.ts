/** Filters after one another, each at the cost of what the one before left. */

import type { LogitsProcessor } from './processor.ts';
import { BANNED } from './processor.ts';

/** A processor that knows nothing of ids: the order of the logits is all one to it. */
export interface Filter {
  readonly process: LogitsProcessor;
  /** Whether it can ban. */
  readonly cuts: boolean;
}

/** Once no more than this share of the row is left, the others work on what is left alone. */
const SPARSE = 1 / 4;

/** The same as the filters one by one. */
export function fused(filters: readonly Filter[]): LogitsProcessor {
  let ids = new Int32Array(0);
  let left = new Float32Array(0);
  return (logits, step) => {
    if (ids.length < logits.length) {
      ids = new Int32Array(logits.length);
      left = new Float32Array(Math.ceil(SPARSE * logits.length));
    }
    let next = 0;
    let count = logits.length;
    while (next < filters.length && count > SPARSE * logits.length) {
      const { process, cuts } = filters[next++];
      process(logits, step);
      if (!cuts || next === filters.length) continue;
      count = 0;
      for (let id = 0; id < logits.length; id++) if (logits[id] !== BANNED) ids[count++] = id;
    }
    if (next === filters.length) return;
    const row = left.subarray(0, count);
    for (let i = 0; i < count; i++) row[i] = logits[ids[i]];
    while (next < filters.length) filters[next++].process(row, step);
    for (let i = 0; i < count; i++) logits[ids[i]] = row[i];
  };
}
