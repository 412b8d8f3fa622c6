/** The adversarial training on a small oracle: it learns, is broken off, collapses, and refuses what contradicts itself. */

import { expect, test } from 'vitest';
import { initRecurrent, recurrentConfig } from '../models/index.ts';
import { createRng } from '../rng.ts';
import type { Tensor } from '../tensor/index.ts';
import type { Snapshot, TrackedParameter } from '../train/index.ts';
import { leaves } from '../tree.ts';
import {
  type AdversarialEvent,
  type AdversarialOptions,
  createCritic,
  createOracle,
  drawIds,
  isCollapsed,
  meanNll,
  recurrentWriter,
  trainAdversarially,
  type Writer,
  writeTexts,
} from './index.ts';
import { copyOf } from './likelihood.ts';

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
  let place = { step: 0, seconds: 0 };
  const all = (tracked: readonly TrackedParameter[]) =>
    tracked.flatMap(({ path, tensor: own, slots }) => [
      [path, own] as const,
      ...Object.entries(slots).map(([slot, state]) => [`${slot}/${path}`, state] as const),
    ]);
  const save = async (snapshot: Snapshot) => {
    place = snapshot.place;
    for (const [path, { data }] of all(snapshot.tracked)) kept.set(path, (data as Float32Array).slice());
  };
  const first = toyGame({ loss: 'wasserstein', ...rest, save, signal: controller.signal });
  for await (const event of trainAdversarially(first.options))
    if (event.type === 'round' && event.round === 4) controller.abort();
  expect(place.step).toBe(4);
  const restore = (tracked: readonly TrackedParameter[]) => {
    for (const [path, { data }] of all(tracked)) (data as Float32Array).set(kept.get(path)!);
  };
  const second = toyGame({ loss: 'wasserstein', ...rest, resume: { place, restore } });
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

test.each([
  ['at once', { lr: 1e38 }, [1]],
  ['along a slope', { lr: 1e38, method: 'straight-through' }, [1]],
  ['after it was saved', { lr: 1, criticLr: 1e30, criticSteps: 1 }, [1, 1]],
] as const)('a training that goes astray %s gives back the writer from before', async (_, wrong, steps) => {
  const { options, writer } = toyGame({ warmup: 0, rounds: 3, evaluateEvery: 1, ...wrong });
  const before = copyOf(writer.params);
  const saved: [number, ReturnType<typeof copyOf>][] = [];
  const save = async ({ place }: Snapshot) => void saved.push([place.step, copyOf(writer.params)]);
  const finish = endOf(await play({ ...options, save }));
  expect(finish).toMatchObject({ reason: 'diverged', bestRound: 0, round: 1 });
  expect(copyOf(writer.params)).toEqual(before);
  expect(saved.map(([step]) => step)).toEqual(steps);
  expect(saved.at(-1)![1]).toEqual(before);
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
