/** Keys and values of tokens already read: one cache for each layer of each sequence. */

import { bytesPerElement, empty, outsideScopes, rowsView, type Tensor, withShape } from '../tensor/index.ts';
import { fail } from './errors.ts';

export interface KvCacheSizes {
  readonly kvHeads: number;
  readonly headSize: number;
  /** The most positions it may hold. */
  readonly capacity: number;
}

/** What a forked family shares until its members part. */
interface Block {
  readonly keys: Tensor<'f32'>;
  readonly values: Tensor<'f32'>;
  /** Rows written by anyone. */
  used: number;
  /** Caches that read from it. */
  owners: number;
}

export interface KvCache {
  /** Positions held. */
  readonly length: number;
  /** Bytes set aside, shared ones included. */
  readonly sizeBytes: number;
  /** Adds the rows of k and v [..., kvHeads, headSize]; gives everything held, [1, length, kvHeads, headSize]. */
  append(k: Tensor, v: Tensor): { readonly keys: Tensor; readonly values: Tensor };
  /** Forgets everything after the first `length` positions. */
  rewind(length: number): void;
  /** An independent cache with the same past. Nothing is copied until the two write at the same place. */
  fork(): KvCache;
  close(): void;
}

const FIRST_ROWS = 16;

/** An empty cache. It grows by doubling, up to `capacity`. */
export function kvCache(sizes: KvCacheSizes): KvCache {
  return openCache(sizes, undefined, 0);
}

function openCache(sizes: KvCacheSizes, shared: Block | undefined, startLength: number): KvCache {
  const { kvHeads, headSize, capacity } = sizes;
  const rowSize = kvHeads * headSize;
  let block = shared;
  let length = startLength;
  let open = true;

  const checkOpen = (): void => {
    if (!open) throw fail('cache/closed', {});
  };

  const leave = (): void => {
    if (block) block.owners--;
    block = undefined;
  };

  /** A block in which rows from `length` to `needed` may be written. */
  const writable = (needed: number): Block => {
    const isOurs = block && (block.owners === 1 || block.used === length);
    if (block && isOurs && needed <= block.keys.shape[0]) return block;
    const rows = Math.min(capacity, Math.max(FIRST_ROWS, needed, 2 * length));
    const [keys, values] = outsideScopes(() => [0, 1].map(() => empty([rows, kvHeads, headSize])));
    if (block) {
      keys.data.set(block.keys.data.subarray(0, length * rowSize));
      values.data.set(block.values.data.subarray(0, length * rowSize));
      leave();
    }
    return { keys, values, used: length, owners: 1 };
  };

  return {
    get length() {
      return length;
    },
    get sizeBytes() {
      return block ? 2 * block.keys.size * bytesPerElement.f32 : 0;
    },
    append(k, v) {
      checkOpen();
      const more = k.size / rowSize;
      const end = length + more;
      if (end > capacity) throw fail('cache/full', { length, more, capacity });
      block = writable(end);
      block.keys.data.set(k.data, length * rowSize);
      block.values.data.set(v.data, length * rowSize);
      length = end;
      block.used = end;
      const shape = [1, length, kvHeads, headSize];
      return {
        keys: withShape(rowsView(block.keys, 0, length), shape),
        values: withShape(rowsView(block.values, 0, length), shape),
      };
    },
    rewind(to) {
      checkOpen();
      if (!Number.isInteger(to) || to < 0 || to > length) throw fail('cache/rewind', { length, to });
      length = to;
    },
    fork() {
      checkOpen();
      if (block) block.owners++;
      return openCache(sizes, block, length);
    },
    close() {
      open = false;
      leave();
      length = 0;
    },
  };
}
