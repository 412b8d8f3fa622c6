/** Reptile on the sines of its paper; languages are in `examples/10-meta-learning.ts`. */

import { expect, test } from 'vitest';
import { type LinearParams, runLinear } from '../nn/index.ts';
import { createRng, type Rng } from '../rng.ts';
import { affine, fromArray, mean, mul, normal, sub, type Tensor, tanh, zeros } from '../tensor/index.ts';
import { adapt, type MetaTask, reptile } from './meta.ts';

type Points = { readonly x: Tensor; readonly y: Tensor };
type Net = { readonly a: LinearParams; readonly b: LinearParams; readonly c: LinearParams };

const WIDTH = 24;
const STEPS = 8;
const LR = 0.02;
const SHOTS = 10;
const ROUNDS = 300;

function net(seed: number): Net {
  const rng = createRng(seed);
  const layer = (inputs: number, outputs: number): LinearParams => ({
    weight: affine(normal([outputs, inputs], rng), Math.sqrt(1 / inputs), 0),
    bias: zeros([outputs]),
  });
  return { a: layer(1, WIDTH), b: layer(WIDTH, WIDTH), c: layer(WIDTH, 1) };
}

function loss({ a, b, c }: Net, { x, y }: Points): Tensor {
  const error = sub(runLinear(c, tanh(runLinear(b, tanh(runLinear(a, x))))), y);
  return mean(mul(error, error));
}

/** A sine of its own height and phase (Finn et al. 2017, §5.1). */
function sine(rng: Rng) {
  const [height, phase] = [0.1 + 4.9 * rng.uniform(), Math.PI * rng.uniform()];
  return (xs: readonly number[]): Points => ({
    x: fromArray<'f32'>(Float32Array.from(xs), [xs.length, 1], 'f32'),
    y: fromArray<'f32'>(
      Float32Array.from(xs, (x) => height * Math.sin(x + phase)),
      [xs.length, 1],
      'f32',
    ),
  });
}
const drawn = (rng: Rng): number[] => Array.from({ length: SHOTS }, () => 10 * rng.uniform() - 5);
const everywhere = Array.from({ length: 50 }, (_, i) => -5 + (10 * i) / 49);

/** The mean error on new sines after a few steps on ten points of each. */
async function fewShots(params: Net): Promise<number> {
  let sum = 0;
  for (let k = 0; k < 10; k++) {
    const rng = createRng(99).split(k);
    const curve = sine(rng);
    const shots = curve(drawn(rng));
    const learnt = await adapt(() => shots, { params, loss, steps: STEPS, lr: LR });
    sum += loss(learnt.params, curve(everywhere)).item() / 10;
  }
  return sum;
}

const task = (round: number): MetaTask<Points> => {
  const rng = createRng(3).split(round);
  const shots = sine(rng)(drawn(rng));
  return () => shots;
};

test('a few shots from its start beat as many from one that learnt the same tasks all at once', async () => {
  const params = net(1);
  const losses: number[] = [];
  for await (const { loss: one } of reptile({ params, loss, task, rounds: ROUNDS, steps: STEPS, lr: LR }))
    losses.push(one);
  expect(losses).toHaveLength(ROUNDS);
  const all = { params: net(1), loss, steps: ROUNDS * STEPS, lr: LR };
  // Its best answer to an unknown sine is nearly flat.
  const { params: joint } = await adapt((step) => task(step % ROUNDS)(0), all);
  expect(await fewShots(params)).toBeLessThan(0.6 * (await fewShots(joint)));
});

test('a task leaves the start as it was; a rate that is too high is named', async () => {
  const params = net(1);
  const before = params.b.weight.data.slice();
  const { params: learnt, loss: mean } = await adapt(task(0), { params, loss, steps: 2, lr: LR });
  expect(params.b.weight.data).toEqual(before);
  expect(learnt.b.weight.data).not.toEqual(before);
  expect(mean).toBeGreaterThan(0);
  const wild = { params, loss, steps: 50, lr: 1e6 };
  await expect(adapt(task(0), wild)).rejects.toMatchObject({ code: 'train/diverged' });
  const rounds = reptile({ ...wild, task, rounds: 3 });
  await expect(rounds.next()).rejects.toMatchObject({ code: 'train/diverged' });
  expect(params.b.weight.data).toEqual(before);
  const signal = AbortSignal.abort();
  await expect(adapt(task(0), { ...wild, signal })).rejects.toMatchObject({ name: 'AbortError' });
});

test('one round of one step moves by the gradient, a part of the way', async () => {
  const [params, plain] = [net(1), net(1)];
  const how = { loss, steps: 1, lr: LR };
  const { params: learnt } = await adapt(task(0), { ...how, params: plain });
  await reptile({ ...how, params, task, rounds: 1, outerLr: 0.25 }).next();
  const moved = (x: number, i: number): number => x + 0.25 * (learnt.a.weight.data[i] - x);
  const wanted = Array.from(plain.a.weight.data, moved);
  wanted.forEach((x, i) => expect(params.a.weight.data[i]).toBeCloseTo(x, 6));
});
