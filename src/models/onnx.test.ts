import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { llamaClass } from '../../test/fixtures/decoder-classes.ts';
import { fromHalf } from '../half.ts';
import { writeOnnx } from '../io/index.ts';
import { createRng } from '../rng.ts';
import { type Tensor, tensor } from '../tensor/index.ts';
import { leaves, mapTree } from '../tree.ts';
import type { DecoderOptions } from './config.ts';
import { type DecoderParams, forward, init } from './decoder.ts';
import { onnxGraph, saveOnnx } from './onnx.ts';
import { preset } from './presets.ts';
import type { LoadedDecoder } from './storage.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inkstone-onnx-'));
});
afterAll(() => rm(folder, { recursive: true }));

const gpt2Class = { heads: 4, activation: 'geluTanh', bias: true } as const;

/** A model whose norms and biases are not what they begin with. */
function model(changes: Partial<DecoderOptions>): LoadedDecoder {
  const config = preset('nano', changes);
  const rng = createRng(9);
  const moved = (weight: Tensor): Tensor => {
    const data = weight.data as Float32Array;
    if (weight.shape.length === 1) for (let i = 0; i < data.length; i++) data[i] += 0.2 * rng.normal();
    return weight;
  };
  const params = init(config, createRng(4), { std: 0.2 });
  return { config, params: mapTree<Tensor, Tensor>(params, moved) as DecoderParams };
}

/** Fields of a protocol buffer by number: whole numbers, or bytes. Written for these tests, apart from the writer. */
function fieldsOf(bytes: Uint8Array): Map<number, (bigint | Uint8Array)[]> {
  const fields = new Map<number, (bigint | Uint8Array)[]>();
  let at = 0;
  const varint = (): bigint => {
    for (let value = 0n, shift = 0n; ; shift += 7n) {
      value |= BigInt(bytes[at] & 127) << shift;
      if (bytes[at++] < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const kind = tag & 7;
    const length = kind === 0 ? 0 : kind === 5 ? 4 : Number(varint());
    const value = kind === 0 ? varint() : bytes.subarray(at, (at += length));
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), value]);
  }
  expect(at).toBe(bytes.length);
  return fields;
}

const textOf = (value: bigint | Uint8Array): string => new TextDecoder().decode(value as Uint8Array);
const messages = (fields: ReturnType<typeof fieldsOf>, field: number) =>
  (fields.get(field) ?? []).map((value) => fieldsOf(value as Uint8Array));

/** The graph in a file: names of everything, and the bytes of each constant. */
async function decode(path: string) {
  const file = fieldsOf(await readFile(path));
  const [graph] = messages(file, 7);
  const names = (field: number): string[] => messages(graph, field).map((value) => textOf(value.get(1)![0]));
  return {
    irVersion: file.get(1)![0],
    opset: messages(file, 8)[0].get(2)![0],
    nodes: messages(graph, 1).map((node) => ({
      operator: textOf(node.get(4)![0]),
      inputs: (node.get(1) ?? []).map(textOf),
      outputs: (node.get(2) ?? []).map(textOf),
    })),
    tensors: new Map(
      messages(graph, 5).map((constant) => [
        textOf(constant.get(8)![0]),
        {
          bytes: constant.get(9)?.[0] as Uint8Array | undefined,
          type: Number(constant.get(2)![0]),
          outside: Object.fromEntries(
            messages(constant, 13).map((entry) => [textOf(entry.get(1)![0]), textOf(entry.get(2)![0])]),
          ),
        },
      ]),
    ),
    inputs: names(11),
    outputs: names(12),
  };
}

const f32 = (bytes: Uint8Array): Float32Array => new Float32Array(new Uint8Array(bytes).buffer);

describe('the file', () => {
  test.each([
    ['gpt2', gpt2Class, false],
    ['llama', llamaClass, false],
    ['llama', { ...llamaClass, qkNorm: true, tiedHead: true }, true],
  ] as const)(
    '%s %j, cache: %s: every name is made before it is read, every weight is there',
    async (_, changes, cache) => {
      const { config, params } = model(changes);
      const path = join(folder, 'model.onnx');
      const size = await saveOnnx(path, { config, params }, { cache });
      const graph = await decode(path);
      expect([graph.irVersion, graph.opset]).toEqual([8n, 17n]);
      const memory = (kind: string) =>
        cache ? [0, 1].flatMap((layer) => ['key', 'value'].map((part) => `${kind}.${layer}.${part}`)) : [];
      expect(graph.inputs).toEqual(['input_ids', ...memory('past_key_values')]);
      expect(graph.outputs).toEqual(['logits', ...memory('present')]);
      const made = new Set([...graph.inputs, ...graph.tensors.keys()]);
      for (const { inputs, outputs } of graph.nodes) {
        for (const input of inputs) expect(made).toContain(input);
        for (const output of outputs) {
          expect(made).not.toContain(output);
          made.add(output);
        }
      }
      for (const output of graph.outputs) expect(made).toContain(output);
      const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
      for (const name of graph.tensors.keys()) expect(read).toContain(name);
      for (const [name, { data }] of leaves<Tensor>(params)) {
        const stored = f32(graph.tensors.get(name)!.bytes!);
        expect([name, [...stored].sort()]).toEqual([name, [...(data as Float32Array)].sort()]);
      }
      expect(size).toBe([...graph.tensors.values()].reduce((sum, { bytes }) => sum + bytes!.length, 0));
    },
  );

  test('large constants go into a second file where the first would not hold them', async () => {
    const whole = model(llamaClass);
    const path = join(folder, 'outside.onnx');
    await writeOnnx(path, onnxGraph(whole), { inlineBytes: 0 });
    const { tensors } = await decode(path);
    const { bytes, outside } = tensors.get('embedding.weight')!;
    expect(bytes).toBeUndefined();
    expect(outside.location).toBe('outside.onnx.data');
    const data = readFileSync(join(folder, 'outside.onnx.data'));
    const from = Number(outside.offset);
    const stored = f32(data.subarray(from, from + Number(outside.length)));
    expect(stored).toEqual(whole.params.embedding.weight.data);
    expect(tensors.get('finalNorm.weight')!.bytes).toHaveLength(4 * 32);
  });

  test('halves: matrices in 16 bits, vectors and tables whole', async () => {
    const { config, params } = model(llamaClass);
    const path = join(folder, 'halves.onnx');
    await saveOnnx(path, { config, params }, { halves: true });
    const { tensors, nodes } = await decode(path);
    const { type, bytes } = tensors.get('embedding.weight.f16')!;
    expect(type).toBe(10);
    const widened = Array.from(new Uint16Array(new Uint8Array(bytes!).buffer), fromHalf);
    const weights = params.embedding.weight.data as Float32Array;
    for (const [i, x] of widened.entries()) expect(Math.abs(x - weights[i])).toBeLessThan(5e-4);
    expect(tensors.get('cos')!.type).toBe(1);
    expect(nodes.filter(({ operator }) => operator === 'Cast')).toHaveLength(16);
  });
});

/** ONNX Runtime, where the benches have it: `npm install --ignore-scripts --prefix bench/peers/node`. */
const runtime = (() => {
  try {
    return createRequire(new URL('../../bench/peers/node/package.json', import.meta.url))('onnxruntime-node');
  } catch {
    return undefined;
  }
})();

describe.skipIf(!runtime)(
  'in ONNX Runtime (needs npm install --ignore-scripts --prefix bench/peers/node)',
  () => {
    const batch = [0, 1].map((row) => Array.from({ length: 12 }, (_, i) => (7 * i + 31 * row + i * i) % 64));
    const idsOf = (from: number, to: number) =>
      new runtime.Tensor(
        'int64',
        BigInt64Array.from(
          batch.flatMap((row) => row.slice(from, to)),
          BigInt,
        ),
        [2, to - from],
      );
    const open = (path: string) =>
      runtime.InferenceSession.create(path, { intraOpNumThreads: 1, logSeverityLevel: 3 });
    const worst = (got: Float32Array, expected: Float32Array) =>
      got.reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i])), 0);
    const llama3 = {
      kind: 'llama3',
      factor: 8,
      lowFrequency: 1,
      highFrequency: 4,
      originalContext: 64,
    } as const;

    test.each([
      gpt2Class,
      { activation: 'gelu', tiedHead: false },
      { activation: 'relu', positions: 'sinusoidal', embeddingScale: 3, logitSoftcap: 5 },
      { activation: 'silu', heads: 4, kvHeads: 2, positions: 'alibi', window: 5 },
      llamaClass,
      { ...llamaClass, bias: true, tiedHead: true },
      { ...llamaClass, positions: { kind: 'rotary', interleaved: true, fraction: 0.5 }, window: 4 },
      { ...llamaClass, positions: { kind: 'rotary', base: 5000, scaling: llama3 } },
      { ...llamaClass, qkNorm: true, headSize: 16 },
    ] as const)('%j: our logits, at once and step by step', async (changes) => {
      const { config, params } = model(changes as Partial<DecoderOptions>);
      const expected = forward(params, config, tensor(batch, { dtype: 'i32' })).data as Float32Array;
      const path = join(folder, 'run.onnx');
      await saveOnnx(path, { config, params });
      const { logits } = await (await open(path)).run({ input_ids: idsOf(0, 12) });
      expect(logits.dims).toEqual([2, 12, 64]);
      expect(worst(logits.data, expected)).toBeLessThan(1e-4);

      await saveOnnx(path, { config, params }, { cache: true });
      const session = await open(path);
      const { kvHeads, headSize } = config;
      let past = Object.fromEntries(
        session.inputNames
          .slice(1)
          .map((name: string) => [
            name,
            new runtime.Tensor('float32', new Float32Array(0), [2, kvHeads, 0, headSize]),
          ]),
      );
      for (const [from, to] of [
        [0, 5],
        [5, 6],
        [6, 12],
      ]) {
        const { logits: rows, ...present } = await session.run({ input_ids: idsOf(from, to), ...past });
        past = Object.fromEntries(
          Object.entries(present).map(([name, value]) => [name.replace('present', 'past_key_values'), value]),
        );
        [0, 1].forEach((row) => {
          const ours = expected.subarray((row * 12 + from) * 64, (row * 12 + to) * 64);
          const theirs = rows.data.subarray(row * (to - from) * 64, (row + 1) * (to - from) * 64);
          expect(worst(theirs, ours)).toBeLessThan(1e-4);
        });
      }
    });
  },
);
