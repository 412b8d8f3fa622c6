/** Regression by a Gaussian process with a Matérn 5/2 kernel (Rasmussen and Williams, "Gaussian Processes for Machine Learning", 2006, chapters 2, 4 and 5). */

/** Of the kernel s²·k(r) + n²·[same]; each coordinate is divided by its length. */
export interface KernelParameters {
  readonly lengths: readonly number[];
  /** s². */
  readonly variance: number;
  /** n². */
  readonly noise: number;
}

export interface GaussianProcess {
  /** ln p(values | points). */
  readonly logLikelihood: number;
  /** Mean and standard deviation of the function (without noise) at a point. */
  predict(point: ArrayLike<number>): { readonly mean: number; readonly deviation: number };
}

/** k(r) = (1 + √5·r + 5r²/3)·e^(−√5·r). */
function matern52(a: ArrayLike<number>, b: ArrayLike<number>, lengths: readonly number[]): number {
  let square = 0;
  for (let i = 0; i < lengths.length; i++) square += ((a[i] - b[i]) / lengths[i]) ** 2;
  const r = Math.sqrt(5 * square);
  return (1 + r + (r * r) / 3) * Math.exp(-r);
}

/** Lower L with L·Lᵀ = A, rows one after another; `undefined` where A is not positive definite. */
function cholesky(a: Float64Array, n: number): Float64Array | undefined {
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j];
      for (let k = 0; k < j; k++) sum -= lower[i * n + k] * lower[j * n + k];
      if (i === j && !(sum > 0)) return undefined;
      lower[i * n + j] = i === j ? Math.sqrt(sum) : sum / lower[j * n + j];
    }
  }
  return lower;
}

/** x of L·x = b. */
function solveLower(lower: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  const x = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = b[i];
    for (let k = 0; k < i; k++) sum -= lower[i * n + k] * x[k];
    x[i] = sum / lower[i * n + i];
  }
  return x;
}

/** x of Lᵀ·x = b. */
function solveUpper(lower: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  const x = new Float64Array(n);
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i];
    for (let k = i + 1; k < n; k++) sum -= lower[k * n + i] * x[k];
    x[i] = sum / lower[i * n + i];
  }
  return x;
}

/** The process with mean 0 before, conditioned on values at points; `undefined` where the kernel matrix is singular in f64. */
export function gaussianProcess(
  points: readonly ArrayLike<number>[],
  values: ArrayLike<number>,
  { lengths, variance, noise }: KernelParameters,
): GaussianProcess | undefined {
  const n = points.length;
  const kernel = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) kernel[i * n + j] = variance * matern52(points[i], points[j], lengths);
    kernel[i * n + i] += noise;
  }
  const lower = cholesky(kernel, n);
  if (!lower) return undefined;
  const half = solveLower(lower, Float64Array.from(values));
  const weights = solveUpper(lower, half);
  let logLikelihood = -0.5 * n * Math.log(2 * Math.PI);
  for (let i = 0; i < n; i++) logLikelihood -= 0.5 * half[i] * half[i] + Math.log(lower[i * n + i]);
  return {
    logLikelihood,
    predict(point) {
      const near = Float64Array.from(points, (other) => variance * matern52(point, other, lengths));
      const explained = solveLower(lower, near);
      let [mean, left] = [0, variance];
      for (let i = 0; i < n; i++) {
        mean += near[i] * weights[i];
        left -= explained[i] * explained[i];
      }
      return { mean, deviation: Math.sqrt(Math.max(0, left)) };
    },
  };
}

/**
 * What is thought of the kernel of standardized values before any is seen: log-normal, by middle and spread. It keeps a handful of
 * points from being explained by noise alone, or by a function that jumps from each to the next.
 */
const prior = {
  length: { middle: 0.5, spread: 1 },
  variance: { middle: 1, spread: 1 },
  noise: { middle: 0.01, spread: 2 },
};
const SMALLEST_NOISE = 1e-6;

/**
 * The parameters that are likeliest after the values (maximum a posteriori), by steps along each coordinate that become smaller.
 * `dimensionOf[i]` is the dimension of coordinate i: those of one dimension share a length.
 */
export function fitKernel(
  points: readonly ArrayLike<number>[],
  values: ArrayLike<number>,
  dimensionOf: readonly number[],
): KernelParameters {
  const dimensions = Math.max(...dimensionOf) + 1;
  const priors = [...Array.from({ length: dimensions }, () => prior.length), prior.variance, prior.noise];
  const parametersAt = (place: readonly number[]): KernelParameters => ({
    lengths: dimensionOf.map((dimension) => Math.exp(place[dimension])),
    variance: Math.exp(place[dimensions]),
    noise: Math.exp(place[dimensions + 1]) + SMALLEST_NOISE,
  });
  const likelinessAt = (place: readonly number[]): number => {
    const process = gaussianProcess(points, values, parametersAt(place));
    if (!process) return Number.NEGATIVE_INFINITY;
    const before = priors.map(
      ({ middle, spread }, i) => -0.5 * ((place[i] - Math.log(middle)) / spread) ** 2,
    );
    return before.reduce((sum, x) => sum + x, process.logLikelihood);
  };
  let best = priors.map(({ middle }) => Math.log(middle));
  let likeliest = likelinessAt(best);
  for (let step = 1.6; step > 0.1; step /= 2) {
    for (let moved = true; moved; ) {
      moved = false;
      for (let i = 0; i < best.length; i++) {
        for (const sign of [1, -1]) {
          const next = best.with(i, best[i] + sign * step);
          const likeliness = likelinessAt(next);
          if (likeliness <= likeliest + 0.01) continue;
          [best, likeliest, moved] = [next, likeliness, true];
          break;
        }
      }
    }
  }
  return parametersAt(best);
}
