/** Eigenvalues, singular values and solutions as numpy has them, and what the spectra of weights tell of a matrix. */

import { expect, test } from 'vitest';
import { weightSpectrum } from '../../src/eval/index.ts';
import {
  eigenvalues,
  linearAlgebraLimits,
  singularValues,
  solveLinear,
  tensor,
  zeros,
} from '../../src/tensor/index.ts';
import cases from './linear-algebra.json' with { type: 'json' };

const near = (got: readonly number[], wanted: readonly number[], digits = 9): void => {
  expect(got).toHaveLength(wanted.length);
  wanted.forEach((value, i) => void expect(got[i]).toBeCloseTo(value, digits));
};

test.each(cases)(
  '$name, against numpy',
  async ({ shape, matrix, singular, eigenvalues: known, b, x, ...measures }) => {
    const given = tensor(matrix, { shape, dtype: 'f64' });
    const values = await singularValues(given);
    near(values, singular);
    const { rank, stableRank, effectiveRank, half, most, beyondNoise } = measures;
    const spectrum = weightSpectrum('a', shape as [number, number], values);
    expect(spectrum).toMatchObject({ rank, beyondNoise, directionsFor: { half, most } });
    near([spectrum.stableRank, spectrum.effectiveRank], [stableRank, effectiveRank], 6);
    if (known) {
      const found = await eigenvalues(given);
      const sizes = found.map(({ re, im }) => Math.hypot(re, im));
      expect(sizes).toEqual([...sizes].sort((p, q) => q - p));
      for (const [re, im] of known) {
        expect(Math.min(...found.map((one) => Math.hypot(one.re - re, one.im - im)))).toBeLessThan(1e-9);
      }
    }
    if (x) near(await solveLinear(given, tensor(b!, { dtype: 'f64' })), x, 6);
  },
);

test('what cannot be taken apart is said', async () => {
  await expect(eigenvalues(zeros([2, 3]))).rejects.toThrow(
    /eigenvalues: must be a square matrix \[n, n\], got \[2, 3\]/,
  );
  await expect(singularValues(zeros([3]))).rejects.toThrow(/must be a matrix \[m, n\], got \[3\]/);
  await expect(singularValues(tensor([[1, Number.NaN]]))).rejects.toThrow(/of finite numbers/);
  const side = linearAlgebraLimits.side + 1;
  await expect(singularValues(zeros([side, side]))).rejects.toThrow(/at most 1024/);
  await expect(solveLinear(tensor([[1, 2], [2, 4]]), tensor([1, 1]))).rejects.toThrow(/singular.*no inverse/); // biome-ignore format: a matrix
  await expect(solveLinear(tensor([[1, 2], [2, 5]]), tensor([1]))).rejects.toThrow(/b \[2\]/); // biome-ignore format: a matrix
});
