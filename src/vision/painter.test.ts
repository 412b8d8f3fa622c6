/** The network that draws against PyTorch: velocity, loss and every gradient. And what it begins as. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { encoderConfig } from '../models/index.ts';
import { initialize } from '../nn/index.ts';
import { createRng } from '../rng.ts';
import { fromArray, normal, type Shape, type Tensor, valueAndGrad } from '../tensor/index.ts';
import { leaves, mapTree } from '../tree.ts';
import { between, flowLoss } from './flow.ts';
import { imageEncoderConfig } from './image-encoder.ts';
import { type PainterParams, painterSpec, paintVelocity, readPrompts } from './painter.ts';

interface Golden {
  readonly size: number;
  readonly patch: number;
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
  readonly vocab: number;
  readonly context: number;
  readonly ids: readonly (readonly number[])[];
  readonly times: readonly number[];
  readonly between: readonly number[];
  readonly velocity: readonly number[];
  readonly loss: number;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}
const golden: Golden = JSON.parse(
  readFileSync(new URL('../../test/golden/painter.json', import.meta.url), 'utf8'),
);

/** The same numbers in every language. */
const wave = (shape: Shape, shift: number): Tensor<'f32'> =>
  fromArray(
    Float32Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      (_, i) => 0.5 * Math.sin(0.7 * i * i + 0.3 * i + shift),
    ),
    shape,
    'f32',
  );

const { width, heads, layers } = golden;
// NOTE The smallest side that is allowed is larger: the sizes of the golden network are written out.
const config = {
  ...imageEncoderConfig({ kind: 'patches' }),
  size: golden.size,
  patch: golden.patch,
  width,
  heads,
  layers,
};
const text = encoderConfig({
  ...{ vocabSize: golden.vocab, contextLength: golden.context, width, layers: 1, heads },
  ...{ block: 'preNorm', embeddingNorm: false, maskedHead: false },
});
const places = (golden.size / golden.patch) ** 2;
const shape = [2, places, 3 * golden.patch ** 2];

test('velocity, loss and every gradient are PyTorch’s', () => {
  const params = mapTree<{ readonly shape: Shape }, Tensor>(painterSpec(config, text), (spec, path) =>
    wave(spec.shape, 1 + [...path].reduce((sum, character) => sum + character.charCodeAt(0), 0)),
  ) as PainterParams;
  const [noise, pictures] = [wave(shape, 3), wave(shape, 4)];
  const times = Float32Array.from(golden.times);
  const near = (got: ArrayLike<number>, expected: readonly number[], what: string) => {
    expect(got.length, what).toBe(expected.length);
    const off = expected.map((x, i) => Math.abs(got[i] - x) / (1e-2 + Math.abs(x)));
    expect(Math.max(...off), what).toBeLessThan(5e-4);
  };
  near(between(noise, pictures, times).data, golden.between, 'between');
  const speed = (p: PainterParams) => (x: Tensor, t: Float32Array) =>
    paintVelocity(p, config, { x, times: t, prompts: readPrompts(p, text, golden.ids) });
  near(speed(params)(between(noise, pictures, times), times).data, golden.velocity, 'velocity');
  const { value, gradients } = valueAndGrad(
    (p: PainterParams) => flowLoss(speed(p), { noise, pictures, times }),
    params,
  );
  near([value.item()], [golden.loss], 'loss');
  const found = leaves<Tensor>(gradients);
  expect(found.map(([path]) => path).sort()).toEqual(Object.keys(golden.gradients).sort());
  for (const [path, { data }] of found) near(data, golden.gradients[path], path);
});

test('at first every guess is grey, and the same seed makes the same network', () => {
  const make = () => initialize(painterSpec(config, text), createRng(3));
  const params = make();
  const x = normal(shape, { seed: 1 });
  const prompts = readPrompts(params, text, golden.ids);
  const { data } = paintVelocity(params, config, { x, times: Float32Array.of(0.5, 0.99), prompts });
  const half = x.data.length / 2;
  // From where it is to 0 in the time that is left, which is never taken for less than a twentieth.
  data.forEach((value, i) => {
    expect(value).toBeCloseTo((i < half ? -2 : -20) * x.data[i], 4);
  });
  const again = new Map(leaves<Tensor>(make()));
  for (const [path, { data: own }] of leaves<Tensor>(params))
    expect(again.get(path)!.data, path).toEqual(own);
});
