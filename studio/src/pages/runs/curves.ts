/** Smoothing of noisy curves. */

/** Exponential mean, without the pull of its beginning. */
export function smooth(values: readonly number[], factor: number): readonly number[] {
  if (factor === 0) return values;
  let mean = 0;
  let weight = 0;
  return values.map((value) => {
    mean = factor * mean + (1 - factor) * value;
    weight = factor * weight + (1 - factor);
    return mean / weight;
  });
}
