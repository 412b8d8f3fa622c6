/** The text CNN against PyTorch: test/golden/text-cnn.py. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { wave } from '../../test/contracts/wave.ts';
import type { ParameterSpec } from '../nn/index.ts';
import { crossEntropy, type Tensor, tensor, valueAndGrad } from '../tensor/index.ts';
import { shuffledBatches } from '../train/index.ts';
import { leaves, mapTree } from '../tree.ts';
import { runTextCnn, type TextCnnParams, textCnnSpec } from './text-cnn.ts';

interface Case {
  readonly logits: number[];
  readonly loss: number;
  readonly gradients: { readonly [path: string]: number[] };
}
const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/text-cnn.json', import.meta.url), 'utf8'),
) as {
  ids: number[][];
  lengths: number[];
  targets: number[];
  vocabSize: number;
  embedding: number;
  filters: number;
  classes: number;
  widths: number[];
  max: Case;
  average: Case;
};

function shiftOf(path: string): number {
  const [part, i, kind] = path.split('.');
  if (part === 'embedding') return 1;
  if (part === 'output') return path.endsWith('weight') ? 8 : 9;
  return Number(i) + (kind === 'weight' ? 2 : 5);
}

const { lengths, widths } = golden;
const configOf = (pooling: 'max' | 'average') => ({ ...golden, pooling });
const params = mapTree<ParameterSpec, Tensor>(textCnnSpec(configOf('max')), ({ shape }, path) =>
  wave(shape, shiftOf(path)),
) as TextCnnParams;
const maskOf = (longest: number) =>
  tensor(lengths.map((length) => Array.from({ length: longest }, (_, i) => Number(i < length))));
const batch = { ids: tensor(golden.ids, { dtype: 'i32' }), mask: maskOf(7) };

function expectClose(got: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(got.length).toBe(expected.length);
  for (let i = 0; i < got.length; i++) expect(got[i]).toBeCloseTo(expected[i], 5);
}

describe.each(['max', 'average'] as const)('%s pooling', (pooling) => {
  const config = configOf(pooling);

  test('logits, loss and every gradient are those of PyTorch', () => {
    const { logits, loss, gradients } = golden[pooling];
    expectClose(runTextCnn(params, config, batch).data, logits);
    const targets = tensor(golden.targets, { dtype: 'i32' });
    const found = valueAndGrad(
      (p: TextCnnParams) => crossEntropy(runTextCnn(p, config, batch), targets),
      params,
    );
    expect(found.value.item()).toBeCloseTo(loss, 6);
    const own = leaves<Tensor>(found.gradients);
    expect(own.map(([path]) => path).sort()).toEqual(Object.keys(gradients).sort());
    for (const [path, gradient] of own) expectClose(gradient.data, gradients[path]);
  });

  test('a text has the same logits alone, and with more room behind it', () => {
    const together = runTextCnn(params, config, batch).data;
    golden.ids.forEach((ids, row) => {
      for (const room of [lengths[row], 9]) {
        // What lies behind the end does not matter.
        const padded = Array.from({ length: room }, (_, i) => (i < lengths[row] ? ids[i] : 7));
        const mask = tensor([padded.map((_, i) => Number(i < lengths[row]))]);
        const alone = runTextCnn(params, config, { ids: tensor([padded], { dtype: 'i32' }), mask });
        expectClose(alone.data, together.slice(3 * row, 3 * row + 3));
      }
    });
  });
});

test('a text shorter than every filter has an answer', () => {
  const one = { ids: tensor([[4]], { dtype: 'i32' }), mask: tensor([[1]]) };
  expect(widths.every((width) => width > 1)).toBe(true);
  for (const value of runTextCnn(params, configOf('max'), one).data)
    expect(value).toEqual(expect.any(Number));
  expect(Number.isFinite(runTextCnn(params, configOf('max'), one).data[0])).toBe(true);
});

test('every example comes once an epoch, beside others of like length', () => {
  const lengthOf = (example: number) => (example * 37) % 100;
  const options = { batchSize: 8, seed: 3, lengthOf };
  const [first, second] = [0, 1].map((epoch) => shuffledBatches(500, { ...options, epoch }));
  for (const batches of [first, second]) {
    expect(batches.flatMap((b) => [...b]).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 500 }, (_, i) => i),
    );
  }
  expect(second).not.toEqual(first);
  expect(shuffledBatches(500, { ...options, epoch: 0 })).toEqual(first);
  const spread = (batches: Int32Array[]) =>
    batches.reduce((sum, b) => sum + Math.max(...b.map(lengthOf)) - Math.min(...b.map(lengthOf)), 0) /
    batches.length;
  expect(spread(first)).toBeLessThan(15);
  expect(spread(shuffledBatches(500, { batchSize: 8, seed: 3, epoch: 0 }))).toBeGreaterThan(50);
});
