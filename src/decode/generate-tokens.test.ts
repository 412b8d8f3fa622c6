import { afterEach, describe, expect, test, vi } from 'vitest';
import type { LanguageModel, StepResult } from '../types.ts';
import {
  type FinishEvent,
  functionModel,
  type GenerateTokensOptions,
  generateTokens,
  greedySearch,
  markovModel,
  runStep,
  type Strategy,
  sampling,
  scriptedModel,
  type TokenEvent,
} from './index.ts';

async function collect(
  model: LanguageModel,
  promptIds: readonly number[],
  options: GenerateTokensOptions = {},
) {
  const ids: number[][] = Array.from({ length: options.n ?? 1 }, () => []);
  const finishes: FinishEvent[] = [];
  let error: unknown;
  try {
    for await (const event of generateTokens(model, promptIds, options)) {
      if (event.type === 'token') ids[event.index].push(event.id);
      else if (event.type === 'finish') finishes[event.index] = event;
    }
  } catch (thrown) {
    error = thrown;
  }
  return { ids, finishes, reasons: finishes.map(({ reason }) => reason), error };
}

describe('generateTokens', () => {
  test('follows the model greedily until the maximum', async () => {
    const model = scriptedModel({ vocabSize: 10, script: [3, 1, 4, 1, 5], promptLength: 2 });
    const { ids, finishes } = await collect(model, [9, 9], { strategy: greedySearch(), maxTokens: 7 });
    expect(ids).toEqual([[3, 1, 4, 1, 5, 3, 1]]);
    expect(finishes).toEqual([{ type: 'finish', index: 0, reason: 'length', completionTokens: 7 }]);
    expect(model.openSequences).toBe(0);
    // The prompt is read once and the last token never.
    expect(model.tokensRead).toBe(2 + 6);
  });

  test('ends at any end-of-text id and does not stream it', async () => {
    const model = scriptedModel({ vocabSize: 10, script: [3, 1, 4] });
    const { ids, finishes } = await collect(model, [0], { strategy: greedySearch(), eosIds: [7, 4] });
    expect(ids).toEqual([[3, 1]]);
    expect(finishes[0]).toMatchObject({ reason: 'eos', completionTokens: 2 });
  });

  test('the same seed gives the same ids, another seed others', async () => {
    const model = markovModel({ vocabSize: 50, seed: 3 });
    const run = async (seed: number) => (await collect(model, [1], { seed, maxTokens: 40 })).ids[0];
    expect(await run(5)).toEqual(await run(5));
    expect(await run(5)).not.toEqual(await run(6));
    expect((await collect(model, [1], { maxTokens: 40 })).ids).not.toEqual(
      (await collect(model, [1], { maxTokens: 40 })).ids,
    );
  });

  test('a text is the same alone and among 32 that end at different times', async () => {
    const model = markovModel({ vocabSize: 20, seed: 1, order: 2 });
    const options = {
      seed: 11,
      eosIds: [0],
      maxTokens: 30,
      strategy: sampling({ noRepeatNgram: 3, topP: 0.9 }),
    };
    const alone = await collect(model, [4, 2], options);
    const many = await collect(model, [4, 2], { ...options, n: 32 });
    expect(many.ids[0]).toEqual(alone.ids[0]);
    expect(many.ids.slice(0, 8)).toEqual((await collect(model, [4, 2], { ...options, n: 8 })).ids);
    expect(new Set(many.ids.map(String)).size).toBeGreaterThan(16);
    expect(new Set(many.reasons)).toEqual(new Set(['eos', 'length']));
    expect(model.openSequences).toBe(0);
  });

  test('n texts are read in one batch and the prompt once', async () => {
    const model = scriptedModel({ vocabSize: 10, script: [1] });
    await collect(model, [0, 0, 0], { n: 4, maxTokens: 5 });
    expect(model.steps).toBe(1 + 4);
    expect(model.tokensRead).toBe(3 + 4 * 4);
  });

  test('every text edits logits of its own', async () => {
    const model = scriptedModel({ vocabSize: 10, script: [1] });
    const seen: number[] = [];
    const strategy = sampling({
      processors: [
        (logits) => {
          seen.push(logits[1]);
          logits[1] -= 5;
        },
      ],
    });
    await collect(model, [0], { n: 3, maxTokens: 2, strategy });
    expect(seen).toEqual([20, 20, 20, 20, 20, 20]);
  });

  test('no n-gram comes twice when that is asked for, prompt included', async () => {
    const model = scriptedModel({ vocabSize: 6, script: [1, 2], promptLength: 3 });
    const { ids } = await collect(model, [1, 2, 1], {
      strategy: greedySearch({ noRepeatNgram: 2 }),
      maxTokens: 20,
    });
    const all = [1, 2, 1, ...ids[0]];
    const pairs = all.slice(1).map((id, i) => `${all[i]},${id}`);
    expect(new Set(pairs).size).toBe(pairs.length);
  });

  test('maxTokens 0 gives nothing but the end', async () => {
    const model = scriptedModel({ vocabSize: 10, script: [1] });
    const { ids, reasons } = await collect(model, [0], { maxTokens: 0, n: 2 });
    expect([ids, reasons, model.openSequences]).toEqual([[[], []], ['length', 'length'], 0]);
  });

  test('log-probabilities come with each token when asked for', async () => {
    const model = markovModel({ vocabSize: 8 });
    const events: TokenEvent[] = [];
    for await (const event of generateTokens(model, [1], { maxTokens: 3, logprobs: 2, seed: 1 })) {
      if (event.type === 'token') events.push(event);
    }
    for (const { logprob, top } of events) {
      expect(logprob).toBeLessThanOrEqual(0);
      expect(top).toHaveLength(2);
    }
  });
});

describe('the context', () => {
  test('a prompt longer than the context is an error with both numbers and a cure', () => {
    const model = scriptedModel({ vocabSize: 10, contextLength: 4, script: [1] });
    expect(() => generateTokens(model, [1, 2, 3, 4, 5])).toThrow(
      "generation: the prompt must fit the model's context of 4 tokens, it has 5; shorten it",
    );
  });

  test('a context that fills up on the way ends with length; every place is used', async () => {
    for (const promptLength of [1, 3, 4]) {
      const model = scriptedModel({ vocabSize: 10, contextLength: 4, script: [1] });
      const { ids, reasons } = await collect(model, new Array(promptLength).fill(2));
      expect(ids[0]).toHaveLength(4 - promptLength + 1);
      expect(reasons).toEqual(['length']);
    }
  });
});

describe('faults of the model and of processors', () => {
  const faulty = (logits: (length: number) => number[]) =>
    functionModel({ vocabSize: 3, logits: (ids) => logits(ids.length) });

  test.each([
    ['NaN', Number.NaN, 'decode/not-a-number'],
    ['+∞', Number.POSITIVE_INFINITY, 'decode/infinite'],
  ])('%s from the model ends with an error, whatever the filters', async (_, value, code) => {
    const model = faulty((length) => (length < 3 ? [1, 2, 3] : [1, value, 3]));
    for (const strategy of [
      greedySearch(),
      sampling(),
      sampling({ topK: 1, topP: 0.5, minP: 0.1, typicalP: 0.5 }),
    ]) {
      const { ids, reasons, error } = await collect(model, [0], { strategy });
      expect(ids[0]).toHaveLength(2);
      expect(reasons).toEqual(['error']);
      expect(error).toMatchObject({ code, data: { position: 3, id: 1 } });
    }
    expect(model.openSequences).toBe(0);
  });

  test('a row of −∞, and a bias that bans everything, are errors and no endless loop', async () => {
    const nothing = faulty(() => new Array(3).fill(Number.NEGATIVE_INFINITY));
    expect((await collect(nothing, [0])).error).toMatchObject({ code: 'decode/all-banned' });
    const ban = Object.fromEntries([0, 1, 2].map((id) => [id, Number.NEGATIVE_INFINITY]));
    const model = faulty(() => [1, 2, 3]);
    for (const temperature of [0, 1]) {
      const strategy = sampling({ logitBias: ban, temperature });
      expect((await collect(model, [0], { strategy })).error).toMatchObject({ code: 'decode/banned-all' });
    }
  });

  test('n-gram blocking that leaves nothing is an error after what could be said', async () => {
    const model = scriptedModel({ vocabSize: 2, script: [1] });
    const { ids, reasons, error } = await collect(model, [0], {
      strategy: greedySearch({ noRepeatNgram: 1 }),
    });
    expect([ids, reasons]).toEqual([[[1]], ['error']]);
    expect(error).toMatchObject({ code: 'decode/banned-all' });
  });

  test('a processor that throws in one text ends that one; the others are as without it', async () => {
    const model = markovModel({ vocabSize: 12, seed: 2 });
    const healthy = await collect(model, [1], { n: 4, seed: 3, maxTokens: 12 });
    const victim = healthy.ids[2].slice(0, 4).join();
    const strategy = sampling({
      processors: [
        (_, step) => {
          if (step.ids.slice(1).join() === victim) throw new Error('bad processor');
        },
      ],
    });
    const mixed = await collect(model, [1], { n: 4, seed: 3, maxTokens: 12, strategy });
    expect(mixed.reasons).toEqual(['length', 'length', 'error', 'length']);
    expect(mixed.ids).toEqual(healthy.ids.map((ids, i) => (i === 2 ? ids.slice(0, 4) : ids)));
    expect(mixed.error).toMatchObject({ message: 'bad processor' });
    expect(model.openSequences).toBe(0);
  });

  test('a model that throws ends the stream and leaves nothing open', async () => {
    const model = functionModel({
      vocabSize: 3,
      logits(ids) {
        if (ids.length > 2) throw new Error('out of memory');
        return [1, 2, 3];
      },
    });
    expect((await collect(model, [0], { n: 3 })).error).toMatchObject({ message: 'out of memory' });
    expect(model.openSequences).toBe(0);
  });
});

describe('stopping', () => {
  test('an abort ends every open text within one step', async () => {
    const model = markovModel({ vocabSize: 30, contextLength: 10_000 });
    const controller = new AbortController();
    const finishes: FinishEvent[] = [];
    let stepsAtAbort = Number.NaN;
    for await (const event of generateTokens(model, [1], { n: 3, signal: controller.signal })) {
      if (event.type === 'finish') finishes.push(event);
      else if (model.steps === 20 && !controller.signal.aborted) {
        stepsAtAbort = model.steps;
        controller.abort();
      }
    }
    expect(finishes.map(({ index, reason }) => [index, reason])).toEqual([
      [0, 'aborted'],
      [1, 'aborted'],
      [2, 'aborted'],
    ]);
    expect(finishes[0].completionTokens).toBe(20);
    expect([model.steps, model.openSequences]).toEqual([stepsAtAbort, 0]);
  });

  test('an abort before the start reads nothing', async () => {
    const model = markovModel({ vocabSize: 30 });
    const { reasons } = await collect(model, [1], { signal: AbortSignal.abort() });
    expect([reasons, model.steps, model.openSequences]).toEqual([['aborted'], 0, 0]);
  });

  test('a long prompt is read in parts, with a turn for others between them', async () => {
    const model = markovModel({ vocabSize: 30, contextLength: 10_000 });
    const prompt = Array.from({ length: 1000 }, (_, i) => i % 30);
    let turns = 0;
    const turn = () => {
      turns++;
      timer = setImmediate(turn);
    };
    let timer = setImmediate(turn);
    const long = await collect(model, prompt, { maxTokens: 3, seed: 1 });
    clearImmediate(timer);
    expect(turns).toBeGreaterThanOrEqual(15);
    expect(model.tokensRead).toBe(1002);
    // The last token of the prompt decides in a Markov model: the parts change nothing.
    const short = await collect(markovModel({ vocabSize: 30 }), [prompt.at(-1)!], { maxTokens: 3, seed: 1 });
    expect(long.ids).toEqual(short.ids);
  });

  test('an abort stops the reading of a long prompt', async () => {
    const model = markovModel({ vocabSize: 30, contextLength: 10_000 });
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    const { reasons } = await collect(model, new Array(9000).fill(1), { signal: controller.signal });
    expect(reasons).toEqual(['aborted']);
    expect(model.tokensRead).toBeLessThan(1000);
    expect(model.openSequences).toBe(0);
  });

  test('timers run meanwhile, so a timeout can abort', async () => {
    const model = markovModel({ vocabSize: 4, contextLength: 1e9 });
    const { reasons } = await collect(model, [1], { signal: AbortSignal.timeout(20) });
    expect(reasons).toEqual(['aborted']);
  });

  test('a reader that leaves closes everything', async () => {
    const model = markovModel({ vocabSize: 30 });
    for await (const event of generateTokens(model, [1], { n: 5 })) {
      expect(event.type).toBe('token');
      break;
    }
    expect(model.openSequences).toBe(0);
  });

  test('a verdict ends one text with its reason', async () => {
    const model = scriptedModel({ vocabSize: 10, script: [3, 1, 4, 1, 5] });
    const stream = generateTokens(model, [0], { strategy: greedySearch(), n: 2, maxTokens: 4 });
    const ids: number[][] = [[], []];
    const reasons: string[] = [];
    for (let next = await stream.next(); !next.done; ) {
      const event = next.value;
      if (event.type === 'token') ids[event.index].push(event.id);
      else if (event.type === 'finish') reasons[event.index] = event.reason;
      const isEnough = event.type === 'token' && event.index === 0 && event.id === 1;
      next = await stream.next(isEnough ? { type: 'finish', reason: 'stop' } : undefined);
    }
    expect(ids).toEqual([
      [3, 1],
      [3, 1, 4, 1],
    ]);
    expect(reasons).toEqual(['stop', 'length']);
  });
});

describe('options', () => {
  const model = scriptedModel({ vocabSize: 10, script: [1] });

  test.each([
    [{ n: 0 }, 'n: must be an integer ≥ 1, got 0'],
    [{ n: 1.5 }, 'n: must be an integer ≥ 1, got 1.5'],
    [{ maxTokens: -1 }, 'maxTokens: must be an integer ≥ 0, got -1'],
    [{ maxTokens: Number.POSITIVE_INFINITY }, 'maxTokens: must be an integer ≥ 0, got Infinity'],
    [{ seed: -1 }, 'seed: must be an integer ≥ 0, got -1'],
    [{ seed: 2 ** 53 }, `seed: must be an integer ≥ 0, got ${2 ** 53}`],
    [{ logprobs: 0.5 }, 'logprobs: must be an integer ≥ 0, got 0.5'],
    [{ eosIds: [10] }, 'eosIds: an id must be an integer in [0, 10), got 10'],
  ])('%j is a clear error before anything runs', (options, message) => {
    expect(() => generateTokens(model, [1], options)).toThrow(message);
  });

  test.each([[[10]], [[-1]], [[0.5]], [[Number.NaN]]])('prompt ids %j are refused', (ids) => {
    expect(() => generateTokens(model, ids)).toThrow(/^prompt: an id must be an integer in \[0, 10\)/);
  });

  test('an empty prompt is refused', () => {
    expect(() => generateTokens(model, [])).toThrow('the prompt must have at least one token');
  });

  test('a bias for an id that the model does not have is an error', async () => {
    const { error } = await collect(model, [1], { strategy: sampling({ logitBias: { 10: 1 } }) });
    expect(error).toMatchObject({ code: 'decode/id' });
  });
});

test('a strategy of one’s own is a generator that asks for steps and offers tokens', async () => {
  const twoBranches: Strategy = function* ({ model, promptIds }) {
    const left = model.open();
    yield* runStep([{ sequence: left, ids: promptIds }], { logits: 'none' });
    const right = left.fork();
    const results: readonly StepResult[] = yield* runStep([
      { sequence: left, ids: [1] },
      { sequence: right, ids: [2] },
    ]);
    left.close();
    right.close();
    yield { type: 'token', index: 0, id: results[0].logits[0].indexOf(20) };
    yield { type: 'finish', index: 0, reason: 'stop', completionTokens: 1 };
  };
  const model = scriptedModel({ vocabSize: 10, script: [7, 8, 9] });
  const { ids, reasons } = await collect(model, [0], { strategy: twoBranches });
  expect([ids, reasons, model.openSequences]).toEqual([[[8]], ['stop'], 0]);
});

describe('without setImmediate', () => {
  afterEach(() => vi.unstubAllGlobals());

  test('timers still get their turn', async () => {
    vi.stubGlobal('setImmediate', undefined);
    vi.resetModules();
    const { nextTurn } = await import('./next-turn.ts');
    let hasRun = false;
    setTimeout(() => {
      hasRun = true;
    }, 1);
    const start = performance.now();
    while (!hasRun && performance.now() - start < 1000) await nextTurn();
    expect(hasRun).toBe(true);
  });
});
