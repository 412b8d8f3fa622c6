/** Finds the border of a top set without sorting: radix selection on the bits of the floats, O(size), no worst case. */

const HIGH = 11;
const MIDDLE = 11;
const LOW = 10;
const histogram = new Float64Array(2 ** HIGH);

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
  const weightOf = weights ? (i: number) => weights[i] : () => 1;
  let above = 0;
  let prefix = 0;
  let shift = 32;
  for (const width of [HIGH, MIDDLE, LOW]) {
    const upper = shift;
    shift -= width;
    const mask = 2 ** width - 1;
    histogram.fill(0);
    for (let i = 0; i < bits.length; i++) {
      const key = orderedKey(bits[i]);
      // NOTE: `key >>> 32` is `key >>> 0`, so the first round needs its own case.
      if (upper === 32 || key >>> upper === prefix) histogram[(key >>> shift) & mask] += weightOf(i);
    }
    let bucket = -1;
    for (let b = mask; b >= 0; b--) {
      if (histogram[b] === 0) continue;
      if (bucket >= 0) above += histogram[bucket];
      bucket = b;
      if (above + histogram[b] >= target) break;
    }
    prefix = ((prefix << width) | Math.max(bucket, 0)) >>> 0;
  }
  return { value: floatOf(prefix), above };
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

/** Unsigned integers in the order of the floats; both zeros are one value. */
function orderedKey(bits: number): number {
  const one = bits === -0x80000000 ? 0 : bits;
  return (one >= 0 ? one ^ 0x80000000 : ~one) >>> 0;
}

const scratch = new DataView(new ArrayBuffer(4));

function floatOf(key: number): number {
  scratch.setUint32(0, key & 0x80000000 ? key ^ 0x80000000 : ~key);
  return scratch.getFloat32(0);
}
