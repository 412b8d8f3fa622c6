/** The bytes of every token in one array, and a hash table from bytes to id. */

const encoder = new TextEncoder();

/** What a row is made from: bytes, or text that is stored as UTF-8. */
export interface TokenRow {
  readonly id: number;
  readonly bytes: Uint8Array | string;
}

/** Bytes by id. Ids without a token, and tokens without bytes, have length 0. */
export interface TokenTable {
  readonly vocabSize: number;
  readonly bytes: Uint8Array;
  /** The bytes of `id` are `bytes[starts[id], starts[id + 1])`. */
  readonly starts: Int32Array;
}

/** Builds the table for ids below `vocabSize`; an id may occur once. */
export function createTokenTable(vocabSize: number, rows: readonly TokenRow[]): TokenTable {
  const raw = rows.map((row) => (typeof row.bytes === 'string' ? encoder.encode(row.bytes) : row.bytes));
  const starts = new Int32Array(vocabSize + 1);
  rows.forEach((row, i) => {
    starts[row.id + 1] = raw[i].length;
  });
  for (let id = 0; id < vocabSize; id++) starts[id + 1] += starts[id];
  const bytes = new Uint8Array(starts[vocabSize]);
  rows.forEach((row, i) => {
    bytes.set(raw[i], starts[row.id]);
  });
  return { vocabSize, bytes, starts };
}

/** Finds the id whose bytes are `source[start, end)`; -1 when there is none. */
export type FindToken = (source: Uint8Array, start: number, end: number) => number;

/** Differs in every process, so that no file can be written whose tokens all collide. Results never depend on it. */
const SALT = Math.floor(Math.random() * 2 ** 31);

function hashBytes(source: Uint8Array, start: number, end: number): number {
  let hash = SALT;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ source[i], 0x01000193);
  return hash ^ (hash >>> 15);
}

/** A look-up over the tokens `ids` of a table. */
export function createTokenFinder(table: TokenTable, ids: readonly number[]): FindToken {
  const { bytes, starts } = table;
  let capacity = 16;
  while (capacity < ids.length * 2) capacity *= 2;
  const slots = new Int32Array(capacity).fill(-1);
  const mask = capacity - 1;
  for (const id of ids) {
    let slot = hashBytes(bytes, starts[id], starts[id + 1]) & mask;
    while (slots[slot] !== -1) slot = (slot + 1) & mask;
    slots[slot] = id;
  }
  return (source, start, end) => {
    const length = end - start;
    let slot = hashBytes(source, start, end) & mask;
    for (; slots[slot] !== -1; slot = (slot + 1) & mask) {
      const id = slots[slot];
      const from = starts[id];
      if (starts[id + 1] - from !== length) continue;
      let same = 0;
      while (same < length && bytes[from + same] === source[start + same]) same++;
      if (same === length) return id;
    }
    return -1;
  };
}
