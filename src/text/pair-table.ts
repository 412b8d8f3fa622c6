/** A hash table from pairs of ids to two integers: open addressing in one flat array, a cache line per look-up. */

/** Integers per slot: left, right, first value, second value. */
const STRIDE = 4;
/** Differs in every process, so that no file can be written whose pairs all collide. Results never depend on it. */
const SALT = Math.floor(Math.random() * 2 ** 31);

/** Ids are non-negative; an empty slot has left = -1. Grows at half full. */
export class PairTable {
  #slots: Int32Array;
  #mask: number;
  #size = 0;

  constructor(expected: number) {
    let capacity = 16;
    while (capacity < expected * 2) capacity *= 2;
    this.#slots = new Int32Array(capacity * STRIDE).fill(-1);
    this.#mask = capacity - 1;
  }

  get size(): number {
    return this.#size;
  }

  #place(left: number, right: number): number {
    const slots = this.#slots;
    const mask = this.#mask;
    let hash = Math.imul(left ^ SALT, 0x9e3779b1);
    hash = Math.imul((hash ^ (hash >>> 15)) + right, 0x85ebca6b);
    hash = (hash ^ (hash >>> 13)) & mask;
    for (;;) {
      const at = hash << 2;
      const found = slots[at];
      if (found === -1 || (found === left && slots[at + 1] === right)) return at;
      hash = (hash + 1) & mask;
    }
  }

  /** The first value of a pair, or -1. */
  get(left: number, right: number): number {
    const at = this.#place(left, right);
    return this.#slots[at + 2];
  }

  /** The second value of a pair, or -1. */
  second(left: number, right: number): number {
    return this.#slots[this.#place(left, right) + 3];
  }

  /** Sets both values of a pair (non-negative), whether it was there or not. */
  set(left: number, right: number, first: number, second = 0): void {
    if ((this.#size + 1) * 2 > this.#mask + 1) this.#grow();
    const at = this.#place(left, right);
    if (this.#slots[at] === -1) this.#size++;
    this.#slots[at] = left;
    this.#slots[at + 1] = right;
    this.#slots[at + 2] = first;
    this.#slots[at + 3] = second;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(old.length * 2).fill(-1);
    this.#mask = this.#mask * 2 + 1;
    for (let from = 0; from < old.length; from += STRIDE) {
      if (old[from] === -1) continue;
      const at = this.#place(old[from], old[from + 1]);
      for (let i = 0; i < STRIDE; i++) this.#slots[at + i] = old[from + i];
    }
  }
}
