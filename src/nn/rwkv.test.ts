/** RWKV's sums stay finite whatever the keys, and its halves see one token back. */

import { expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import { normal, slice, type Tensor, tensor, valueAndGrad, wkvScan, zeros } from '../tensor/index.ts';
import { channelMixingSpec, initialize, runChannelMixing, WKV_EMPTY } from './index.ts';

test('keys far too large or small to be raised to: the mean and its gradients are what they ought to be', () => {
  const scan = (keys: readonly number[], values: readonly number[]) => {
    const column = (x: readonly number[]) => tensor(x, { shape: [x.length, 1, 1] });
    const [decay, first] = [tensor([-0.5]), tensor([0])];
    const start = tensor([[0, 0, WKV_EMPTY]]);
    return valueAndGrad(
      (given: { key: Tensor; value: Tensor; decay: Tensor; first: Tensor }) =>
        slice(wkvScan({ ...given, start }).mixed, 0, -1 + keys.length, keys.length),
      { key: column(keys), value: column(values), decay, first },
    );
  };
  // The first weighs e^400 times as much as what follows.
  const high = scan([300, -100, -100], [2, 5, 7]);
  expect(high.value.data[0]).toBe(2);
  expect([...high.gradients.value.data]).toEqual([1, 0, 0]);
  // The last alone counts, however little.
  const low = scan([-400, -300, -200], [2, 5, 7]);
  expect(low.value.data[0]).toBe(7);
  // Two that are equally far out share: the older has not faded yet, for it faded on being read.
  const even = scan([500, 500], [2, 6]);
  expect(even.value.data[0]).toBeCloseTo(4, 5);
  expect([...even.gradients.key.data].map((x) => x.toFixed(3))).toEqual(['-1.000', '1.000']);
  for (const { gradients } of [high, low, even]) {
    for (const { data } of Object.values(gradients)) expect([...data].every(Number.isFinite)).toBe(true);
  }
});

test('a token sees itself and the one before, at the first place what was read last', () => {
  const config = { width: 4, ffnSize: 8, layer: 0, layers: 2 };
  const params = initialize(channelMixingSpec(config), createRng(1));
  params.value.weight = normal([4, 8], { seed: 1, stream: 0 });
  const x = normal([3, 1, 4], { seed: 2, stream: 0 });
  const whole = runChannelMixing(params, x, zeros([1, 4]));
  const at = (from: number, to: number) => slice(x, 0, from, to);
  const last = runChannelMixing(params, at(2, 3), tensor([[...x.data.subarray(4, 8)]]));
  expect([...last.data]).toEqual([...whole.data.subarray(8, 12)]);
  expect([...runChannelMixing(params, at(2, 3), zeros([1, 4])).data]).not.toEqual([...last.data]);
});
