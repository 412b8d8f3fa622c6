/** Gaussian processes are those of scikit-learn, expected improvement that of scipy. */

import { describe, expect, test } from 'vitest';
import { expectedImprovement, gaussianProcess, normalShare } from '../../src/eval/index.ts';
import { readGolden } from './model-golden.ts';

interface Golden {
  readonly processes: readonly {
    readonly points: readonly (readonly number[])[];
    readonly values: readonly number[];
    readonly asked: readonly (readonly number[])[];
    readonly lengths: readonly number[];
    readonly variance: number;
    readonly noise: number;
    readonly logLikelihood: number;
    readonly mean: readonly number[];
    readonly deviation: readonly number[];
    readonly best: number;
    readonly improvement: readonly number[];
  }[];
  readonly normal: readonly (readonly [number, number])[];
}

const { processes, normal } = readGolden<Golden>('search');

describe('search', () => {
  test.each(processes)(
    'the posterior of a Gaussian process and what is expected of it: $lengths',
    (golden) => {
      const process = gaussianProcess(golden.points, golden.values, golden)!;
      expect(process.logLikelihood).toBeCloseTo(golden.logLikelihood, 8);
      golden.asked.forEach((point, i) => {
        const found = process.predict(point);
        expect(found.mean).toBeCloseTo(golden.mean[i], 8);
        expect(found.deviation).toBeCloseTo(golden.deviation[i], 6);
        expect(expectedImprovement(found, golden.best)).toBeCloseTo(golden.improvement[i], 8);
      });
    },
  );

  test.each(normal)('the share of a normal distribution up to %f', (z, share) => {
    expect(Math.abs(normalShare(z) / share - 1)).toBeLessThan(1e-12);
  });
});
