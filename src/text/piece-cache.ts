/** A bounded memory of pieces and their ids: one flat array of records, found by hash; cleared when it is full. */

/** Pieces of more code units are not kept: they seldom come back. */
export const MAX_CACHED_UNITS = 48;
/** Records of more ids are not kept. */
const MAX_IDS = 64;
const FIRST_INTS = 2 ** 12;
/** 16 MiB of records at most, when the caller does not say; then everything is forgotten. */
const MAX_INTS = 2 ** 22;

/** Keeps the ids of pieces. A record: hash, units | ids << 16, the units two by two, the ids. */
export class PieceCache {
  readonly #maxInts: number;
  #records = new Int32Array(FIRST_INTS);
  /** 0 is "no record", so records start at 1. */
  #used = 1;
  #slots = new Int32Array(FIRST_INTS / 8);
  #count = 0;

  constructor(maxInts = MAX_INTS) {
    this.#maxInts = maxInts;
  }

  /** Hash of a piece, for `appendIds` and `keep`. */
  static hash(text: string, start: number, end: number): number {
    let hash = end - start;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x9e3779b1);
    return hash ^ (hash >>> 15);
  }

  /** Appends the ids kept for `text[start, end)` to `out`; false when there are none. */
  appendIds(text: string, start: number, end: number, hash: number, out: number[]): boolean {
    const records = this.#records;
    const slots = this.#slots;
    const mask = slots.length - 1;
    const length = end - start;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const record = slots[slot];
      if (record === 0) return false;
      if (records[record] !== hash || (records[record + 1] & 0xffff) !== length) continue;
      let at = record + 2;
      let i = start;
      while (i + 1 < end && records[at] === (text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16))) {
        i += 2;
        at++;
      }
      if (i + 1 < end) continue;
      if (i < end && records[at++] !== text.charCodeAt(i)) continue;
      const stop = at + (records[record + 1] >>> 16);
      while (at < stop) out.push(records[at++]);
      return true;
    }
  }

  /** Remembers `ids[0, count)` for a piece that is not kept yet. */
  keep(text: string, start: number, end: number, hash: number, ids: Int32Array, count: number): void {
    if (count > MAX_IDS) return;
    const need = 2 + ((end - start + 1) >> 1) + count;
    if (this.#used + need > this.#records.length || this.#count * 2 >= this.#slots.length)
      this.#makeRoom(need);
    const records = this.#records;
    const record = this.#used;
    let at = record;
    records[at++] = hash;
    records[at++] = (end - start) | (count << 16);
    let i = start;
    for (; i + 1 < end; i += 2) records[at++] = text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16);
    if (i < end) records[at++] = text.charCodeAt(i);
    for (let id = 0; id < count; id++) records[at++] = ids[id];
    this.#used = at;
    this.#place(hash, record);
    this.#count++;
  }

  #place(hash: number, record: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = record;
  }

  #makeRoom(need: number): void {
    if (this.#used + need > this.#records.length) {
      if (this.#records.length >= this.#maxInts) {
        this.#used = 1;
        this.#count = 0;
        this.#slots.fill(0);
        return;
      }
      const larger = new Int32Array(this.#records.length * 2);
      larger.set(this.#records);
      this.#records = larger;
    }
    if (this.#count * 2 >= this.#slots.length) {
      const old = this.#slots;
      this.#slots = new Int32Array(old.length * 2);
      for (const record of old) if (record !== 0) this.#place(this.#records[record], record);
    }
  }
}
