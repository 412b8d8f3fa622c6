import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cellKinds, orthogonalInit } from '../nn/index.ts';
import { createRng } from '../rng.ts';
import {
  affine,
  crossEntropy,
  grad,
  linear,
  matmul,
  reshape,
  slice,
  type Tensor,
  tensor,
} from '../tensor/index.ts';
import { gradientReach } from './gradient-reach.ts';
import { type CellParams, initRecurrent, runLayers, timeFirst } from './recurrent.ts';
import { recurrentConfig } from './recurrent-config.ts';
import { spectralNorm, spectralRadius } from './spectral.ts';

/** Numbers of NumPy: test/golden/recurrent.py. */
const { spectra } = JSON.parse(
  readFileSync(new URL('../../test/golden/recurrent.json', import.meta.url), 'utf8'),
) as { spectra: { size: number; matrix: number[]; radius: number; norm: number }[] };

const sizes = { vocabSize: 12, contextLength: 16, width: 16 };
const texts = [1, 2, 3].map((seed) => {
  const rng = createRng(seed);
  return Array.from({ length: 22 }, () => rng.integer(12));
});

test.each([0.5, 0.9, 1, 1.2])(
  'where tanh is linear, a matrix of %f times a rotation gives that factor a step',
  (c) => {
    const config = recurrentConfig({ ...sizes, cell: 'rnn', layers: 1, tiedHead: false });
    const params = initRecurrent(config, createRng(5));
    // Nothing comes in: the state stays 0, where the slope of tanh is 1.
    params.embedding.weight.data.fill(0);
    params.layers[0].recurrent.weight = orthogonalInit(c)([16, 16], createRng(6));
    const { norms, layers, factor, spectra } = gradientReach(params, config, texts);
    expect(norms).toHaveLength(21);
    norms.forEach((norm, k) => expect(norm / norms[0] / c ** k).toBeCloseTo(1, 4));
    expect(layers[0].hidden).toEqual(norms);
    expect(factor).toBeCloseTo(c, 5);
    expect(spectra![0].radius).toBeCloseTo(c, 5);
    expect(spectra![0].norm).toBeCloseTo(c, 5);
  },
);

test.each(cellKinds)('%s: the gradient of the first state is that of a pass that begins there', (cell) => {
  const config = recurrentConfig({ ...sizes, cell, layers: 2 });
  const params = initRecurrent(config, createRng(5));
  const ids = texts[0];
  const column = (from: number, to?: number) => timeFirst(tensor([ids.slice(from, to)], { dtype: 'i32' }));
  const { layers, norms, spectra } = gradientReach(params, config, [ids]);
  const first = runLayers(params, config, column(0, 1)).states;
  const parts = first.flat();
  const loss = (given: readonly Tensor[]) => {
    const per = given.length / 2;
    const states = [0, 1].map((layer) => given.slice(layer * per, (layer + 1) * per));
    const { x } = runLayers(params, config, column(1, -1), { states });
    const logits = linear(slice(x, 0, -1 + x.shape[0], x.shape[0]), params.embedding.weight);
    return crossEntropy(reshape(logits, [1, 12]), tensor([ids.at(-1)!], { dtype: 'i32' }));
  };
  const gradients = grad(
    loss,
    parts.map((part) => reshape(part, [1, 16])),
  ) as readonly Tensor[];
  const lengths = gradients.map(({ data }) => Math.hypot(...data));
  const found = layers.flatMap((one) =>
    [one.hidden, ...(one.cell ? [one.cell] : [])].map((all) => all.at(-1)!),
  );
  found.forEach((length, i) => expect(length / lengths[i]).toBeCloseTo(1, 3));
  expect(norms.at(-1)! / Math.hypot(...lengths)).toBeCloseTo(1, 3);
  expect(spectra !== undefined).toBe(cell === 'rnn');
});

test('an open forget gate carries the gradient further than a plain RNN of a shrinking matrix', () => {
  const reach = (cell: 'rnn' | 'lstm', change: (params: CellParams) => void) => {
    const config = recurrentConfig({ ...sizes, cell, layers: 1 });
    const params = initRecurrent(config, createRng(5));
    change(params);
    return gradientReach(params, config, texts).factor;
  };
  const rnn = reach('rnn', ({ layers: [{ recurrent }] }) => {
    recurrent.weight = affine(recurrent.weight, 0.7, 0);
  });
  const lstm = reach('lstm', ({ layers: [{ input, recurrent }] }) => {
    input.bias!.data.fill(6, 16, 32);
    recurrent.weight = affine(recurrent.weight, 0.7, 0);
  });
  expect(rnn).toBeLessThan(0.7);
  expect(lstm).toBeGreaterThan(0.9);
});

test.each(spectra)(
  'spectral radius and norm of a matrix of $size, against NumPy',
  ({ size, matrix, radius, norm }) => {
    const given = tensor(matrix, { shape: [size, size], dtype: 'f64' });
    expect(spectralRadius(given) / radius).toBeCloseTo(1, 7);
    expect(spectralNorm(given) / norm).toBeCloseTo(1, 7);
  },
);

test('spectral radius and norm of matrices whose eigenvalues can be read off', () => {
  const rotation = tensor([[0, -2], [2, 0]], { dtype: 'f64' }); // biome-ignore format: a matrix
  expect(spectralRadius(rotation)).toBeCloseTo(2, 8);
  const shear = tensor([[0.5, 100], [0, 0.25]], { dtype: 'f64' }); // biome-ignore format: a matrix
  expect(spectralRadius(shear)).toBeCloseTo(0.5, 6);
  expect(spectralNorm(shear)).toBeCloseTo(100.00156, 4);
  const nilpotent = tensor([[0, 1], [0, 0]], { dtype: 'f64' }); // biome-ignore format: a matrix
  expect(spectralRadius(nilpotent)).toBe(0);
  const big = orthogonalInit(3)([40, 40], createRng(1));
  expect(spectralRadius(matmul(big, big))).toBeCloseTo(9, 3);
});
