/** How much a square matrix stretches in the long run, and at once. */

import { affine, matmul, type Tensor, withPrecision, withRecording } from '../tensor/index.ts';

/** Squarings: ‖A^m‖^(1/m) for m = 2³⁰ is as near to the limit as floats can tell. */
const SQUARINGS = 30;

/**
 * The greatest absolute eigenvalue of a matrix [n, n]: the limit of ‖A^m‖^(1/m) (Gelfand 1941), by squaring again and again. What
 * is multiplied by A again and again grows or shrinks by this factor a step in the end.
 */
export function spectralRadius(matrix: Tensor): number {
  return withRecording(false, () =>
    withPrecision('f32', () => {
      let size = lengthOf(matrix);
      let log = Math.log(size);
      let power = matrix;
      for (let round = 1; round <= SQUARINGS && size > 0; round++) {
        const unit = affine(power, 1 / size, 0);
        power = matmul(unit, unit);
        size = lengthOf(power);
        log += Math.log(size) / 2 ** round;
      }
      return Math.exp(log);
    }),
  );
}

/** The greatest singular value of a matrix: by how much it can stretch a vector at most. */
export function spectralNorm(matrix: Tensor): number {
  const square = withRecording(false, () => matmul(matrix, matrix, { transA: true, precision: 'f32' }));
  return Math.sqrt(spectralRadius(square));
}

/** √Σ aᵢⱼ². */
const lengthOf = ({ data }: Tensor): number => {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i] * data[i];
  return Math.sqrt(sum);
};
