/** Principal components by power iteration in double precision: the same rows give the same places. */

export interface PrincipalComponents {
  /** `places[row][component]`. */
  readonly places: readonly (readonly number[])[];
  /** The share of the variance along each component. */
  readonly explained: readonly number[];
}

const MOST_ROUNDS = 500;
const STILL = 1e-10;

/**
 * The first `count` components of rows of equal length. Where two have nearly the same variance, they may be mixed. The
 * component's greatest coordinate is positive.
 */
export function principalComponents(rows: readonly Float64Array[], count: number): PrincipalComponents {
  const size = rows[0].length;
  const mean = new Float64Array(size);
  for (const row of rows) for (let i = 0; i < size; i++) mean[i] += row[i] / rows.length;
  const left = rows.map((row) => row.map((value, i) => value - mean[i]));
  const total = left.reduce((sum, row) => sum + dot(row, row), 0);
  const explained: number[] = [];
  const axes = Array.from({ length: count }, () => {
    const axis = strongestAxis(left);
    let variance = 0;
    for (const row of left) {
      const along = dot(row, axis);
      variance += along * along;
      for (let i = 0; i < size; i++) row[i] -= along * axis[i];
    }
    explained.push(total === 0 ? 0 : variance / total);
    return axis;
  });
  const places = rows.map((row) => {
    const centred = row.map((value, i) => value - mean[i]);
    return axes.map((axis) => dot(centred, axis));
  });
  return { places, explained };
}

/** The unit vector v that XᵀX turns least; zeros where no row is left. */
function strongestAxis(rows: readonly Float64Array[]): Float64Array {
  let axis = rows.reduce((a, b) => (dot(b, b) > dot(a, a) ? b : a)).slice();
  if (!scaleToUnit(axis)) return axis.fill(0);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = new Float64Array(axis.length);
    for (const row of rows) {
      const along = dot(row, axis);
      for (let i = 0; i < next.length; i++) next[i] += along * row[i];
    }
    if (!scaleToUnit(next)) break;
    const turned = 1 - dot(next, axis);
    axis = next;
    if (turned < STILL) break;
  }
  const greatest = axis.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
  return greatest < 0 ? axis.map((value) => -value) : axis;
}

/** Rounding leaves dust where there is nothing: that is no direction. */
const DUST = 1e-24;

function scaleToUnit(vector: Float64Array): boolean {
  const square = dot(vector, vector);
  if (!(square > DUST)) return false;
  const norm = Math.sqrt(square);
  for (let i = 0; i < vector.length; i++) vector[i] /= norm;
  return true;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
