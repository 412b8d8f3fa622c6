import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { wave } from '../../test/contracts/wave.ts';
import { createRng } from '../rng.ts';
import {
  add,
  cast,
  mul,
  rowsView,
  sum,
  type Tensor,
  tensor,
  valueAndGrad,
  withShape,
} from '../tensor/index.ts';
import { leaves, mapTree } from '../tree.ts';
import {
  attendMemory,
  type CrossAttentionConfig,
  type CrossAttentionParams,
  crossAttentionSpec,
  crossMemory,
  type MemoryPadding,
  runCrossAttention,
} from './cross-attention.ts';
import { initialize, normalInit, type ParameterSpec } from './parameters.ts';

const WIDTH = 8;

/** Numbers of PyTorch and Hugging Face: test/golden/cross-attention.py. */
const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/cross-attention.json', import.meta.url), 'utf8'),
) as {
  [name: string]: {
    config: Omit<CrossAttentionConfig, 'width'>;
    sizes: [batch: number, length: number, tokens: number];
    hides: number[][] | null;
    out: number[];
    gradients: { x: number[]; memory: number[]; params: { [path: string]: number[] } };
  };
};

const order = ['query', 'key', 'value', 'output'];
const paramsOf = (config: CrossAttentionConfig): CrossAttentionParams =>
  mapTree<ParameterSpec, Tensor>(
    crossAttentionSpec(config, normalInit(1), normalInit(1)),
    ({ shape }, path) => {
      const [part, kind] = path.split('.');
      return wave(shape, (kind === 'bias' ? 8 : 4) + order.indexOf(part));
    },
  ) as CrossAttentionParams;

function expectClose(got: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(got.length).toBe(expected.length);
  for (let i = 0; i < got.length; i++) expect(got[i]).toBeCloseTo(expected[i], 5);
}

test.each(Object.entries(golden))('%s: values and gradients are those of the reference', (_, of) => {
  const config = { ...of.config, width: WIDTH };
  const [batch, length, tokens] = of.sizes;
  const padding = of.hides ? { hides: tensor(of.hides) } : {};
  const weigh = wave([batch, length, WIDTH], 3);
  const inputs = {
    x: wave([batch, length, WIDTH], 1),
    memory: wave([batch, tokens, config.memoryWidth ?? WIDTH], 2),
    params: paramsOf(config),
  };
  const run = ({ x, memory, params }: typeof inputs) =>
    runCrossAttention(params, x, attendMemory(crossMemory(params, memory, config, padding), config), config);
  expectClose(run(inputs).data, of.out);
  const { gradients } = valueAndGrad((at: typeof inputs) => sum(mul(run(at), weigh)), inputs);
  expectClose(gradients.x.data, of.gradients.x);
  expectClose(gradients.memory.data, of.gradients.memory);
  const found = leaves<Tensor>(gradients.params);
  expect(found.map(([path]) => path).sort()).toEqual(Object.keys(of.gradients.params).sort());
  for (const [path, g] of found) expectClose(g.data, of.gradients.params[path]);
});

describe('a memory of padded texts', () => {
  const config: CrossAttentionConfig = {
    width: WIDTH,
    memoryWidth: 6,
    heads: 4,
    kvHeads: 2,
    headSize: 2,
    inputBias: true,
    outputBias: false,
  };
  const params = initialize(crossAttentionSpec(config, normalInit(1), normalInit(1)), createRng(1));
  const x = wave([2, 3, WIDTH], 1);
  const memory = wave([2, 5, 6], 2);
  const read = (padding: MemoryPadding, of = memory) =>
    runCrossAttention(params, x, attendMemory(crossMemory(params, of, config, padding), config), config).data;

  test('what is padding is not seen, on either side, said by places or by a mask', () => {
    const hides = tensor([[1, 0, 0, 0, 1], [0, 0, 0, 1, 1]]); // biome-ignore format: a mask
    const places = read({ start: [1, 0], end: [4, 3] });
    expectClose(read({ hides }), places);
    const changed = tensor(
      memory.data.map((value, i) => (hides.data[Math.floor(i / 6)] ? value + 9 : value)),
      { shape: memory.shape },
    );
    expect(read({ start: [1, 0], end: [4, 3] }, changed)).toEqual(places);
    expect(read({}, changed)).not.toEqual(read({}));
    const alone = withShape(rowsView(memory, 1, 2), [1, 5, 6]);
    const short = tensor(alone.data.subarray(0, 18), { shape: [1, 3, 6] });
    const second = rowsView(x, 1, 2);
    const cut = runCrossAttention(
      params,
      second,
      attendMemory(crossMemory(params, short, config), config),
      config,
    ).data;
    expectClose(cut, places.subarray(3 * WIDTH));
  });

  test('keys and values made once serve tokens that come one by one, and a residual is added', () => {
    const padding = { end: [5, 2] };
    const whole = read(padding);
    const kept = crossMemory(params, memory, config, padding);
    for (let t = 0; t < 3; t++) {
      const at = (b: number) => x.data.subarray((b * 3 + t) * WIDTH, (b * 3 + t + 1) * WIDTH);
      const token = tensor([...at(0), ...at(1)], { shape: [2, 1, WIDTH] });
      const one = runCrossAttention(params, token, attendMemory(kept, config), config, token).data;
      for (const b of [0, 1]) {
        const expected = whole.subarray((b * 3 + t) * WIDTH, (b * 3 + t + 1) * WIDTH);
        expectClose(
          one.subarray(b * WIDTH, (b + 1) * WIDTH).map((y, i) => y - at(b)[i]),
          expected,
        );
      }
    }
  });

  test('its gradients are its slopes', () => {
    const to64 = <T>(tree: T): T => mapTree<Tensor, Tensor>(tree, (t) => cast(t, 'f64')) as T;
    const inputs = to64({ x, memory, params });
    const f = (at: typeof inputs) =>
      sum(
        mul(
          runCrossAttention(
            at.params,
            at.x,
            attendMemory(crossMemory(at.params, at.memory, config, { end: [5, 2] }), config),
            config,
          ),
          to64(wave([2, 3, WIDTH], 3)),
        ),
      );
    const along = mapTree<Tensor, Tensor>(inputs, ({ shape }, path) =>
      cast(normalInit(1)(shape, createRng(path.length)), 'f64'),
    ) as typeof inputs;
    const directions = new Map(leaves<Tensor>(along));
    const moved = (step: number) =>
      mapTree<Tensor, Tensor>(inputs, (t, path) => add(t, mul(directions.get(path)!, step))) as typeof inputs;
    const numeric = (f(moved(1e-5)).item() - f(moved(-1e-5)).item()) / 2e-5;
    const { gradients } = valueAndGrad(f, inputs);
    const tape = leaves<Tensor>(gradients)
      .map(([path, g]) => sum(mul(g, directions.get(path)!)).item())
      .reduce((a, b) => a + b);
    expect(Math.abs(tape / numeric - 1)).toBeLessThan(1e-7);
  });
});
