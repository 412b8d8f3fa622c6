import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runFfn, runLinear } from '../nn/index.ts';
import { normal, type Tensor, tensor } from '../tensor/index.ts';
import { leaves } from '../tree.ts';
import { inputNorms } from './layer-inputs.ts';
import { needsNorms, parsePruning, pruneNeurons, pruneWeights, sparsityOf } from './pruning.ts';

const golden = JSON.parse(readFileSync(new URL('../../test/golden/pruning.json', import.meta.url), 'utf8'));
const matrix = (values: readonly number[], shape: readonly number[]): Tensor =>
  tensor(Float32Array.from(values), { shape, dtype: 'f32' });
const layer = (path: string) => ({ weight: matrix(golden.weights[path], golden.shapes[path]) });
const model = {
  embedding: { weight: matrix([1, 0.001, 2, 0.002], [2, 2]) },
  blocks: [
    { attention: { query: layer('blocks.0.attention.query') }, ffn: { up: layer('blocks.0.ffn.up') } },
    { ffn: { down: layer('blocks.1.ffn.down') } },
  ],
};
const inputs = (path: string) => matrix(golden.inputs[path], [20, golden.shapes[path][1]]);

test.each(Object.keys(golden.masks))('%s: the masks are those of the reference', async (spec) => {
  const norms = await inputNorms(model, ({ blocks: [first, second] }) => {
    runLinear(first.attention!.query, inputs('blocks.0.attention.query'));
    runLinear(first.ffn.up!, inputs('blocks.0.ffn.up'));
    runLinear(second.ffn.down!, inputs('blocks.1.ffn.down'));
  });
  const pruned = pruneWeights(model, parsePruning(spec), norms);
  const before = new Map(leaves<Tensor>(model));
  for (const [path, { data }] of leaves<Tensor>(pruned)) {
    const mask = golden.masks[spec][path.replace('.weight', '')];
    const kept = Array.from(before.get(path)!.data, (w, i) => (mask?.[i] === '0' ? 0 : w));
    expect({ path, data: Array.from(data) }).toEqual({ path, data: kept });
  }
  const all = Object.values<string>(golden.masks[spec]).join('');
  expect(sparsityOf(pruned)).toBeCloseTo(all.replaceAll('1', '').length / all.length, 12);
  expect(sparsityOf(model)).toBe(0);
});

describe('neurons', () => {
  const numbers = (shape: number[], seed: number): Tensor => normal(shape, { seed, stream: 0 });
  const ffn = {
    gate: { weight: numbers([6, 4], 1), bias: numbers([6], 2) },
    up: { weight: numbers([6, 4], 3), bias: numbers([6], 4) },
    down: { weight: numbers([4, 6], 5), bias: numbers([4], 6) },
  };
  const x = numbers([9, 4], 7);
  const read = (blocks: readonly { ffn: typeof ffn }[]) => blocks.map(({ ffn }) => runFfn(ffn, x, 'swiglu'));

  test('those go that write least; what stays computes the same', async () => {
    // Neurons 1 and 4 write nothing.
    const silent = Float32Array.from(ffn.down.weight.data as Float32Array, (w, i) =>
      [1, 4].includes(i % 6) ? 0 : w,
    );
    const down = { ...ffn.down, weight: matrix([...silent], [4, 6]) };
    const dense = { blocks: [{ ffn: { ...ffn, down } }] };
    const norms = await inputNorms(dense, ({ blocks }) => void read(blocks));
    const smaller = pruneNeurons(dense, 4, norms);
    expect(smaller.blocks[0].ffn.gate!.weight.shape).toEqual([4, 4]);
    expect(smaller.blocks[0].ffn.down.weight.shape).toEqual([4, 4]);
    const [before] = read(dense.blocks);
    const [after] = read(smaller.blocks);
    Array.from(before.data, (y, i) => expect(after.data[i]).toBeCloseTo(Number(y), 5));
  });

  test('how loud a neuron is counts, not only how large its weights are', () => {
    const dense = { blocks: [{ ffn }] };
    const norms = new Map([['blocks.0.ffn.down', Float64Array.of(0, 0, 1, 0, 0, 1)]]);
    const { up } = pruneNeurons(dense, 2, norms).blocks[0].ffn;
    const rows = ffn.up.weight.data as Float32Array;
    expect(Array.from(up.weight.data)).toEqual([...rows.slice(8, 12), ...rows.slice(20, 24)]);
  });
});

test('ways are read as they are written', () => {
  expect(parsePruning('2:4')).toEqual({ method: 'magnitude', amount: { keep: 2, of: 4 } });
  expect(parsePruning('wanda:4:8')).toEqual({ method: 'wanda', amount: { keep: 4, of: 8 } });
  expect(needsNorms(parsePruning('structured:.25'))).toBe(true);
  for (const spec of [
    'wanda',
    '0.5',
    'magnitude:1',
    'magnitude:0',
    'wanda:4:2',
    'structured:2:4',
    'random:0.5',
    '0:4',
  ]) {
    expect(() => parsePruning(spec)).toThrow(`got "${spec}"`);
  }
});
