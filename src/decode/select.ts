/** Finds the border of a top set without sorting: radix selection on the bits of the floats, O(size), no worst case. */

/** Bits looked at in the rounds after the first, which looks at the highest 11. */
const LATER_ROUNDS = [
  { shift: 10, width: 11 },
  { shift: 0, width: 10 },
] as const;

/** The highest 11 bits are signed: −HALF … HALF − 1. */
const HALF = 2 ** 10;

/** The bits of −∞. */
const MINUS_INFINITY = 0xff800000 | 0;

const histogram = new Float64Array(2 * HALF);
/** Sort keys of the values still in question, and where those stand. */
let keys = new Int32Array(0);
let places = new Int32Array(0);

export interface Border {
  /** The smallest value that belongs to the top set. */
  readonly value: number;
  /** The total weight of all strictly greater values. */
  readonly above: number;
}

/**
 * The greatest value such that it and everything above it weigh at least `target`; the smallest value that weighs
 * anything, if all together weigh less. Each value weighs 1, or its entry of `weights` (≥ 0).
 */
export function selectBorder(values: Float32Array, target: number, weights?: Float64Array): Border {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  histogram.fill(0);
  // Most of a filtered row is −∞, which is the border only where nothing else is.
  let lowest = 0;
  for (let i = 0; i < bits.length; i++) {
    const weight = weights ? weights[i] : 1;
    if (bits[i] === MINUS_INFINITY) lowest += weight;
    else histogram[(orderedKey(bits[i]) >> 21) + HALF] += weight;
  }
  let { bucket, above } = bucketAt(target, 0);
  if (lowest > 0 && above + histogram[bucket] < target)
    return { value: Number.NEGATIVE_INFINITY, above: above + histogram[bucket] };
  const highest = bucket - HALF;
  let border = highest << 21;
  if (keys.length < bits.length) {
    keys = new Int32Array(bits.length);
    places = new Int32Array(bits.length);
  }
  let size = 0;
  for (let i = 0; i < bits.length; i++) {
    const key = orderedKey(bits[i]);
    if (key >> 21 !== highest) continue;
    keys[size] = key;
    places[size++] = i;
  }
  for (const { shift, width } of LATER_ROUNDS) {
    const mask = 2 ** width - 1;
    histogram.fill(0);
    for (let i = 0; i < size; i++) histogram[(keys[i] >>> shift) & mask] += weights ? weights[places[i]] : 1;
    ({ bucket, above } = bucketAt(target, above));
    border |= bucket << shift;
    let left = 0;
    for (let i = 0; i < size; i++) {
      if (((keys[i] >>> shift) & mask) !== bucket) continue;
      keys[left] = keys[i];
      places[left++] = places[i];
    }
    size = left;
  }
  return { value: floatOf(border), above };
}

/** The bucket in which the weight, counted from the top, reaches the target; else the lowest that weighs anything. */
function bucketAt(target: number, weightAbove: number): { bucket: number; above: number } {
  let above = weightAbove;
  let bucket = 0;
  for (let b = histogram.length - 1, passed = 0; b >= 0; b--) {
    if (histogram[b] === 0) continue;
    above += passed;
    passed = histogram[b];
    bucket = b;
    if (above + passed >= target) break;
  }
  return { bucket, above };
}

/** The ids of the `count` greatest values, greatest first; of equal values the lower id first. */
export function topIds(values: Float32Array, count: number): number[] {
  const size = Math.min(count, values.length);
  if (size === 0) return [];
  const { value: border, above } = selectBorder(values, size);
  const greater: number[] = [];
  const equal: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (values[i] > border) greater.push(i);
    else if (values[i] === border && equal.length < size - above) equal.push(i);
  }
  return greater.sort((a, b) => values[b] - values[a] || a - b).concat(equal);
}

/** Signed integers in the order of the floats; both zeros are 0. */
function orderedKey(bits: number): number {
  const key = bits ^ ((bits >> 31) & 0x7fffffff);
  return key === -1 ? 0 : key;
}

const scratch = new DataView(new ArrayBuffer(4));

function floatOf(key: number): number {
  scratch.setInt32(0, key ^ ((key >> 31) & 0x7fffffff));
  return scratch.getFloat32(0);
}
