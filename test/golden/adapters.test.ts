/** LoRA and IA³ against Hugging Face's PEFT on GPT-2 and LLaMA (adapters.py): logits, gradients, and the files of both sides. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type Adapter,
  type AdapterParams,
  fromPeft,
  loadAdapter,
  mergeAdapter,
  paramsFingerprint,
  saveAdapter,
  toPeft,
  withAdapter,
} from '../../src/adapt/index.ts';
import { type TensorData, writeSafetensors } from '../../src/io/index.ts';
import { foreignLayers, forward, loss } from '../../src/models/index.ts';
import { joinRows } from '../../src/nn/index.ts';
import { add, fromArray, type Tensor, valueAndGrad } from '../../src/tensor/index.ts';
import { leafValues } from '../../src/tree.ts';
import {
  type GoldenAdapter,
  type GoldenModelName,
  goldenModel,
  readGolden,
  relativeError,
  tokens,
  unpack,
} from './model-golden.ts';

const TOLERANCE = 1e-4;

const folder = mkdtempSync(join(tmpdir(), 'inkstone-adapters-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const goldens = readGolden<{ readonly [name: string]: GoldenAdapter }>('adapters');

describe.each(Object.entries(goldens))('%s', (name, golden) => {
  const format = name.split('-')[0] as GoldenModelName;
  const { config, params } = goldenModel(format, golden.model);
  const layers = foreignLayers(format, config);
  const tensors = new Map(
    Object.entries(golden.tensors).map(([key, [shape, numbers]]): [string, Tensor] => [
      key,
      fromArray<'f32'>(unpack(numbers), shape, 'f32'),
    ]),
  );
  const adapter = fromPeft({ config: golden.adapter, tensors }, layers, 'adapter_config.json');
  const ids = tokens(golden.ids);
  const logitsOf = (model: typeof params) => forward(model, config, ids).data;

  test('gives the logits of PEFT, in the pass and merged', () => {
    const expected = unpack(golden.logits);
    expect(relativeError(logitsOf(params), expected)).toBeGreaterThan(0.01);
    expect(relativeError(logitsOf(withAdapter(params, adapter)), expected)).toBeLessThan(TOLERANCE);
    expect(relativeError(logitsOf(mergeAdapter(params, adapter)), expected)).toBeLessThan(TOLERANCE);
  });

  test('has no tensor twice, so that each layer can be trained by itself', () => {
    const tensors = leafValues<Tensor>(adapter.params);
    expect(new Set(tensors).size).toBe(tensors.length);
  });

  test.each([false, true])('gives the loss and every gradient of PyTorch (recompute: %s)', (recompute) => {
    const batch = { ids, targets: tokens(golden.targets), recompute };
    const { value, gradients } = valueAndGrad(
      (p: AdapterParams) => loss(withAdapter(params, { ...adapter, params: p }), config, batch),
      adapter.params,
    );
    expect(Math.abs(value.item() / golden.loss - 1)).toBeLessThan(TOLERANCE);
    const found = foreignGradients({ ...adapter, params: gradients });
    expect([...found.keys()].sort()).toEqual(Object.keys(golden.gradients).sort());
    const errors = [...found].map(([key, tensor]) => [
      key,
      relativeError(tensor.data, unpack(golden.gradients[key])),
    ]);
    expect(errors.filter(([, error]) => !((error as number) < TOLERANCE))).toEqual([]);
  });

  /** A that is shared by several of our layers has the sum of their gradients. */
  function foreignGradients(gradients: Adapter): ReadonlyMap<string, Tensor> {
    if (gradients.method === 'ia3') return toPeft(gradients, layers, '').tensors;
    const found = new Map<string, Tensor>();
    for (const { foreign, ours, groups } of layers) {
      const there = ours.flatMap((path) => {
        const layer = gradients.params[path];
        return layer && 'a' in layer ? [layer] : [];
      });
      if (there.length === 0) continue;
      found.set(
        `base_model.model.${foreign}.lora_A.weight`,
        there.map(({ a }) => a).reduce((sum, a) => add(sum, a)),
      );
      found.set(
        `base_model.model.${foreign}.lora_B.weight`,
        joinRows(
          there.map(({ b }) => b),
          groups,
        ),
      );
    }
    return found;
  }

  test('is written as PEFT writes it', () => {
    const ours = toPeft(adapter, layers, 'base');
    expect([...ours.tensors.keys()].sort()).toEqual([...tensors.keys()].sort());
    for (const [key, { shape, data }] of ours.tensors) {
      expect([key, shape, data]).toEqual([key, tensors.get(key)!.shape, tensors.get(key)!.data]);
    }
    const { peft_type, fan_in_fan_out, r } = golden.adapter;
    expect(ours.config).toMatchObject({ peft_type, fan_in_fan_out, ...(r !== undefined && { r }) });
    const again = fromPeft(ours, layers, 'again');
    expect(logitsOf(mergeAdapter(params, again))).toEqual(logitsOf(mergeAdapter(params, adapter)));
  });

  test('is read from the folder of PEFT and from ours', async () => {
    const base = { name: 'base', fingerprint: paramsFingerprint(params), layers, shape: config };
    const peft = join(folder, name);
    await saveAdapter(peft, adapter, base);
    const expected = logitsOf(mergeAdapter(params, adapter));
    expect(logitsOf(mergeAdapter(params, await loadAdapter(peft, base)))).toEqual(expected);
    const plain = new Map(
      [...tensors].map(([key, { shape, data }]) => [key, { dtype: 'f32', shape, data } as TensorData]),
    );
    await writeSafetensors(join(peft, 'adapter_model.safetensors'), plain, { metadata: { format: 'pt' } });
    writeFileSync(join(peft, 'adapter_config.json'), JSON.stringify(golden.adapter));
    expect(logitsOf(mergeAdapter(params, await loadAdapter(peft, base)))).toEqual(expected);
  });
});
