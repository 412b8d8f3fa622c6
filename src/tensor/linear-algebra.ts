/** Eigenvalues, singular values and linear equations of small matrices, in f64, by the library `ml-matrix`; for looking, not for training. */

import type { Matrix } from 'ml-matrix';
import { fail } from './errors.ts';
import type { Tensor } from './tensor.ts';

/** The smaller side of a matrix that may be taken apart: the work grows with its cube. */
export const linearAlgebraLimits = { side: 1024 } as const;

export interface ComplexNumber {
  readonly re: number;
  readonly im: number;
}

/** The singular values of a matrix [m, n], the greatest first: how far it stretches along its own directions. */
export async function singularValues(matrix: Tensor): Promise<number[]> {
  const { SVD } = await import('ml-matrix');
  const given = await matrixOf('singularValues', matrix);
  const wanted = {
    computeLeftSingularVectors: false,
    computeRightSingularVectors: false,
    autoTranspose: true,
  };
  return new SVD(given, wanted).diagonal;
}

/** The eigenvalues of a square matrix [n, n], the greatest by absolute value first; the greatest is its spectral radius. */
export async function eigenvalues(matrix: Tensor): Promise<ComplexNumber[]> {
  const { EVD } = await import('ml-matrix');
  const given = await matrixOf('eigenvalues', matrix, { isSquare: true });
  const { realEigenvalues, imaginaryEigenvalues } = new EVD(given);
  return realEigenvalues
    .map((re, i) => ({ re, im: imaginaryEigenvalues[i] }))
    .sort((a, b) => Math.hypot(b.re, b.im) - Math.hypot(a.re, a.im));
}

/** x of A x = b, for A [n, n] and b [n]. @throws `tensor/singular` where A has no inverse */
export async function solveLinear(matrix: Tensor, b: Tensor): Promise<number[]> {
  const { LuDecomposition, Matrix: Of } = await import('ml-matrix');
  const given = await matrixOf('solveLinear', matrix, { isSquare: true });
  if (b.shape.length !== 1 || b.shape[0] !== given.rows) {
    throw fail('tensor/matrix', {
      where: 'solveLinear',
      rule: `b [${given.rows}]`,
      zhRule: ` b [${given.rows}]`,
      got: b.shape,
    });
  }
  const parts = new LuDecomposition(given);
  if (parts.isSingular()) throw fail('tensor/singular', { where: 'solveLinear', shape: matrix.shape });
  return parts.solve(Of.columnVector(Array.from(b.data as ArrayLike<number>))).to1DArray();
}

async function matrixOf(
  where: string,
  { shape, dtype, data }: Tensor,
  { isSquare = false }: { readonly isSquare?: boolean } = {},
): Promise<Matrix> {
  const [rows, columns] = shape;
  const refuse = (rule: string, zhRule: string) => fail('tensor/matrix', { where, rule, zhRule, got: shape });
  if (isSquare && (shape.length !== 2 || rows !== columns))
    throw refuse('a square matrix [n, n]', '方阵 [n, n]');
  if (shape.length !== 2) throw refuse('a matrix [m, n]', '矩阵 [m, n]');
  if (dtype !== 'f32' && dtype !== 'f64')
    throw refuse(`of f32 or f64, not ${dtype}`, ` f32 或 f64，而非 ${dtype}`);
  const { side } = linearAlgebraLimits;
  if (Math.min(rows, columns) > side) {
    throw refuse(`at most ${side} on its smaller side`, `较短的一边不超过 ${side} 的矩阵`);
  }
  const numbers = Array.from(data as ArrayLike<number>);
  // NOTE The library would search for ever.
  if (!numbers.every(Number.isFinite)) throw refuse('of finite numbers', '各数有限的矩阵');
  const { Matrix: Of } = await import('ml-matrix');
  return Of.from1DArray(rows, columns, numbers);
}
