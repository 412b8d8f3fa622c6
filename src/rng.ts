/**
 * Counter-based random numbers: Philox 4×32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
 * The same (seed, stream, counter) gives the same number on every machine, in any order, on any thread.
 */

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/** High 32 bits of the unsigned product of two 32-bit integers. */
function mulHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const low = aLow * bLow;
  const mid = aHigh * bLow + (low >>> 16);
  const mid2 = aLow * bHigh + (mid & 0xffff);
  return (aHigh * bHigh + Math.floor(mid / 65536) + (mid2 >>> 16)) >>> 0;
}

/**
 * One Philox 4×32-10 block: 128 random bits for a 64-bit key and a 128-bit counter.
 * `out` receives four unsigned 32-bit integers. The C++ kernels compute the same function.
 */
export function philox(
  key: readonly [number, number],
  counter: readonly [number, number, number, number],
  out: Uint32Array,
): void {
  let [k0, k1] = key;
  let [c0, c1, c2, c3] = counter;
  for (let round = 0; round < 10; round++) {
    const high0 = mulHigh(M0, c0);
    const low0 = Math.imul(M0, c0) >>> 0;
    const high1 = mulHigh(M1, c2);
    const low1 = Math.imul(M1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + W0) >>> 0;
    k1 = (k1 + W1) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** A stream of random numbers with a place that can be saved and restored. */
export interface Rng {
  /** The seed it was made from. */
  readonly seed: number;
  /** How many numbers have been drawn; set it to go back or forward. */
  position: number;
  /** A float in [0, 1) with 32 random bits. */
  uniform(): number;
  /** A standard normal number (Box–Muller). */
  normal(): number;
  /** An integer in [0, n), without modulo bias for n up to 2³². */
  integer(n: number): number;
  /** Another stream of the same seed; streams with different names never overlap. */
  split(name: string | number): Rng;
}

/** 32-bit FNV-1a of a name. */
function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}

/** A stream for a seed (any non-negative integer below 2⁵³). */
export function createRng(seed: number, stream: readonly [number, number] = [0, 0]): Rng {
  const key: [number, number] = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
  const block = new Uint32Array(4);
  let blockIndex = -1;
  let position = 0;
  const next = (): number => {
    const index = Math.floor(position / 4);
    if (index !== blockIndex) {
      philox(key, [index >>> 0, Math.floor(index / 2 ** 32) >>> 0, stream[0], stream[1]], block);
      blockIndex = index;
    }
    return block[position++ % 4];
  };
  return {
    seed,
    get position() {
      return position;
    },
    set position(value: number) {
      position = value;
    },
    uniform: () => next() / 2 ** 32,
    normal() {
      const radius = Math.sqrt(-2 * Math.log((next() + 1) / 2 ** 32));
      return radius * Math.cos((2 * Math.PI * next()) / 2 ** 32);
    },
    integer(n) {
      const limit = 2 ** 32 - (2 ** 32 % n);
      let bits = next();
      while (bits >= limit) bits = next();
      return bits % n;
    },
    split(name) {
      const id = typeof name === 'number' ? name >>> 0 : hashName(name);
      const mixed = new Uint32Array(4);
      philox(key, [id, stream[0], stream[1], 0x73706c74], mixed);
      return createRng(seed, [mixed[0], mixed[1]]);
    },
  };
}

/** Every order is equally likely (Fisher–Yates). In place. */
export function shuffle<Items extends { [index: number]: unknown; readonly length: number }>(
  items: Items,
  rng: Rng,
): Items {
  for (let i = items.length - 1; i > 0; i--) {
    const other = rng.integer(i + 1);
    [items[i], items[other]] = [items[other], items[i]];
  }
  return items;
}
