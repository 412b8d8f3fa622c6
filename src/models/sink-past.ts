/** Keys and values of the first tokens and of the last ones: a past that slides in the same memory (Xiao et al. 2024, "StreamingLLM"). */

import type { KvType } from '../nn/index.ts';
import { bytesPerElement, currentKernels, empty, outsideScopes, type Tensor } from '../tensor/index.ts';
import { fail } from './errors.ts';

/** What stays in sight of a text without end, in tokens. */
export interface SinkWindow {
  /** The first so many tokens always stay: attention that has nowhere to go goes there. The paper's 4 do. */
  readonly sinks: number;
  /** The last so many, the newest included. */
  readonly window: number;
}

export interface SinkPastSizes extends SinkWindow {
  readonly layers: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly dtype: KvType;
}

/** What one sequence keeps. */
export interface SinkPast {
  /** Tokens read. */
  readonly length: number;
  readonly sizeBytes: number;
  /** Tokens that may be read together before one must go: at least 1. */
  readonly room: number;
  /** Counts so many as read; what they push out is forgotten. */
  grow(count: number): void;
  /** Where the tokens in sight lie, oldest first. Their places are 0, 1, 2, …, whatever was between them. */
  slots(): Int32Array;
  /** Puts keys and values [count, kvHeads, headSize] of the newest tokens, as they were before any turning, into these slots. */
  write(layer: number, slots: Int32Array, k: Tensor, v: Tensor): void;
  /** Keys and values of a layer, [slots, kvHeads·headSize]. */
  rowsOf(layer: number): { readonly keys: Tensor<KvType>; readonly values: Tensor<KvType> };
  /**
   * Forgets everything after the first `length` tokens. What has slid out does not come back: the window is shorter then.
   * @throws when the window holds nothing from before that place any more.
   */
  rewind(length: number): void;
  fork(): SinkPast;
}

/** A past of nothing yet; all its memory is taken now. */
export function sinkPast(sizes: SinkPastSizes): SinkPast {
  const { sinks, window, layers, kvHeads, headSize, dtype } = sizes;
  const shape = [sinks + window, kvHeads * headSize];
  const table = (): Tensor<KvType> => outsideScopes(() => empty(shape, dtype));
  const tables = Array.from({ length: layers }, () => ({ keys: table(), values: table() }));
  return pastOver(sizes, tables, { length: 0, from: sinks });
}

type Tables = readonly { readonly keys: Tensor<KvType>; readonly values: Tensor<KvType> }[];

function pastOver(
  sizes: SinkPastSizes,
  tables: Tables,
  start: { readonly length: number; readonly from: number },
): SinkPast {
  const { sinks, window } = sizes;
  const [capacity, rowSize] = tables[0].keys.shape;
  let { length } = start;
  /** The oldest token of the window. */
  let { from } = start;
  const slotOf = (token: number): number => (token < sinks ? token : sinks + ((token - sinks) % window));
  return {
    get length() {
      return length;
    },
    sizeBytes: 2 * tables.length * capacity * rowSize * bytesPerElement[sizes.dtype],
    get room() {
      return Math.max(1, length < sinks ? capacity - length : window - (length - from));
    },
    grow(count) {
      length += count;
      from = Math.max(from, length - window);
    },
    slots() {
      const kept = Math.min(sinks, length);
      const newer = Math.max(0, length - from);
      return Int32Array.from({ length: kept + newer }, (_, i) => slotOf(i < kept ? i : from + i - kept));
    },
    write(layer, slots, k, v) {
      const { scatterRows } = currentKernels();
      const { keys, values } = tables[layer];
      scatterRows(k.operand, slots, keys.operand, rowSize);
      scatterRows(v.operand, slots, values.operand, rowSize);
    },
    rowsOf: (layer) => tables[layer],
    rewind(to) {
      if (from > sinks && to < from) throw fail('model/rewind-slid', { to, from });
      length = to;
    },
    fork: () =>
      pastOver(
        sizes,
        tables.map(({ keys, values }) => ({ keys: copyOf(keys), values: copyOf(values) })),
        { length, from },
      ),
  };
}

const copyOf = (x: Tensor<KvType>): Tensor<KvType> =>
  outsideScopes(() => {
    const copy = empty(x.shape, x.dtype);
    copy.data.set(x.data);
    return copy;
  });
