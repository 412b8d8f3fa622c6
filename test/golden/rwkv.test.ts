/** RWKV-4 against Hugging Face's in PyTorch: logits, loss, every gradient; out of a folder of theirs, and into one. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import {
  createRecurrentModel,
  openRwkv,
  recurrentLogits,
  recurrentLoss,
  saveRwkv,
  toForeignRwkv,
} from '../../src/models/index.ts';
import { readJson, readWeights, writeModel } from '../../src/models/storage.ts';
import { fromArray, sizeOf, valueAndGrad } from '../../src/tensor/index.ts';
import { pseudo, readGolden, relativeError, tokens, unpack } from './model-golden.ts';

interface Golden {
  readonly config: { readonly [key: string]: unknown };
  readonly ids: number[][];
  readonly targets: number[][];
  readonly loss: number;
  readonly logits: string;
  readonly parameters: readonly { name: string; shape: number[]; gradient: string }[];
}

const golden = readGolden<Golden>('rwkv');
const folder = mkdtempSync(join(tmpdir(), 'rwkv-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Width and middle of a parameter's numbers, as in rwkv.py. */
const rangeOf = (name: string, shape: readonly number[]): readonly [number, number] => {
  if (name.includes('time_mix')) return [1, 0.5];
  if (name.endsWith('time_decay')) return [4, 0];
  if (name.endsWith('time_first')) return [2, 0];
  if (shape.length === 2) return [1, 0];
  return name.endsWith('weight') ? [0.4, 1] : [0.2, 0];
};

const theirs = new Map(
  golden.parameters.map(({ name, shape }, i) => {
    const [scale, middle] = rangeOf(name, shape);
    const values = Float32Array.from(pseudo(i, sizeOf(shape)), (u) => u * scale + middle);
    return [name, fromArray<'f32'>(values, shape, 'f32')];
  }),
);

const [ids, targets] = [golden.ids, golden.targets].map(tokens);

test('a folder of theirs gives their logits, their loss and their gradients, and is written as it was', async () => {
  await writeModel(join(folder, 'theirs'), golden.config, theirs);
  const opened = (await openRwkv(join(folder, 'theirs')))!;
  const { config } = opened;
  const params = await opened.params();
  expect(relativeError(recurrentLogits(params, config, ids).data, unpack(golden.logits))).toBeLessThan(1e-5);
  const { value, gradients: found } = valueAndGrad(
    (p: typeof params) => recurrentLoss(p, config, { ids, targets }),
    params,
  );
  expect(value.data[0]).toBeCloseTo(golden.loss, 5);
  const gradients = toForeignRwkv(config, found);
  expect([...gradients.keys()].sort()).toEqual([...theirs.keys()].sort());
  for (const { name, gradient } of golden.parameters) {
    const error = relativeError(gradients.get(name)!.data, unpack(gradient));
    expect({ name, isClose: error < 1e-4 }).toEqual({ name, isClose: true });
  }
  await saveRwkv(join(folder, 'ours'), { config, params });
  expect(await readJson(join(folder, 'ours', 'config.json'))).toMatchObject(golden.config);
  expect(await readWeights(join(folder, 'ours'))).toEqual(await readWeights(join(folder, 'theirs')));
  const bf16 = createRecurrentModel(params, config, { weights: 'bf16' });
  const [{ logits }] = bf16.step([{ sequence: bf16.open(), ids: golden.ids[0] }], { logits: 'all' });
  const row = unpack(golden.logits).subarray(0, logits[0].length);
  expect(relativeError(logits[0], row)).toBeLessThan(0.05);
});

test.each([
  ['attention_hidden_size', 24],
  ['layer_norm_epsilon', 1e-3],
])('refuses %s of %s', async (key, value) => {
  await writeModel(join(folder, key), { ...golden.config, [key]: value }, theirs);
  await expect(openRwkv(join(folder, key))).rejects.toThrow(key);
});
