/** How much better a trial may be expected to be than the best so far (Močkus 1975; Jones, Schonlau and Welch 1998). */

/** The density of the normal distribution. */
export const normalDensity = (z: number): number => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);

/** Beyond this the series loses digits and the continued fraction has gained them. */
const SERIES_UP_TO = 3;

/** P(normal ≤ z), to about 14 digits: by its series near 0, by a continued fraction in the tails. */
export function normalShare(z: number): number {
  if (z > SERIES_UP_TO) return 1 - normalShare(-z);
  if (z < -SERIES_UP_TO) {
    let fraction = -z;
    for (let k = 100; k >= 1; k--) fraction = -z + k / fraction;
    return normalDensity(z) / fraction;
  }
  let [term, sum] = [z, z];
  for (let k = 3; Math.abs(term) > 1e-17; k += 2) sum += term *= (z * z) / k;
  return 0.5 + normalDensity(z) * sum;
}

/** E[max(0, f − best)] for a normal f: (mean − best)·Φ(z) + deviation·φ(z), z = (mean − best) / deviation. */
export function expectedImprovement(
  { mean, deviation }: { readonly mean: number; readonly deviation: number },
  best: number,
): number {
  if (deviation === 0) return Math.max(0, mean - best);
  const z = (mean - best) / deviation;
  return Math.max(0, (mean - best) * normalShare(z) + deviation * normalDensity(z));
}
