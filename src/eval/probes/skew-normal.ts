/** The skew-normal distribution (Azzalini 1985): what the log-perplexities of random secrets look like (Carlini et al. 2019, §4.3). */

import { normalDensity, normalShare } from '../search/expected-improvement.ts';

/** Density 2/scale · φ(z) · Φ(shape · z), z = (x − location) / scale. */
export interface SkewNormal {
  readonly location: number;
  readonly scale: number;
  readonly shape: number;
}

/** A skew-normal can be no more skewed than half a normal distribution. */
const MOST_SKEWNESS = 0.995;

/** The one whose mean, variance and skewness are those of the values (the latter within what it can have). */
export function fitSkewNormal(values: ArrayLike<number>): SkewNormal {
  const numbers = Float64Array.from(values);
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  const moment = (power: number) => numbers.reduce((sum, x) => sum + (x - mean) ** power, 0) / numbers.length;
  const variance = moment(2);
  if (variance === 0) return { location: mean, scale: 0, shape: 0 };
  const skewness = moment(3) / variance ** 1.5;
  const size = Math.min(Math.abs(skewness), MOST_SKEWNESS) ** (2 / 3);
  const delta =
    Math.sign(skewness) * Math.sqrt(((Math.PI / 2) * size) / (size + ((4 - Math.PI) / 2) ** (2 / 3)));
  const scale = Math.sqrt(variance / (1 - (2 * delta * delta) / Math.PI));
  return {
    location: mean - scale * delta * Math.sqrt(2 / Math.PI),
    scale,
    shape: delta / Math.sqrt(1 - delta * delta),
  };
}

/** Even; enough for about 8 digits. */
const PARTS = 2000;
/** What lies where the density has fallen by e⁻⁴⁰ counts for nothing. */
const FALL = 40;

/** P(value ≤ x), with its digits kept where it is tiny: by Simpson's rule over the tail that ends at x. */
export function skewNormalShare({ location, scale, shape }: SkewNormal, x: number): number {
  if (scale === 0) return x < location ? 0 : 1;
  const z = (x - location) / scale;
  return z <= 0 ? lowerTail(z, shape) : 1 - lowerTail(-z, -shape);
}

function lowerTail(z: number, shape: number): number {
  // Towards lower values the density falls as that of a normal distribution; where Φ falls too, faster.
  const steepness = shape > 0 ? 1 + shape * shape : 1;
  const from = -Math.sqrt(z * z + (2 * FALL) / steepness);
  const step = (z - from) / PARTS;
  let sum = 0;
  for (let i = 0; i <= PARTS; i++) {
    const at = from + i * step;
    const weight = i === 0 || i === PARTS ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * 2 * normalDensity(at) * normalShare(shape * at);
  }
  return (sum * step) / 3;
}
