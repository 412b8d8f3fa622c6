/** The hidden states of a text so far, for the largest cosine of a new one with any of them. */

export interface HiddenBank {
  /** Adds a state. */
  push(state: Float32Array): void;
  /** The largest cosine with a state held; −1 with none. O(states × size), no allocation. */
  maxCosine(state: Float32Array): number;
}

/** A bank with room for `capacity` states of `size` numbers before it grows, by doubling. */
export function hiddenBank(size: number, capacity: number): HiddenBank {
  /** Unit vectors one after another; a state of zeros stays zeros. */
  let units = new Float32Array(size * capacity);
  let length = 0;
  return {
    push(state) {
      if ((length + 1) * size > units.length) {
        const larger = new Float32Array(2 * units.length + size);
        larger.set(units);
        units = larger;
      }
      const scale = 1 / (norm(state) || 1);
      for (let i = 0; i < size; i++) units[length * size + i] = state[i] * scale;
      length++;
    },
    maxCosine(state) {
      let max = Number.NEGATIVE_INFINITY;
      for (let row = 0; row < length; row++) {
        const start = row * size;
        let dot = 0;
        for (let i = 0; i < size; i++) dot += units[start + i] * state[i];
        if (dot > max) max = dot;
      }
      return length === 0 ? -1 : max / (norm(state) || 1);
    },
  };
}

function norm(state: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < state.length; i++) sum += state[i] * state[i];
  return Math.sqrt(sum);
}
