/** What writers, their texts and their gradients are, on models so small that what is right can be counted. */

import { expect, test } from 'vitest';
import { decoderConfig, init, initRecurrent, recurrentConfig } from '../models/index.ts';
import { createRng } from '../rng.ts';
import {
  fromArray,
  grad,
  memoryStats,
  mul,
  oneHot,
  resetPeak,
  scope,
  softmax,
  sub,
  sum,
  type Tensor,
  tensor,
} from '../tensor/index.ts';
import { leaves } from '../tree.ts';
import {
  advantages,
  decoderWriter,
  drawIds,
  gumbelIds,
  meanNll,
  measureTexts,
  policyLoss,
  recurrentWriter,
  straightThrough,
  type Texts,
  textLoss,
  tokenValues,
  type Writer,
  writeManyTexts,
  writeTexts,
  writtenIds,
} from './index.ts';

const small = recurrentConfig({ cell: 'lstm', vocabSize: 5, width: 6, layers: 2, contextLength: 8 });
const lstm = (seed = 1) => recurrentWriter(initRecurrent(small, createRng(seed)), small);
const mixing = recurrentConfig({ cell: 'rwkv', vocabSize: 5, width: 6, layers: 2, contextLength: 8 });
const rwkv = () => recurrentWriter(initRecurrent(mixing, createRng(3)), mixing);
const blocks = decoderConfig({ vocabSize: 5, width: 8, layers: 1, heads: 2, contextLength: 8 });
const transformer = () => decoderWriter(init(blocks, createRng(2)), blocks);
const ids = (rows: readonly number[][]) => tensor(rows, { dtype: 'i32' });
const expectClose = (got: ArrayLike<number>, expected: ArrayLike<number>, digits = 5): void => {
  expect(got.length).toBe(expected.length);
  for (let i = 0; i < got.length; i++) expect(got[i]).toBeCloseTo(expected[i], digits);
};

test.each([
  ['recurrent', lstm() as Writer],
  ['RWKV', rwkv() as Writer],
  ['decoder', transformer() as Writer],
])('a %s writer says the same token by token and at once', (_, writer) => {
  const rows = [
    [0, 3, 1, 4],
    [2, 2, 0, 1],
  ];
  const whole = writer.logits(writer.params, ids(rows)).data;
  // Read two tokens, take the texts in another order, one of them twice.
  let reading = writer.begin(2);
  for (const place of [0, 1]) {
    const now = Int32Array.from(rows, (row) => row[place]);
    reading = reading.next(now, (logits) => {
      for (const row of [0, 1])
        expectClose(
          Array.from(logits.data).slice(5 * row, 5 * row + 5),
          whole.subarray((4 * row + place) * 5, (4 * row + place + 1) * 5),
        );
    }).after;
  }
  reading.take(Int32Array.of(1, 0, 1)).next(Int32Array.of(0, 1, 0), (logits) => {
    const at = (row: number) => whole.subarray((4 * row + 2) * 5, (4 * row + 3) * 5);
    expectClose(logits.data, [...at(1), ...at(0), ...at(1)]);
  });
});

test('what is given stays, and behind an end there is nothing', () => {
  const prompts: Texts = {
    ids: Int32Array.of(1, 2, 0, 0, 3, 0, 0, 0),
    ...{ count: 2, length: 4, given: Int32Array.of(2, 1) },
  };
  // The first text ends at once, the second goes on with 4.
  const choose = (_: Tensor, place: number) => Int32Array.of(place === 2 ? 0 : 4, 4);
  const ends = { startId: 0, endId: 0 };
  const texts = writeTexts(lstm() as Writer, { ...ends, count: 2, length: 4, choose, prompts });
  expect([...texts.ids]).toEqual([1, 2, 0, 0, 3, 4, 4, 4]);
  expect(writtenIds(texts, 0).map((row) => [...row])).toEqual([[], [4, 4, 4]]);
});

test.each([
  ['recurrent', lstm() as Writer],
  ['RWKV', rwkv() as Writer],
])('what a %s writer remembers is given back when it has read on', (_, writer) => {
  const peakOf = (length: number): number => {
    resetPeak();
    const before = memoryStats().liveBytes;
    scope(() => writeTexts(writer, { startId: 0, count: 8, length, choose: drawIds(createRng(1)) }));
    return memoryStats().peakBytes - before;
  };
  expect(peakOf(12)).toBe(peakOf(4));
});

test('many texts are written a part at a time', () => {
  const prompts: Texts = {
    ids: Int32Array.of(1, 0, 2, 0, 3, 0),
    count: 3,
    length: 2,
    given: Int32Array.of(1, 1, 1),
  };
  const parts: number[] = [];
  const choose = (logits: Tensor, place: number) => {
    if (place === 0) parts.push(logits.shape[0]);
    return new Int32Array(logits.shape[0]).fill(4);
  };
  // So large a vocabulary that two rows of logits are all that may be there.
  const writer = { ...lstm(), vocabSize: 2 ** 23 } as Writer;
  const texts = writeManyTexts(writer, { startId: 0, count: 3, length: 2, choose, prompts });
  expect(texts).toEqual({ ...prompts, ids: Int32Array.of(1, 4, 2, 4, 3, 4) });
  expect(parts).toEqual([2, 1]);
});

test('how likely texts are is the same in parts of one text as at once', () => {
  const all: Texts = { ids: Int32Array.of(1, 2, 3, 4, 0, 0, 2, 2, 1), count: 3, length: 3 };
  const ends = { startId: 0, endId: 0 };
  const { params } = lstm();
  let parts = 0;
  const counting: Writer<typeof params> = {
    ...lstm(),
    vocabSize: 2 ** 23,
    logits(own, read) {
      parts++;
      return lstm().logits(own, read);
    },
  };
  const nll = meanNll(counting as Writer, all, ends);
  expect(parts).toBe(3);
  expect(nll).toBeCloseTo(textLoss(lstm(), params, all, ends).item(), 5);
});

test('empty texts are like no real one, and all alike', () => {
  const heldOut: Texts = { ids: Int32Array.of(1, 2, 3, 4), count: 1, length: 4 };
  const of = (...rows: number[][]): Texts => ({
    ids: Int32Array.from(rows.flat()),
    count: rows.length,
    length: 4,
  });
  const yardstick = { startId: 0, endId: 0, heldOut, samples: 4, seed: 1 };
  const [full, none] = [
    [1, 2, 3, 4],
    [0, 0, 0, 0],
  ];
  const { bleu, selfBleu } = measureTexts(of(full, [3, 3, 3, 3]), yardstick);
  const halfEmpty = measureTexts(of(full, [3, 3, 3, 3], none, none), yardstick);
  expect(halfEmpty.bleu).toBeCloseTo(bleu / 2, 10);
  expect(halfEmpty.selfBleu).toBeCloseTo((1 + selfBleu) / 2, 10);
  expect(measureTexts(of(none, none), yardstick)).toMatchObject({ bleu: 0, selfBleu: 1 });
});

/** A writer whose logits are its parameters, whatever it reads: [1, length, vocab]. */
function tableWriter(logits: Tensor): Writer<{ readonly logits: Tensor }> {
  const [, length, vocabSize] = logits.shape;
  const from = (place: number, count: number): ReturnType<Writer['begin']> => ({
    next(read, use) {
      const row = Array.from(logits.data).slice(place * vocabSize, (place + 1) * vocabSize);
      const all = tensor(Array.from({ length: read.length }, () => row));
      return { result: use(all), after: from(place + 1, count) };
    },
    take: (rows) => from(place, rows.length),
  });
  return {
    params: { logits },
    ...{ vocabSize, contextLength: length },
    logits: (own, read) =>
      mul(own.logits, fromArray(new Float32Array(read.shape[0]).fill(1), [read.shape[0], 1, 1], 'f32')),
    begin: (count) => from(0, count),
  };
}

test('a token is worth what texts behind it are worth on average, and the baseline is the mean', () => {
  // P(1) = 1/2, 1/4, 3/4 at the three places; a text is worth 4·a + 2·b + c, times a.
  const log = (p: number): [number, number] => [Math.log(1 - p), Math.log(p)];
  const writer = tableWriter(tensor([[log(0.5), log(0.25), log(0.75)]])) as Writer;
  const texts: Texts = { ids: Int32Array.of(1, 0, 1, 0, 1, 1), count: 2, length: 3 };
  const rewards = ({ ids: all, count }: Texts) =>
    Float32Array.from({ length: count }, (_, row) => {
      const [a, b, c] = all.subarray(3 * row, 3 * row + 3);
      return a * (4 * a + 2 * b + c);
    });
  const how = { rewards, startId: 0, rollouts: 3000, rng: createRng(4) };
  const values = tokenValues(writer, texts, how);
  expectClose(values, [4 + 2 * 0.25 + 0.75, 4.75, 5, 0, 0, 0], 1);
  expect(values[2]).toBe(5);
  const given = { ...texts, given: Int32Array.of(1, 2) };
  expect([...tokenValues(writer, given, { ...how, rollouts: 1 })].map((value) => value > 0)).toEqual([
    ...[false, true, true],
    ...[false, false, false],
  ]);
  expect([...advantages(Float32Array.of(1, 2, 3, 6), Float32Array.of(1, 1, 1, 0), 2)]).toEqual([-1, 0, 1, 0]);
});

test('with equal weights the policy gradient is that of likelihood', () => {
  const writer = lstm();
  const texts: Texts = { ids: Int32Array.of(1, 2, 0, 3, 3, 4), count: 2, length: 3 };
  const weights = new Float32Array(6).fill(1);
  const [policy, likelihood] = [
    grad(
      (p: typeof writer.params) => policyLoss(writer, p, { texts, weights, startId: 0, endId: 0 }),
      writer.params,
    ),
    grad((p: typeof writer.params) => textLoss(writer, p, texts, { startId: 0, endId: 0 }), writer.params),
  ].map((tree) => leaves<Tensor>(tree));
  policy.forEach(([, gradient], i) => {
    expectClose(gradient.data, likelihood[i][1].data);
  });
});

test('a straight-through text is its tokens, with the slope of the softened draw where it was written', () => {
  const table = tableWriter(
    tensor([
      [
        [0.1, 0.9, -0.3],
        [0.4, 0, 0.2],
        [1, -1, 0.5],
      ],
    ]),
  );
  const [seed, temperature] = [5, 0.7];
  const all = { startId: 0, count: 4, length: 3 };
  const prompts = { ids: new Int32Array(12).fill(2), count: 4, length: 3, given: new Int32Array(4).fill(1) };
  const texts = writeTexts(table as Writer, { ...all, choose: gumbelIds(seed), prompts });
  // The draws can be made again from all logits at once.
  const drawn = gumbelIds(seed)(tensor(Array.from({ length: 4 }, () => [0.4, 0, 0.2])), 1);
  expect([...drawn]).toEqual([0, 1, 2, 3].map((row) => texts.ids[3 * row + 1]));
  const options = { seed, temperature, startId: 0 };
  const shares = straightThrough(table, table.params, texts, options);
  const hard = oneHot(fromArray<'i32'>(texts.ids, [4, 3], 'i32'), 3);
  expectClose(shares.data, hard.data);
  // A critic that asks for token 1 at place 1 and 2: of the first place nothing is learned.
  const wish = tensor([
    [
      [0, 5, 0],
      [0, 1, 0],
      [0, 1, 0],
    ],
  ]);
  const slope = grad((p) => sum(mul(straightThrough(table, p, texts, options), wish)), table.params).logits;
  expect([...slope.data.subarray(0, 3)]).toEqual([0, 0, 0]);
  // At a high temperature the noise does not matter: p·(wish − Σ p·wish) of p = 1/3, over the temperature, in 4 texts.
  const hot = grad(
    (p) => sum(mul(straightThrough(table, p, texts, { ...options, temperature: 1e4 }), wish)),
    table.params,
  ).logits;
  const p = softmax(tensor([0, 0, 0])).data;
  const expected = Array.from(
    sub(tensor([0, 1, 0]), tensor([1 / 3, 1 / 3, 1 / 3])).data,
    (x, i) => (4 * x * p[i]) / 1e4,
  );
  expectClose(
    Array.from(hot.data.subarray(3, 6), (x) => 1e4 * x),
    expected.map((x) => 1e4 * x),
    2,
  );
});
