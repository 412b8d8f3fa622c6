/** The complementary error function, by its logarithm: it stays exact where erfc itself is too small for a number. */

/** Up to here erfc is 1 − erf by a series of positive terms. */
const SERIES_BELOW = 2;
/** A continued fraction has converged after so many levels, the fewer the larger x is. */
const levelsFor = (x: number): number => 20 + Math.ceil(400 / x ** 2);

/** ln erfc(x), erfc(x) = 2/√π ∫ₓ^∞ exp(−t²) dt. */
export function logErfc(x: number): number {
  if (x < 0) return Math.log1p(1 - Math.exp(logErfc(-x)));
  if (x < SERIES_BELOW) return Math.log1p(-erfSeries(x));
  // erfc(x) = exp(−x²)/(√π·(x + ½/(x + 1/(x + 3⁄2/(x + …)))))
  let below = x;
  for (let level = levelsFor(x); level >= 1; level--) below = x + level / 2 / below;
  return -x * x - Math.log(Math.sqrt(Math.PI) * below);
}

/** erf(x) = 2/√π · exp(−x²) · Σ 2ⁿ x²ⁿ⁺¹/(2n+1)!! */
function erfSeries(x: number): number {
  let term = x;
  let sum = term;
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
