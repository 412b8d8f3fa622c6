/** The adversarial training on models so small that what is right can be counted. */

import { expect, test } from 'vitest';
import { decoderConfig, init, initRecurrent, recurrentConfig } from '../models/index.ts';
import { createRng } from '../rng.ts';
import { fromArray, grad, mul, oneHot, softmax, sub, sum, type Tensor, tensor } from '../tensor/index.ts';
import type { Snapshot, TrackedParameter } from '../train/index.ts';
import { leaves } from '../tree.ts';
import {
  type AdversarialEvent,
  type AdversarialOptions,
  advantages,
  createCritic,
  createOracle,
  decoderWriter,
  drawIds,
  gumbelIds,
  isCollapsed,
  meanNll,
  policyLoss,
  recurrentWriter,
  straightThrough,
  type Texts,
  textLoss,
  tokenValues,
  trainAdversarially,
  type Writer,
  writeTexts,
  writtenIds,
} from './index.ts';

const small = recurrentConfig({ cell: 'lstm', vocabSize: 5, width: 6, layers: 2, contextLength: 8 });
const lstm = (seed = 1) => recurrentWriter(initRecurrent(small, createRng(seed)), small);
const blocks = decoderConfig({ vocabSize: 5, width: 8, layers: 1, heads: 2, contextLength: 8 });
const transformer = () => decoderWriter(init(blocks, createRng(2)), blocks);
const ids = (rows: readonly number[][]) => tensor(rows, { dtype: 'i32' });
const expectClose = (got: ArrayLike<number>, expected: ArrayLike<number>, digits = 5): void => {
  expect(got.length).toBe(expected.length);
  for (let i = 0; i < got.length; i++) expect(got[i]).toBeCloseTo(expected[i], digits);
};

test.each([
  ['recurrent', lstm() as Writer],
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

test('collapse: texts that are alike, pairs that are few, words that are few', () => {
  const before = { bleu: 0.3, selfBleu: 0.2, distinct2: 0.6, entropy: 6 };
  expect(isCollapsed({ ...before, selfBleu: 0.59, distinct2: 0.31, entropy: 3.1 }, before)).toBe(false);
  for (const sign of [{ selfBleu: 0.61 }, { distinct2: 0.29 }, { entropy: 2.9 }])
    expect(isCollapsed({ ...before, ...sign }, before)).toBe(true);
});

/** A small oracle, and a writer that knows nothing. */
function toyGame(overrides: Partial<AdversarialOptions<unknown>> = {}) {
  const oracle = createOracle({ vocabSize: 8, width: 8, seed: 3 });
  const config = recurrentConfig({ cell: 'lstm', vocabSize: 8, width: 16, layers: 1, contextLength: 5 });
  const writer = recurrentWriter(initRecurrent(config, createRng(5)), config) as Writer;
  const rng = createRng(6);
  const write = (count: number) =>
    writeTexts(oracle as Writer, { startId: 0, count, length: 5, choose: drawIds(rng) });
  const [real, heldOut] = [write(500), write(200)];
  const critic = createCritic(
    8,
    {
      embedding: 12,
      filters: 12,
      widths: [1, 2, 3],
      dropout: 0,
      spectralNorm: overrides.loss === 'wasserstein',
    },
    7,
  );
  const options: AdversarialOptions<unknown> = {
    ...{
      writer,
      critic,
      real,
      method: 'policy',
      loss: 'bce',
      rollouts: 2,
      temperature: 1,
      warmup: 10,
      rounds: 30,
    },
    ...{ criticSteps: 3, batchSize: 32, lr: 0.02, criticLr: 0.01, evaluateEvery: 10, seed: 8 },
    yardstick: { startId: 0, heldOut, oracle: oracle as Writer, samples: 200, seed: 9 },
    ...overrides,
  };
  return { options, writer, oracle: oracle as Writer };
}

async function play(options: AdversarialOptions<unknown>): Promise<AdversarialEvent[]> {
  const events: AdversarialEvent[] = [];
  for await (const event of trainAdversarially(options)) events.push(event);
  return events;
}

const endOf = (events: readonly AdversarialEvent[]) =>
  events.at(-1) as Extract<AdversarialEvent, { type: 'finish' }>;

test('a writer that knows nothing learns from the critic alone what the oracle calls likely', async () => {
  const { options, writer, oracle } = toyGame();
  const { reason, before, best, bestRound } = endOf(await play(options));
  expect(reason).toBe('done');
  expect(bestRound).toBeGreaterThan(10);
  expect(best.oracleNll!).toBeLessThan(before.oracleNll! - 0.1);
  // The writer that is left is the best one.
  const texts = writeTexts(writer, { startId: 0, count: 400, length: 5, choose: drawIds(createRng(1)) });
  expect(meanNll(oracle, texts, { startId: 0 })).toBeCloseTo(best.oracleNll!, 0);
});

test.each([['bce'], ['non-saturating'], ['wasserstein']] as const)(
  'along the slope of the critic with %s',
  async (loss) => {
    const { options } = toyGame({ method: 'straight-through', loss, rounds: 20 });
    const { before, best } = endOf(await play(options));
    expect(best.oracleNll!).toBeLessThan(before.oracleNll! - 0.1);
  },
);

test('broken off and gone on with, it is the same run to the last bit', async () => {
  const rest = { warmup: 1, rounds: 4, evaluateEvery: 2, weightClip: 0.2, gradientPenalty: undefined };
  const whole = toyGame({ loss: 'wasserstein', ...rest });
  const expected = await play(whole.options);
  const controller = new AbortController();
  const kept: Map<string, Float32Array> = new Map();
  let round = 0;
  const all = (tracked: readonly TrackedParameter[]) =>
    tracked.flatMap(({ path, tensor: own, slots }) => [
      [path, own] as const,
      ...Object.entries(slots).map(([slot, state]) => [`${slot}/${path}`, state] as const),
    ]);
  const save = async ({ place, tracked }: Snapshot) => {
    round = place.step;
    for (const [path, { data }] of all(tracked)) kept.set(path, (data as Float32Array).slice());
  };
  const first = toyGame({ loss: 'wasserstein', ...rest, save, signal: controller.signal });
  for await (const event of trainAdversarially(first.options))
    if (event.type === 'round' && event.round === 4) controller.abort();
  expect(round).toBe(4);
  const restore = (tracked: readonly TrackedParameter[]) => {
    for (const [path, { data }] of all(tracked)) (data as Float32Array).set(kept.get(path)!);
  };
  const second = toyGame({ loss: 'wasserstein', ...rest, resume: { round, restore } });
  const events = await play(second.options);
  const plain = (some: readonly AdversarialEvent[]) =>
    some.map((event) => ('etaSeconds' in event ? { ...event, etaSeconds: 0 } : event));
  expect(plain(events)).toEqual(plain(expected).slice(-events.length));
  expect(events).toHaveLength(3);
  leaves<Tensor>(whole.writer.params).forEach(([, { data }], i) => {
    expect(leaves<Tensor>(second.writer.params)[i][1].data).toEqual(data);
  });
});

test('a writer that collapses is stopped and taken back', async () => {
  // A critic that never learns always likes the same: the writer learns that and nothing else.
  const { options } = toyGame({ rounds: 60, evaluateEvery: 5, warmup: 0, criticLr: 1e-9, lr: 0.1 });
  const { reason, bestRound, round } = endOf(await play(options));
  expect(reason).toBe('collapsed');
  expect(round).toBeLessThan(60);
  expect(bestRound).toBeLessThanOrEqual(round - 10);
});

test('what contradicts itself or does not fit is refused', async () => {
  const refused = (overrides: Partial<AdversarialOptions<unknown>>) => play(toyGame(overrides).options);
  const critic = createCritic(
    8,
    { embedding: 4, filters: 4, widths: [1], dropout: 0, spectralNorm: false },
    1,
  );
  await expect(refused({ loss: 'wasserstein', critic })).rejects.toThrow(/must|needs a critic/);
  await expect(refused({ gradientPenalty: 10, weightClip: 0.01 })).rejects.toThrow(/choose one/);
  await expect(refused({ gradientPenalty: 10, batchSize: 2 ** 24 })).rejects.toThrow(
    /shares of the vocabulary/,
  );
  await expect(refused({ rounds: 0 })).rejects.toThrow(
    'gan: `rounds` must be a whole number of at least 1, got 0',
  );
  const { options } = toyGame();
  await expect(play({ ...options, writer: { ...options.writer, contextLength: 4 } })).rejects.toThrow(
    'gan: texts of 5 tokens do not fit a context of 4; choose a smaller length',
  );
});
