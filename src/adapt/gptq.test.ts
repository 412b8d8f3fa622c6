import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cast, type Tensor, tensor } from '../tensor/index.ts';
import { gptq } from './gptq.ts';

const golden = JSON.parse(readFileSync(new URL('../../test/golden/gptq.json', import.meta.url), 'utf8'));
const products = Float32Array.from(golden.products as number[]);
const path = 'blocks.0.ffn.up';
const modelOf = (weights: readonly number[], shape: readonly number[] = golden.shape) => ({
  blocks: [{ ffn: { up: { weight: tensor(Float32Array.from(weights), { shape, dtype: 'f32' }) } } }],
});
const dense = modelOf(golden.weights);
const rounded = await gptq(dense, new Map([[path, products]]));
const numbers = ({ blocks: [{ ffn }] }: typeof dense): number[] => Array.from(ffn.up.weight.data, Number);

test('the numbers are those of the algorithm of the paper', () => {
  numbers(rounded).forEach((w, i) => expect(w).toBeCloseTo(golden.rounded[i], 7));
});

const asBlocks = (weight: Tensor): number[] => Array.from(cast(cast(weight, 'q4_0'), 'f32').data, Number);

test('they are numbers of Q4_0 already', () => {
  expect(asBlocks(rounded.blocks[0].ffn.up.weight)).toEqual(numbers(rounded));
});

test('what the layer gives is nearer to what it gave than with the nearest numbers', () => {
  const [outputs, inputs] = golden.shape;
  const change = (weights: readonly number[]): number => {
    const away = weights.map((w, i) => w - golden.weights[i]);
    let sum = 0;
    for (let row = 0; row < outputs; row++) {
      for (let i = 0; i < inputs; i++) {
        for (let j = 0; j < inputs; j++) {
          sum += away[row * inputs + i] * products[i * inputs + j] * away[row * inputs + j];
        }
      }
    }
    return sum;
  };
  expect(change(numbers(rounded))).toBeLessThan(0.5 * change(asBlocks(dense.blocks[0].ffn.up.weight)));
});

test('inputs that never came, weights of zero and rows that are no blocks do no harm', async () => {
  const silent = await gptq(
    modelOf(Array(64).fill(0), [1, 64]),
    new Map([[path, new Float32Array(64 * 64)]]),
  );
  expect(numbers(silent)).toEqual(Array(64).fill(0));
  const narrow = modelOf([1, 2, 3, 4], [1, 4]);
  expect(numbers(await gptq(narrow, new Map()))).toEqual([1, 2, 3, 4]);
  const signal = AbortSignal.abort();
  await expect(gptq(dense, new Map([[path, products]]), { signal })).rejects.toThrow(/abort/);
});
