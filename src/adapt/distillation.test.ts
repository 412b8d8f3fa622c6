import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Tensor, tensor, valueAndGrad } from '../tensor/index.ts';
import {
  type DistillationOptions,
  distilledLoss,
  hiddenStateLoss,
  type Reading,
  type Student,
  softTargetLoss,
  type Teacher,
} from './distillation.ts';

interface Figure {
  readonly value: number;
  readonly gradients: readonly (readonly number[])[];
}

const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/distillation.json', import.meta.url), 'utf8'),
);
const { batch, length, vocab, width, teacherWidth } = golden.sizes;
const wide = (values: readonly number[], shape: number[]): Tensor =>
  tensor(Float64Array.from(values), { shape, dtype: 'f64' });
const all = (values: readonly (readonly number[])[], shape: number[]): Tensor[] =>
  values.map((each) => wide(each, shape));
const [logits, taught] = [golden.student, golden.teacher].map((values) =>
  wide(values, [batch * length, vocab]),
);
const states = all(golden.states, [batch, length, width]);
const wanted = all(golden.wanted, [batch, length, teacherWidth]);
const maps = all(golden.maps, [teacherWidth, width]);
const targets = tensor(Int32Array.from(golden.targets), { shape: [batch * length], dtype: 'i32' });
const rows = {
  inputs: Int32Array.from(golden.targets, (id: number) => Math.max(0, id)),
  targets: Int32Array.from(golden.targets as number[]),
  batchSize: batch,
  contextLength: length,
};

function expectGolden<Params>(
  f: (params: Params) => Tensor,
  params: Params,
  figure: Figure,
  found: (gradients: Params) => Tensor[],
): void {
  const { value, gradients } = valueAndGrad(f, params);
  expect(value.item()).toBeCloseTo(figure.value, 9);
  const flat = found(gradients).flatMap(({ data }) => Array.from(data, Number));
  expect(flat.length).toBe(figure.gradients.flat().length);
  figure.gradients.flat().forEach((g, i) => expect(flat[i]).toBeCloseTo(g, 9));
}

test("soft targets, and their mixture with the text's own, are PyTorch's", () => {
  const { temperature, share } = golden;
  expectGolden(
    (x: Tensor) => softTargetLoss(x, taught, targets, temperature),
    logits,
    golden.soft,
    (g) => [g],
  );
  const student: Student<Tensor> = { layers: 2, width, read: (params) => reading([], params) };
  const loss = distilledLoss(student, teacherOf(), { ways: ['logits'], share, temperature, seed: 1 });
  expectGolden(
    (x: Tensor) => loss(x, rows, 0),
    logits,
    golden.mixed,
    (g) => [g],
  );
});

test("hidden states through a map are PyTorch's, states and maps alike", () => {
  expectGolden(
    (p: { states: Tensor[]; maps: Tensor[] }) =>
      hiddenStateLoss(
        p.states,
        wanted,
        targets,
        p.maps.map((weight) => ({ weight })),
      ),
    { states, maps },
    golden.hidden,
    (g) => [...g.states, ...g.maps],
  );
});

test('a student that is the teacher has nothing to learn', () => {
  expect(softTargetLoss(taught, taught, targets, 3).item()).toBe(0);
  expect(hiddenStateLoss([wanted[0], wanted[4]], wanted, targets).item()).toBe(0);
});

test('what the teacher wrote is learned, the beginnings are not', () => {
  const seen: { ids: number[]; targets: number[] }[] = [];
  const student: Student<Tensor> = {
    layers: 2,
    width,
    read: (params, ids) => ({
      ...reading([], params),
      likelihood: (own) => {
        seen.push({ ids: [...ids.data].map(Number), targets: [...own.data].map(Number) });
        return params;
      },
    }),
  };
  const options: DistillationOptions = { ways: ['sequence'], share: 0.5, temperature: 1, seed: 1 };
  const loss = distilledLoss(student, teacherOf(), options);
  const own = {
    inputs: Int32Array.of(1, 2, 3, 4, 5, 4, 3, 2),
    targets: Int32Array.of(2, 3, 4, 5, 4, 3, 2, 1),
    batchSize: 1,
    contextLength: 8,
  };
  for (let index = 0; index < 40; index++) loss(logits, own, index);
  const written = seen.filter(({ ids }) => ids.join() === '1,2,9,9,9,9,9,9');
  expect(written.length).toBeGreaterThan(8);
  expect(written.length).toBeLessThan(32);
  for (const { targets } of written) expect(targets).toEqual([-1, 9, 9, 9, 9, 9, 9, 9]);
  const texts = seen.filter((row) => !written.includes(row));
  expect(texts[0]).toEqual({ ids: [...own.inputs], targets: [...own.targets] });
});

const reading = (states: readonly Tensor[], logits: Tensor): Reading => ({
  states,
  logits: () => logits,
  likelihood: () => logits,
});

function teacherOf(): Teacher {
  return {
    layers: 4,
    width: teacherWidth,
    read: () => reading(wanted, taught),
    continueTexts: (texts, length) =>
      texts.map((text) => Int32Array.from({ length }, (_, i) => (i < text.length ? text[i] : 9))),
  };
}
