/** A hash table from pairs of ids to whole numbers: open addressing in one flat array, a cache line per look-up. */

/** Integers per slot: left + 1 (0 = empty), right, value. */
const STRIDE = 3;
/** Differs in every process, so that no file can be written whose pairs all collide. Results never depend on it. */
const SALT = Math.floor(Math.random() * 2 ** 31);

/** Ids are whole numbers from 0. Grows at half full. */
export class PairTable {
  #slots: Int32Array;
  #mask: number;
  #size = 0;

  constructor(expected: number) {
    let capacity = 16;
    while (capacity < expected * 2) capacity *= 2;
    this.#slots = new Int32Array(capacity * STRIDE);
    this.#mask = capacity - 1;
  }

  get size(): number {
    return this.#size;
  }

  /** Where a pair stands in `#slots`, or where it would go. */
  #find(left: number, right: number): number {
    const slots = this.#slots;
    const mask = this.#mask;
    let hash = Math.imul(left ^ SALT, 0x9e3779b1);
    hash = Math.imul((hash ^ (hash >>> 15)) + right, 0x85ebca6b);
    for (let slot = (hash ^ (hash >>> 13)) & mask; ; slot = (slot + 1) & mask) {
      const at = slot * STRIDE;
      const found = slots[at];
      if (found === 0 || (found === left + 1 && slots[at + 1] === right)) return at;
    }
  }

  /** The value of a pair, or -1. */
  get(left: number, right: number): number {
    const at = this.#find(left, right);
    return this.#slots[at] === 0 ? -1 : this.#slots[at + 2];
  }

  /** Sets the value of a pair, whether it was there or not. */
  set(left: number, right: number, value: number): void {
    if ((this.#size + 1) * 2 > this.#mask + 1) this.#grow();
    const slots = this.#slots;
    const at = this.#find(left, right);
    if (slots[at] === 0) this.#size++;
    slots[at] = left + 1;
    slots[at + 1] = right;
    slots[at + 2] = value;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(old.length * 2);
    this.#mask = this.#mask * 2 + 1;
    for (let from = 0; from < old.length; from += STRIDE) {
      if (old[from] === 0) continue;
      const at = this.#find(old[from] - 1, old[from + 1]);
      for (let i = 0; i < STRIDE; i++) this.#slots[at + i] = old[from + i];
    }
  }
}
