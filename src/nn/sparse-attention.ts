/**
 * Sparse attention by dense attention over pieces: blocks that see themselves and the block before (local attention, Parmar et al. 2018,
 * arXiv:1802.05751), and strides (Child et al. 2019, Sparse Transformers, arXiv:1904.10509). What is not seen is never computed.
 */

import {
  attention,
  concat,
  embedding,
  fromArray,
  pad,
  permute,
  reshape,
  type Shape,
  slice,
  type Tensor,
} from '../tensor/index.ts';

/** What a query sees of what is not behind it. */
export interface SparsePattern {
  /**
   * `block`: tokens are cut into blocks of `size`, and a query sees its own block and the one before. `strided`: every `size`-th key
   * back from itself.
   */
  readonly kind: 'block' | 'strided';
  readonly size: number;
}

/** Whether the query at a place sees a key that is not after it. */
export function isSeen({ kind, size }: SparsePattern, place: number, key: number): boolean {
  if (kind === 'strided') return (place - key) % size === 0;
  return Math.floor(key / size) >= Math.floor(place / size) - 1;
}

export interface SparseOptions {
  readonly pattern: SparsePattern;
  readonly scale: number;
  readonly alibiSlopes?: Float32Array;
}

/**
 * Causal attention of q [B, T, H, Dh] over k, v [B, T, KV, Dh]; shape as q. `block` costs as many scores as T·2·size, `strided`
 * T·T/size; both keep no scores.
 */
export function sparseAttention(q: Tensor, k: Tensor, v: Tensor, options: SparseOptions): Tensor {
  const { kind, size } = options.pattern;
  const length = q.shape[1];
  const filled = [q, k, v].map((x) => padEnd(x, (size - (length % size)) % size));
  const [wideQ, wideK, wideV] = filled;
  const whole = kind === 'block' ? blocks : strides;
  const mixed = whole(wideQ, wideK, wideV, options);
  return slice(mixed, 1, 0, length);
}

/** No query that counts sees what is added: it stands behind them all. */
const padEnd = (x: Tensor, count: number): Tensor => (count ? pad(x, 1, 0, count) : x);

function blocks(q: Tensor, k: Tensor, v: Tensor, { pattern: { size }, ...options }: SparseOptions): Tensor {
  const [batch, length] = q.shape;
  const count = length / size;
  const inBlocks = (x: Tensor) => reshape(x, [batch * count, size, ...x.shape.slice(2)]);
  const withBefore = (x: Tensor) => {
    const before = slice(pad(x, 1, size, 0), 1, 0, length);
    return concat([inBlocks(before), inBlocks(x)], 1);
  };
  // Before the first block of a sequence there is nothing.
  const keyStart = Int32Array.from({ length: batch * count }, (_, row) => (row % count === 0 ? size : 0));
  const mixed = attention(inBlocks(q), withBefore(k), withBefore(v), { ...options, causal: true, keyStart });
  return reshape(mixed, q.shape);
}

function strides(q: Tensor, k: Tensor, v: Tensor, { pattern: { size }, ...options }: SparseOptions): Tensor {
  const [batch, length] = q.shape;
  const steps = length / size;
  const turn = (x: Tensor, [a, b]: Shape) =>
    permute(reshape(x, [batch, a, b, ...x.shape.slice(-2)]), [0, 2, 1, 3, 4]);
  const apart = (x: Tensor) => reshape(turn(x, [steps, size]), [batch * size, steps, ...x.shape.slice(2)]);
  const mixed = attention(apart(q), apart(k), apart(v), { ...alongStrides(options, size), causal: true });
  return reshape(turn(mixed, [size, steps]), q.shape);
}

/** From one key to the next lie `size` tokens. */
const alongStrides = <Options extends Pick<SparseOptions, 'alibiSlopes'>>(
  options: Options,
  size: number,
): Options => ({
  ...options,
  ...(options.alibiSlopes && { alibiSlopes: options.alibiSlopes.map((slope) => slope * size) }),
});

/** Some queries of a sequence and all keys that they see, in order: the queries are the last of the keys, and causal. */
interface Piece {
  readonly queries: readonly number[];
  readonly keys: readonly number[];
}

/** The last `queries` of `keys` places, in pieces. */
function piecesOf({ kind, size }: SparsePattern, queries: number, keys: number): Piece[] {
  const places = Array.from({ length: queries }, (_, i) => keys - queries + i);
  const groupOf = (place: number): number => (kind === 'block' ? Math.floor(place / size) : place % size);
  const groups = new Map<number, number[]>();
  for (const place of places) {
    const own = groups.get(groupOf(place));
    if (own) own.push(place);
    else groups.set(groupOf(place), [place]);
  }
  return [...groups].map(([group, own]) => {
    const first = kind === 'block' ? Math.max(0, (group - 1) * size) : group;
    const step = kind === 'block' ? 1 : size;
    const last = own[own.length - 1];
    return {
      queries: own.map((place) => place - (keys - queries)),
      keys: Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => first + i * step),
    };
  });
}

/**
 * The same of the last queries of a sequence [rows, H, Dh], whose keys and values are fetched by place: `fetch` gives [1, n, KV, Dh]
 * twice. One new token costs the keys that it sees.
 */
export function sparseOverPast(
  q: Tensor,
  keys: number,
  fetch: (places: readonly number[]) => readonly [k: Tensor, v: Tensor],
  { pattern, ...options }: SparseOptions,
): Tensor {
  const rows = q.shape[0];
  const own = pattern.kind === 'strided' ? alongStrides(options, pattern.size) : options;
  const pieces = piecesOf(pattern, rows, keys);
  const mixed = pieces.map((piece) => {
    const [k, v] = fetch(piece.keys);
    return attention(rowsAt(q, piece.queries), k, v, { ...own, causal: true });
  });
  if (pieces.length === 1) return reshape(mixed[0], q.shape); // one piece is in order
  const order = new Map(pieces.flatMap(({ queries }) => queries).map((row, at) => [row, at]));
  const all = reshape(concat(mixed, 1), [rows, q.size / rows]);
  return reshape(
    pickRows(
      all,
      Array.from({ length: rows }, (_, row) => order.get(row)!),
    ),
    q.shape,
  );
}

const rowsAt = (q: Tensor, rows: readonly number[]): Tensor =>
  reshape(pickRows(reshape(q, [q.shape[0], q.size / q.shape[0]]), rows), [
    1,
    rows.length,
    ...q.shape.slice(1),
  ]);

const pickRows = (x: Tensor, rows: readonly number[]): Tensor =>
  embedding(x, fromArray<'i32'>(Int32Array.from(rows), [rows.length], 'i32'));
