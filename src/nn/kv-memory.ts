/** Keys and values of tokens already read, in pages that sequences share until they part (Kwon et al. 2023). */

import { bytesPerElement, cast, currentKernels, empty, outsideScopes, type Tensor } from '../tensor/index.ts';
import { fail } from './errors.ts';

export type KvType = 'f32' | 'bf16';

export interface KvSizes {
  readonly layers: number;
  readonly kvHeads: number;
  readonly headSize: number;
  /** How they are kept. As bf16 they take half the bytes, and are rounded. Default f32. */
  readonly dtype?: KvType;
  /** Most tokens of all sequences together, shared ones counted once. Default: as many as the machine holds. */
  readonly maxTokens?: number;
}

/** The memory of all sequences of a model. */
export interface KvMemory {
  /** What it may hold; `freeTokens` + `usedTokens`, always. `Infinity` without a limit. Multiples of a page. */
  readonly totalTokens: number;
  readonly freeTokens: number;
  /** Tokens in pages that some sequence holds. */
  readonly usedTokens: number;
  /** Bytes set aside for them so far. */
  readonly sizeBytes: number;
  open(): KvPast;
  /** Tokens of memory that these would take if each read so many more. */
  tokensFor(more: readonly KvGrowth[]): number;
  /** Where the newest keys and values of what has grown lie, one sequence after another: for `write`, of every layer. */
  placesOf(grown: readonly KvGrowth[]): Int32Array;
  /** Puts keys and values, [places, kvHeads, headSize], in their places. */
  write(layer: number, places: Int32Array, k: Tensor, v: Tensor): void;
  /** Keys and values of a layer, [pages, PAGE_TOKENS, kvHeads, headSize]. */
  pagesOf(layer: number): { readonly keys: Tensor; readonly values: Tensor };
}

/** A sequence and how many tokens it reads. */
export interface KvGrowth {
  readonly past: KvPast;
  readonly count: number;
}

/** What one sequence has read. */
export interface KvPast {
  /** Positions held. */
  readonly length: number;
  /** Where they lie, `PAGE_TOKENS` in each. */
  readonly pages: readonly number[];
  /**
   * Makes room for so many more positions, which count as held from now on; a last page that others share is copied.
   * @throws when there is not enough memory; nothing has changed then.
   */
  grow(count: number): void;
  /** Forgets everything after the first `length` positions; pages that nobody else holds are free again. */
  rewind(length: number): void;
  /** An independent sequence with the same past. Nothing is copied until one of the two grows. */
  fork(): KvPast;
  /** Harmless when done twice. */
  close(): void;
}

/** Positions of one page. */
export const PAGE_TOKENS = 16;
const FIRST_PAGES = 4;

const pagesFor = (tokens: number): number => Math.ceil(tokens / PAGE_TOKENS);

/** Empty memory. It takes room as it is needed, doubling, and keeps what it took. */
export function kvMemory({ layers, kvHeads, headSize, dtype = 'f32', maxTokens }: KvSizes): KvMemory {
  const rowSize = kvHeads * headSize;
  const pageSize = PAGE_TOKENS * rowSize;
  const total = maxTokens === undefined ? Number.POSITIVE_INFINITY : Math.floor(maxTokens / PAGE_TOKENS);
  const keys: Tensor<KvType>[] = [];
  const values: Tensor<KvType>[] = [];
  /** Sequences that hold each page; those of no one are in `free`. */
  let owners = new Int32Array(0);
  const free: number[] = [];
  const used = (): number => owners.length - free.length;

  /** Sets more pages aside; what is there moves over. */
  const extend = (): void => {
    const before = owners.length;
    const count = Math.min(total, Math.max(FIRST_PAGES, 2 * before));
    const larger = (old: Tensor<KvType> | undefined): Tensor<KvType> => {
      const next = outsideScopes(() => empty([count, PAGE_TOKENS, kvHeads, headSize], dtype));
      if (old) next.data.set(old.data);
      return next;
    };
    for (let layer = 0; layer < layers; layer++) {
      keys[layer] = larger(keys[layer]);
      values[layer] = larger(values[layer]);
    }
    const counts = new Int32Array(count);
    counts.set(owners);
    owners = counts;
    // The lowest is taken first: what is read in one go lies in a row.
    for (let page = count - 1; page >= before; page--) free.push(page);
  };

  const take = (): number => {
    if (free.length === 0) extend();
    const page = free.pop()!;
    owners[page] = 1;
    return page;
  };

  const release = (page: number): void => {
    if (--owners[page] === 0) free.push(page);
  };

  const copyOf = (page: number): number => {
    const copy = take();
    for (const { data } of [...keys, ...values]) {
      data.copyWithin(copy * pageSize, page * pageSize, (page + 1) * pageSize);
    }
    return copy;
  };

  /** Whether the last page of a past is one that it may not write to. */
  const isShared = ({ pages, length }: KvPast): boolean =>
    length % PAGE_TOKENS !== 0 && owners[pages[pages.length - 1]] > 1;

  /** Pages taken when each of these grows; of those that share a last page, the last to grow may keep it. */
  const pagesTaken = (more: readonly KvGrowth[]): number => {
    let sum = 0;
    let parted: Map<number, number> | undefined;
    for (const { past, count } of more) {
      sum += pagesFor(past.length + count) - past.pages.length;
      if (!isShared(past)) continue;
      parted ??= new Map();
      const page = past.pages[past.pages.length - 1];
      const left = parted.get(page) ?? owners[page];
      if (left > 1) sum++;
      parted.set(page, left - 1);
    }
    return sum;
  };

  const openPast = (pages: number[], startLength: number): KvPast => {
    let length = startLength;
    let isOpen = true;
    const checkOpen = (): void => {
      if (!isOpen) throw fail('cache/closed', {});
    };
    const cut = (count: number): void => {
      while (pages.length > count) release(pages.pop()!);
    };
    const past: KvPast = {
      pages,
      get length() {
        return length;
      },
      grow(count) {
        checkOpen();
        const wanted = pagesTaken([{ past, count }]);
        if (wanted > total - used()) {
          throw fail('cache/full', { wanted: wanted * PAGE_TOKENS, free: (total - used()) * PAGE_TOKENS });
        }
        if (isShared(past)) {
          const copy = copyOf(pages[pages.length - 1]);
          release(pages.pop()!);
          pages.push(copy);
        }
        length += count;
        while (pages.length < pagesFor(length)) pages.push(take());
      },
      rewind(to) {
        checkOpen();
        if (!Number.isInteger(to) || to < 0 || to > length) throw fail('cache/rewind', { length, to });
        length = to;
        cut(pagesFor(length));
      },
      fork() {
        checkOpen();
        for (const page of pages) owners[page]++;
        return openPast([...pages], length);
      },
      close() {
        isOpen = false;
        length = 0;
        cut(0);
      },
    };
    return past;
  };

  return {
    totalTokens: total * PAGE_TOKENS,
    get freeTokens() {
      return (total - used()) * PAGE_TOKENS;
    },
    get usedTokens() {
      return used() * PAGE_TOKENS;
    },
    get sizeBytes() {
      return 2 * layers * owners.length * pageSize * bytesPerElement[dtype];
    },
    open: () => openPast([], 0),
    tokensFor: (more) => pagesTaken(more) * PAGE_TOKENS,
    placesOf(grown) {
      const places = new Int32Array(grown.reduce((sum, { count }) => sum + count, 0));
      let row = 0;
      for (const { past, count } of grown) {
        for (let place = past.length - count; place < past.length; place++) {
          places[row++] = past.pages[Math.floor(place / PAGE_TOKENS)] * PAGE_TOKENS + (place % PAGE_TOKENS);
        }
      }
      return places;
    },
    write(layer, places, k, v) {
      const { scatterRows } = currentKernels();
      for (const [x, kept] of [
        [k, keys[layer]],
        [v, values[layer]],
      ]) {
        const fits = x.dtype === dtype || x.dtype === 'f32'; // which the kernel rounds
        scatterRows((fits ? x : cast(x, dtype)).operand, places, kept.operand, rowSize);
      }
    },
    pagesOf: (layer) => ({ keys: keys[layer], values: values[layer] }),
  };
}
