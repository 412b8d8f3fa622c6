import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLoopDetector, createRepetitionIndex, endsInLoop, type LoopDetector } from '../repeat/index.ts';
import type { LanguageModel } from '../types.ts';
import { withCompanion } from './companion.ts';
import {
  beamSampling,
  beamSearch,
  contrastiveSearch,
  type DecodeTask,
  type DoubleModel,
  diverseBeamSearch,
  type FinishEvent,
  functionModel,
  type GenerateTokensOptions,
  type GuardOptions,
  generateTokens,
  greedySearch,
  guarded,
  type LoopRepairedEvent,
  markovModel,
  offerToken,
  promptLookup,
  runStep,
  type Strategy,
  sampling,
  scriptedModel,
  type TokenEvent,
} from './index.ts';

interface Collected {
  readonly ids: readonly number[][];
  readonly tokens: readonly TokenEvent[][];
  readonly finishes: readonly FinishEvent[];
  readonly repairs: readonly LoopRepairedEvent[];
  readonly error: unknown;
}

async function collect(
  model: LanguageModel,
  promptIds: readonly number[],
  options: GenerateTokensOptions = {},
): Promise<Collected> {
  const tokens: TokenEvent[][] = Array.from({ length: options.n ?? 1 }, () => []);
  const finishes: FinishEvent[] = [];
  const repairs: LoopRepairedEvent[] = [];
  let error: unknown;
  try {
    for await (const event of generateTokens(model, promptIds, { seed: 1, ...options })) {
      expect(finishes[event.index], 'nothing comes after the end of a text').toBe(undefined);
      if (event.type === 'token') tokens[event.index].push(event);
      else if (event.type === 'finish') finishes[event.index] = event;
      else repairs.push(event);
    }
  } catch (thrown) {
    error = thrown;
  }
  const ids = tokens.map((events) => events.map(({ id }) => id));
  return { ids, tokens, finishes, repairs, error };
}

/** Knows exact loops only: three copies, of which the last two make up twelve ids. What the guard does is tested with it. */
function exactDetector(index = createRepetitionIndex()): LoopDetector {
  return {
    get length() {
      return index.length;
    },
    get suspectFrom() {
      return index.longestRepeat === 0 ? undefined : index.length - index.longestRepeat;
    },
    push(id) {
      const repeated = index.push(id);
      const period = index.length - index.repeatEnd;
      if (repeated < Math.max(2 * period, 12)) return undefined;
      const onset = index.length - repeated - period;
      return { kind: 'exact', onset, period, copies: 3, end: index.length, confidence: 1 };
    },
    rewind: (length) => index.rewind(length),
    fork: () => exactDetector(index.fork()),
  };
}

function loops(ids: readonly number[], detector = exactDetector()): boolean {
  return ids.some((id) => detector.push(id) !== undefined) || endsInLoop(ids);
}

const guard = (strategy: Strategy, options: GuardOptions = {}): Strategy =>
  guarded(strategy, { detector: () => exactDetector(), ...options });

/** Writes the whole text before it offers any of it, like a search that must see the end first. */
const atTheEnd: Strategy = function* (task: DecodeTask) {
  const sequence = task.model.open();
  const ids: number[] = [];
  try {
    let [{ logits }] = yield* runStep([{ sequence, ids: task.promptIds }]);
    while (ids.length < task.maxTokens) {
      const [row] = logits;
      ids.push(row.indexOf(Math.max(...row)));
      [{ logits }] = yield* runStep([{ sequence, ids: [ids[ids.length - 1]] }]);
    }
    for (const id of ids) yield* offerToken({ index: 0, id });
    yield { type: 'finish', index: 0, reason: 'length', completionTokens: ids.length };
  } finally {
    sequence.close();
  }
};

const strategies: Readonly<Record<string, Strategy>> = {
  greedy: greedySearch(),
  sampling: sampling({ temperature: 0.3, topK: 4 }),
  'at the end': atTheEnd,
  beam: beamSearch({ beams: 3 }),
  'beam sampling': beamSampling({ beams: 2 }),
  'diverse beam': diverseBeamSearch({ beams: 2, groups: 2 }),
  contrastive: contrastiveSearch({ k: 3, alpha: 0.3 }),
  lookup: promptLookup({ temperature: 0 }),
};

/** A counting model: says 1, 2, 3, …; after `from` it goes back to `to`, unless another token has been put there. */
function looping({ to = 3, from = 8, vocabSize = 60 } = {}): DoubleModel {
  return functionModel({
    vocabSize,
    logits(ids) {
      const last = ids[ids.length - 1];
      const row = new Float32Array(vocabSize);
      row[(last + 1) % vocabSize] = 5;
      if (last === from) row[to] = 10;
      return row;
    },
  });
}

describe('a guard', () => {
  test.each(Object.keys(strategies))('%s: no text ends in a loop, and nothing stays open', async (name) => {
    let repaired = 0;
    for (let seed = 0; seed < 5; seed++) {
      const model = markovModel({ vocabSize: 40, seed, spread: 4 });
      const strategy = guard(strategies[name]);
      const { ids, finishes, repairs, error } = await collect(model, [1, 2], { strategy, maxTokens: 150 });
      expect(error).toBe(undefined);
      expect(loops(ids[0])).toBe(false);
      repaired += repairs.length;
      expect(finishes[0].guard?.repairs).toBe(repairs.length);
      expect(finishes[0].completionTokens).toBe(ids[0].length);
      expect(finishes[0].reason).toBe(ids[0].length === 150 ? 'length' : 'loop');
      expect(model.openSequences).toBe(0);
    }
    // Contrastive search and drawn beams seldom loop by themselves.
    if (!['contrastive', 'beam sampling'].includes(name)) expect(repaired).toBeGreaterThan(3);
  });

  test('a text without a loop passes unchanged, token for token, whatever happens to the others', async () => {
    let changed = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1000),
        fc.integer({ min: 1, max: 4 }),
        fc.double({ min: 0.5, max: 4, noNaN: true }),
        async (seed, n, spread) => {
          const model = markovModel({ vocabSize: 30, seed, spread });
          const options = { n, seed, maxTokens: 80, eosIds: [7], logprobs: 1 };
          const plain = await collect(model, [1], { ...options, strategy: sampling() });
          const safe = await collect(model, [1], { ...options, strategy: guard(sampling()) });
          plain.ids.forEach((ids, i) => {
            if (loops(ids)) return void changed++;
            expect(safe.tokens[i]).toEqual(plain.tokens[i]);
            const { guard: done, ...finish } = safe.finishes[i];
            expect(finish).toEqual(plain.finishes[i]);
            expect(done).toMatchObject({ repairs: 0, discardedTokens: 0 });
          });
          expect(model.openSequences).toBe(0);
        },
      ),
      // A chain with so wide a spread goes round and round: some texts at least have loops.
      { numRuns: 25, examples: [[1, 4, 12]] },
    );
    expect(changed).toBeGreaterThan(0);
  });

  test('another token at the onset is the first thing tried, and one copy of the phrase stays', async () => {
    const model = looping();
    const { ids, repairs, finishes } = await collect(model, [0], {
      strategy: guard(greedySearch()),
      maxTokens: 20,
    });
    expect(ids[0]).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(repairs).toEqual([{ type: 'loop-repaired', index: 0, onset: 2, period: 6, action: 'swap' }]);
    expect(finishes[0]).toMatchObject({ reason: 'length', completionTokens: 20 });
    // 1 … 8, then two more copies of the six.
    expect(finishes[0].guard).toEqual({ repairs: 1, discardedTokens: 12, longestHold: 12 });
  });

  test.each(['greedy', 'sampling', 'at the end'])(
    '%s: goes on from the memory of the clean text and reads nothing again',
    async (name) => {
      const model = looping();
      const prompt = new Array(30).fill(0);
      const { finishes } = await collect(model, prompt, {
        strategy: guard(strategies[name]),
        maxTokens: 40,
      });
      const { repairs, discardedTokens } = finishes[0].guard!;
      expect(repairs).toBeGreaterThan(0);
      // Only the last token of the clean text, whose logits are needed, is read a second time.
      const lost = name === 'at the end' ? 40 * repairs : discardedTokens;
      expect(model.tokensRead).toBeLessThanOrEqual(30 + 40 + lost + repairs);
    },
  );

  test('the ladder: swap, two swaps, penalty, temperature, and an honest end', async () => {
    // Whatever was said, the model goes back to its phrase of three.
    const model = functionModel({
      vocabSize: 9,
      logits(ids) {
        const row = new Float32Array(9);
        row[ids.length % 3] = 90;
        return row;
      },
    });
    const { ids, repairs, finishes } = await collect(model, [0], {
      strategy: guard(greedySearch()),
      maxTokens: 500,
    });
    expect(repairs.map(({ action }) => action)).toEqual(['swap', 'swap-2', 'penalty', 'temperature', 'stop']);
    expect(finishes[0]).toMatchObject({ reason: 'loop', completionTokens: ids[0].length });
    expect(loops(ids[0])).toBe(false);
  });

  test('never more repairs than allowed', async () => {
    const model = markovModel({ vocabSize: 12, seed: 1, spread: 9 });
    for (const maxRepairs of [0, 1, 3]) {
      const strategy = guard(greedySearch(), { maxRepairs, patience: 0 });
      const { ids, repairs, finishes } = await collect(model, [0], { strategy, maxTokens: 400 });
      expect(repairs.map(({ action }) => action)).toEqual([...new Array(maxRepairs).fill('swap'), 'stop']);
      expect(finishes[0]).toMatchObject({ reason: 'loop' });
      expect(loops(ids[0])).toBe(false);
    }
  });

  test('same seed, same texts; text 0 is the same whatever n is', async () => {
    const model = markovModel({ vocabSize: 25, seed: 5, spread: 9 });
    const options = { strategy: guard(sampling()), maxTokens: 120 };
    const one = await collect(model, [1], { ...options, n: 1, seed: 4 });
    const four = await collect(model, [1], { ...options, n: 4, seed: 4 });
    expect(await collect(model, [1], { ...options, n: 4, seed: 4 })).toEqual(four);
    expect(four.ids[0]).toEqual(one.ids[0]);
    expect(four.repairs.length).toBeGreaterThan(0);
    expect((await collect(model, [1], { ...options, n: 4, seed: 5 })).ids).not.toEqual(four.ids);
  });

  test('log-probabilities are those of the model itself, also where logits were edited', async () => {
    const model = markovModel({ vocabSize: 15, seed: 2, spread: 6 });
    const probe = model.open();
    const { tokens, repairs } = await collect(model, [1], {
      strategy: guard(greedySearch(), { patience: 1000 }),
      maxTokens: 200,
      logprobs: 2,
    });
    expect(new Set(repairs.map(({ action }) => action)).size).toBeGreaterThan(2);
    let [{ logits }] = model.step([{ sequence: probe, ids: [1] }]);
    for (const { id, logprob, top } of tokens[0]) {
      const row = [...logits[0]];
      const logSum = Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0));
      expect(logprob).toBeCloseTo(row[id] - logSum, 5);
      expect(top?.[0].logprob).toBeCloseTo(Math.max(...row) - logSum, 5);
      [{ logits }] = model.step([{ sequence: probe, ids: [id] }]);
    }
  });

  test('what was cut counts as text, not as prompt, for the penalties of the strategy', async () => {
    const seen = new Set<number>();
    const strategy = sampling({
      temperature: 0,
      processors: [(_, step) => void seen.add(step.promptLength)],
    });
    const { repairs } = await collect(looping(), [0, 0], { strategy: guard(strategy), maxTokens: 30 });
    expect(repairs.length).toBe(1);
    expect([...seen]).toEqual([2]);
  });

  test('a token that is the only one allowed cannot be swapped: the text ends, without an error', async () => {
    const only = (ids: readonly number[]) => (ids[ids.length - 1] % 4) + 1;
    const strategy = greedySearch({
      processors: [
        (logits, { ids }) => logits.forEach((_, id) => id !== only(ids) && (logits[id] = -Infinity)),
      ],
    });
    const model = markovModel({ vocabSize: 9 });
    const { ids, finishes, error } = await collect(model, [1], {
      strategy: guard(strategy),
      maxTokens: 100,
    });
    expect(error).toBe(undefined);
    expect(ids[0]).toEqual([2, 3, 4, 1]);
    expect(finishes[0].reason).toBe('loop');
    expect(model.openSequences).toBe(0);
  });

  test('at most maxHold tokens wait', async () => {
    const model = looping({ to: 1, from: 40 });
    for (const maxHold of [0, 1, 5, 30, 200]) {
      const strategy = guard(greedySearch(), { maxHold });
      const { finishes, ids } = await collect(model, [0], { strategy, maxTokens: 150 });
      expect(finishes[0].guard!.longestHold).toBe(Math.min(maxHold, 80));
      expect(ids[0]).toHaveLength(150);
    }
  });

  test('a reader that stops gets nothing more, and tokens that wait are not counted', async () => {
    const model = looping();
    const stream = generateTokens(model, [0], { strategy: guard(greedySearch()), maxTokens: 30 });
    const ids: number[] = [];
    let finish: FinishEvent | undefined;
    for (let next = await stream.next(); !next.done; ) {
      if (next.value.type === 'token') ids.push(next.value.id);
      if (next.value.type === 'finish') finish = next.value;
      next = await stream.next(ids.length === 5 ? { type: 'finish', reason: 'stop' } : undefined);
    }
    expect(ids).toEqual([1, 2, 3, 4, 5]);
    expect(finish).toMatchObject({ reason: 'stop', completionTokens: 5 });
    expect(model.openSequences).toBe(0);
  });

  test('an abort ends every text within one step, also in the middle of a repair', async () => {
    for (const steps of [1, 10, 25, 40]) {
      const model = markovModel({ vocabSize: 20, seed: 3, spread: 6 });
      const controller = new AbortController();
      const watched: LanguageModel = {
        ...model,
        step(batch, wants) {
          if (model.steps + 1 === steps) controller.abort();
          return model.step(batch, wants);
        },
      };
      const options = { strategy: guard(sampling()), n: 3, maxTokens: 400, signal: controller.signal };
      const { finishes } = await collect(watched, [1], options);
      expect(finishes.map(({ reason }) => reason)).toEqual(['aborted', 'aborted', 'aborted']);
      expect([model.steps, model.openSequences]).toEqual([steps, 0]);
    }
  });

  test('a reader that leaves, and a model that throws, leave nothing open', async () => {
    for (let tokens = 1; tokens < 60; tokens += 7) {
      const model = looping();
      let count = 0;
      for await (const _ of generateTokens(model, [0], {
        strategy: guard(greedySearch()),
        n: 2,
        maxTokens: 60,
      })) {
        if (++count === tokens) break;
      }
      expect(model.openSequences).toBe(0);
    }
    const model = functionModel({
      vocabSize: 9,
      logits(ids) {
        if (ids.length > 14) throw new Error('out of memory');
        return Array.from({ length: 9 }, (_, id) => Number(id === ids.length % 4));
      },
    });
    const { error } = await collect(model, [0], { strategy: guard(greedySearch()), n: 2 });
    expect(error).toMatchObject({ message: 'out of memory' });
    expect(model.openSequences).toBe(0);
  });

  test('one text that fails ends with its error, after what waited; the others are as without it', async () => {
    const model = markovModel({ vocabSize: 30, seed: 2, spread: 1 });
    const healthy = await collect(model, [1], { n: 3, maxTokens: 20, strategy: guard(sampling()) });
    const victim = healthy.ids[1].slice(0, 6).join();
    const failing = sampling({
      processors: [
        (_, step) => {
          if (step.ids.slice(1).join() === victim) throw new Error('bad processor');
        },
      ],
    });
    const mixed = await collect(model, [1], { n: 3, maxTokens: 20, strategy: guard(failing) });
    expect(mixed.ids).toEqual(healthy.ids.map((ids, i) => (i === 1 ? ids.slice(0, 6) : ids)));
    expect(mixed.error).toMatchObject({ message: 'bad processor' });
  });

  test('a guard around a guard changes nothing more', async () => {
    const model = markovModel({ vocabSize: 20, seed: 8, spread: 6 });
    const once = await collect(model, [1], { strategy: guard(greedySearch()), maxTokens: 100 });
    const twice = await collect(model, [1], { strategy: guard(guard(greedySearch())), maxTokens: 100 });
    expect(twice.ids).toEqual(once.ids);
    expect(twice.repairs).toEqual(once.repairs);
  });

  test.each([
    [{ maxHold: -1 }, 'maxHold: must be an integer ≥ 0, got -1'],
    [{ maxRepairs: 1.5 }, 'maxRepairs: must be an integer ≥ 0, got 1.5'],
    [{ patience: Number.NaN }, 'patience: must be an integer ≥ 0, got NaN'],
    [{ penalty: 0 }, 'penalty: must be a number > 0, got 0'],
    [{ temperature: -1 }, 'temperature: must be a number > 0, got -1'],
    [{ actions: ['swop'] }, 'actions: must be swap | swap-2 | penalty | temperature, got swop'],
    [{ maxhold: 3 }, 'generation: "maxhold" is not an option; did you mean "maxHold"?'],
  ])('%j is a clear error when the guard is made', (options, message) => {
    expect(() => guarded(greedySearch(), options as GuardOptions)).toThrow(message);
  });

  test('with the detector of this library no text ends in a loop', async () => {
    let repaired = 0;
    for (let seed = 0; seed < 3; seed++) {
      const model = markovModel({ vocabSize: 40, seed, spread: 4 });
      const { ids, repairs } = await collect(model, [1], {
        strategy: guarded(greedySearch()),
        maxTokens: 150,
      });
      expect(endsInLoop(ids[0])).toBe(false);
      repaired += repairs.length;
    }
    expect(repaired).toBeGreaterThan(0);
    expect(createLoopDetector().suspectFrom).toBe(undefined);
  });

  test('several prompts are guarded side by side like each alone', async () => {
    const model = markovModel({ vocabSize: 25, seed: 5, spread: 9 });
    const options = { strategy: guard(sampling()), maxTokens: 60, n: 2 };
    const together: number[][] = [[], [], [], []];
    for await (const event of generateTokens(model, [[1], [2, 3]], { ...options, seed: 4 })) {
      if (event.type === 'token') together[event.index].push(event.id);
    }
    const first = await collect(model, [1], { ...options, seed: 4 });
    const second = await collect(model, [2, 3], { ...options, seed: 5 });
    expect(together).toEqual([...first.ids, ...second.ids]);
  });

  test('what reads along with another prompt keeps its logits', async () => {
    const model = looping();
    const beside: number[] = [];
    const strategy = withCompanion(greedySearch(), {
      promptIds: () => [59],
      combine: (_logits, other) => void beside.push(Math.min(...other)),
    });
    const { repairs } = await collect(model, [0, 0, 0], { strategy: guard(strategy), maxTokens: 30 });
    expect(repairs).toHaveLength(1);
    expect(Math.min(...beside)).toBe(0);
    expect(model.openSequences).toBe(0);
  });

  test('a script that repeats lines is cut only where it loops', async () => {
    const refrain = [1, 2, 3, 4];
    const script = [...refrain, 5, 6, 7, 8, 9, 10, 11, 12, ...refrain, 13, 14, 15, 16, 17, 18];
    const model = scriptedModel({ vocabSize: 20, script });
    const { ids, repairs } = await collect(model, [0], {
      strategy: guard(greedySearch()),
      maxTokens: script.length,
    });
    expect([ids[0], repairs]).toEqual([script, []]);
  });
});
