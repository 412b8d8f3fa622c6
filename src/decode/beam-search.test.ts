import { describe, expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import type { LanguageModel } from '../types.ts';
import { drawCandidates } from './beam-candidates.ts';
import {
  beamSampling,
  beamSearch,
  diverseBeamSearch,
  type FinishEvent,
  functionModel,
  type GenerateTokensOptions,
  generateTokens,
  greedySearch,
  markovModel,
  type TokenEvent,
} from './index.ts';

async function collect(model: LanguageModel, promptIds: readonly number[], options: GenerateTokensOptions) {
  const tokens: TokenEvent[][] = Array.from({ length: options.n ?? 1 }, () => []);
  const finishes: FinishEvent[] = [];
  let error: unknown;
  try {
    for await (const event of generateTokens(model, promptIds, { seed: 1, ...options })) {
      if (event.type === 'token') tokens[event.index].push(event);
      else if (event.type === 'finish') finishes[event.index] = event;
    }
  } catch (thrown) {
    error = thrown;
  }
  const ids = tokens.map((text) => text.map(({ id }) => id));
  return { ids, tokens, finishes, reasons: finishes.map(({ reason }) => reason), error };
}

const logSum = (row: ArrayLike<number>): number =>
  Math.log(Array.from(row).reduce((sum, x) => sum + Math.exp(x), 0));

/** Every text of a small model, with its log-probability; texts end at `eos` (counted) or at `maxTokens`. */
function exhaustive(
  logits: (ids: readonly number[]) => ArrayLike<number>,
  prompt: number[],
  maxTokens: number,
  eos: number,
) {
  const texts: { ids: number[]; logprob: number; length: number }[] = [];
  const visit = (ids: number[], logprob: number): void => {
    const row = logits([...prompt, ...ids]);
    const total = logSum(row);
    for (let id = 0; id < row.length; id++) {
      const sum = logprob + row[id] - total;
      if (id === eos) texts.push({ ids, logprob: sum, length: ids.length + 1 });
      else if (ids.length + 1 === maxTokens)
        texts.push({ ids: [...ids, id], logprob: sum, length: maxTokens });
      else visit([...ids, id], sum);
    }
  };
  visit([], 0);
  return texts;
}

/** Fixed random logits for every history. */
function tree(seed: number, vocabSize: number) {
  const rng = createRng(seed);
  const rows = new Map<string, number[]>();
  return (ids: readonly number[]): number[] => {
    const key = ids.join();
    let row = rows.get(key);
    if (!row) {
      const own = rng.split(key);
      row = Array.from({ length: vocabSize }, () => 2 * own.normal());
      rows.set(key, row);
    }
    return row;
  };
}

describe('greedy, beam and exhaustive search', () => {
  test.each([1, 2, 3, 4, 5])(
    'with enough beams the best texts are those of exhaustive search (seed %d)',
    async (seed) => {
      const logits = tree(seed, 4);
      const model = functionModel({ vocabSize: 4, logits });
      for (const lengthPenalty of [0, 1]) {
        const all = exhaustive(logits, [1], 4, 0)
          .map(({ ids, logprob, length }) => ({ ids, score: logprob / length ** lengthPenalty }))
          .sort((a, b) => b.score - a.score);
        const strategy = beamSearch({ beams: 100, lengthPenalty, earlyStopping: 'never' });
        const { ids, finishes } = await collect(model, [1], { strategy, n: 5, maxTokens: 4, eosIds: [0] });
        expect(ids).toEqual(all.slice(0, 5).map((text) => text.ids));
        finishes.forEach(({ score }, i) => expect(score).toBeCloseTo(all[i].score, 5));
      }
    },
  );

  test('wider beams find texts that are at least as likely on the whole; greedy search is the narrowest', async () => {
    const widths = [1, 2, 4, 16];
    const sums = widths.map(() => 0);
    let greedySum = 0;
    let bestSum = 0;
    for (let seed = 10; seed < 22; seed++) {
      const logits = tree(seed, 5);
      const model = functionModel({ vocabSize: 5, logits });
      const texts = exhaustive(logits, [1], 4, -1);
      const logprobs = new Map(texts.map(({ ids, logprob }) => [ids.join(), logprob]));
      const logprobOf = (ids: readonly number[]) => logprobs.get(ids.join())!;
      greedySum += logprobOf((await collect(model, [1], { strategy: greedySearch(), maxTokens: 4 })).ids[0]);
      bestSum += Math.max(...texts.map(({ logprob }) => logprob));
      for (const [i, beams] of widths.entries()) {
        sums[i] += logprobOf(
          (await collect(model, [1], { strategy: beamSearch({ beams }), maxTokens: 4 })).ids[0],
        );
      }
    }
    expect(sums[0]).toBeCloseTo(greedySum, 4);
    expect(sums[1]).toBeGreaterThan(sums[0]);
    for (let i = 1; i < sums.length; i++) expect(sums[i]).toBeGreaterThanOrEqual(sums[i - 1]);
    expect(bestSum).toBeGreaterThanOrEqual(sums[3]);
    expect(sums[3]).toBeGreaterThan(bestSum - 0.5);
  });
});

describe('beam search', () => {
  test('reads the beams in one batch and the prompt once, and closes everything', async () => {
    const model = markovModel({ vocabSize: 20, order: 2 });
    await collect(model, [1, 2, 3], { strategy: beamSearch({ beams: 4 }), maxTokens: 6 });
    expect([model.steps, model.tokensRead, model.openSequences]).toEqual([1 + 5, 3 + 5 * 4, 0]);
  });

  test('an n-gram ban holds along each beam’s own history', async () => {
    const model = markovModel({ vocabSize: 6, seed: 8 });
    const strategy = beamSearch({ beams: 4, noRepeatNgram: 2 });
    const { ids } = await collect(model, [1, 2], { strategy, maxTokens: 15, n: 4 });
    for (const text of ids) {
      const all = [1, 2, ...text];
      const pairs = all.slice(1).map((id, i) => `${all[i]},${id}`);
      expect(new Set(pairs).size).toBe(pairs.length);
    }
    expect(new Set(ids.map(String)).size).toBe(4);
  });

  test('a token is offered as soon as all beams agree, and the reader’s stop ends the search', async () => {
    // After 3 comes 4, whatever was said before; so the beams soon agree on what lies behind.
    const model = markovModel({ vocabSize: 8, seed: 3, spread: 6, contextLength: 5000 });
    const stream = generateTokens(model, [1], {
      strategy: beamSearch({ beams: 2 }),
      maxTokens: 4000,
      seed: 1,
    });
    let tokens = 0;
    for (let next = await stream.next(); !next.done; ) {
      const isEnough = next.value.type === 'token' && ++tokens === 20;
      if (next.value.type === 'finish')
        expect(next.value).toMatchObject({ reason: 'stop', completionTokens: 20 });
      next = await stream.next(isEnough ? { type: 'finish', reason: 'stop' } : undefined);
    }
    expect(tokens).toBe(20);
    expect(model.steps).toBeLessThan(200);
    expect(model.openSequences).toBe(0);
  });

  test('tokens offered early are those of the final text', async () => {
    const model = markovModel({ vocabSize: 8, seed: 3, spread: 3 });
    for (const n of [1, 3]) {
      const { ids, finishes } = await collect(model, [1], {
        strategy: beamSearch({ beams: 3 }),
        maxTokens: 30,
        n,
      });
      for (const [i, text] of ids.entries()) {
        const sum = text.reduce((total, id, k) => {
          const row = markovRow(model, [1, ...text.slice(0, k)]);
          return total + row[id] - logSum(row);
        }, 0);
        expect(finishes[i].score).toBeCloseTo(sum / 30, 4);
      }
    }
  });

  test('log-probabilities are the model’s own, whatever the processors', async () => {
    const model = markovModel({ vocabSize: 8, seed: 6 });
    const strategy = beamSearch({ beams: 3, repetitionPenalty: 3 });
    const { tokens } = await collect(model, [1], { strategy, maxTokens: 8, n: 2, logprobs: 1 });
    for (const text of tokens) {
      text.forEach(({ id, logprob }, k) => {
        const row = markovRow(model, [1, ...text.slice(0, k).map((token) => token.id)]);
        expect(logprob).toBeCloseTo(row[id] - logSum(row), 5);
      });
    }
  });

  test('beams that are banned empty-handed end alone; the others go on', async () => {
    const ban = (logits: Float32Array, step: { readonly ids: readonly number[] }) => {
      if (step.ids.at(-1) === 2) logits.fill(Number.NEGATIVE_INFINITY);
    };
    const model = functionModel({ vocabSize: 4, logits: () => [0, 1, 3, 2] });
    const strategy = beamSearch({ beams: 3, processors: [ban] });
    const { ids, reasons } = await collect(model, [0], { strategy, maxTokens: 5 });
    expect([ids, reasons]).toEqual([[[3, 3, 3, 3, 2]], ['length']]);
  });

  test('fewer texts than asked for is an error for those that are missing', async () => {
    const model = functionModel({ vocabSize: 2, logits: () => [1, 2] });
    const { ids, reasons, error } = await collect(model, [0], {
      strategy: beamSearch({ beams: 4 }),
      maxTokens: 1,
      n: 4,
    });
    expect([ids, reasons]).toEqual([
      [[1], [0], [], []],
      ['length', 'length', 'error', 'error'],
    ]);
    expect(error).toMatchObject({ code: 'decode/too-few-texts', data: { found: 2, n: 4 } });
  });

  test('more texts than beams is an error', async () => {
    const model = markovModel({ vocabSize: 5 });
    const { error } = await collect(model, [0], { strategy: beamSearch({ beams: 2 }), n: 3, maxTokens: 2 });
    expect(error).toMatchObject({ message: 'n: must be at most the 2 beams, got 3' });
  });

  test('a full context ends with length and uses every place', async () => {
    const model = markovModel({ vocabSize: 9, contextLength: 6 });
    const { ids, reasons } = await collect(model, [1, 2], { strategy: beamSearch({ beams: 3 }) });
    expect([ids[0].length, reasons, model.openSequences]).toEqual([5, ['length'], 0]);
  });
});

describe('diverse beam search', () => {
  test('groups differ at the first token when the penalty is large, and are plain beam search without one', async () => {
    const model = markovModel({ vocabSize: 12, seed: 5, order: 2 });
    const run = (diversityPenalty: number) =>
      collect(model, [1, 2], {
        strategy: diverseBeamSearch({ beams: 4, groups: 4, diversityPenalty }),
        maxTokens: 6,
        n: 4,
      });
    expect(new Set((await run(100)).ids.map(([id]) => id)).size).toBe(4);
    const greedy = await collect(model, [1, 2], { strategy: greedySearch(), maxTokens: 6 });
    expect((await run(0)).ids).toEqual(Array(4).fill(greedy.ids[0]));
  });
});

describe('beam sampling', () => {
  test('the same seed gives the same texts, another seed others', async () => {
    const model = markovModel({ vocabSize: 30, seed: 2 });
    const run = async (seed: number) =>
      (await collect(model, [1], { strategy: beamSampling({ beams: 3 }), maxTokens: 12, n: 3, seed })).ids;
    expect(await run(4)).toEqual(await run(4));
    expect(await run(4)).not.toEqual(await run(5));
  });

  test('candidates are drawn without replacement, with the probabilities of the texts they make', () => {
    const rows = [Float32Array.of(0, -1, Number.NEGATIVE_INFINITY), Float32Array.of(-0.5, 1, -2)];
    const scores = [-1, -2];
    const weights = rows.flatMap((row, b) => Array.from(row, (x) => Math.exp(x + scores[b])));
    const total = weights.reduce((a, b) => a + b);
    const rng = createRng(9);
    const firsts = new Float64Array(6);
    const runs = 20_000;
    for (let i = 0; i < runs; i++) {
      const [{ beam, id }] = drawCandidates(rows, scores, 1, rng);
      firsts[3 * beam + id]++;
    }
    let chiSquare = 0;
    weights.forEach((weight, i) => {
      const expected = (runs * weight) / total;
      if (expected > 0) chiSquare += (firsts[i] - expected) ** 2 / expected;
    });
    expect(firsts[2]).toBe(0);
    expect(chiSquare).toBeLessThan(18.5); // 4 degrees of freedom, p = 0.001
    const all = drawCandidates(rows, scores, 9, rng);
    expect(all.map(({ beam, id }) => 3 * beam + id).sort()).toEqual([0, 1, 3, 4, 5]);
    expect(all.map(({ score }) => score)).toEqual(all.map(({ score }) => score).sort((a, b) => b - a));
  });
});

/** The row that a Markov model gives after these ids. */
function markovRow(model: LanguageModel, ids: readonly number[]): Float32Array {
  const sequence = model.open();
  const [{ logits }] = model.step([{ sequence, ids }]);
  sequence.close();
  return logits[0];
}
