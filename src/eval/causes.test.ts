import { describe, expect, test } from 'vitest';
import {
  type DoubleModel,
  functionModel,
  greedySearch,
  guarded,
  markovModel,
  sampling,
  scriptedModel,
} from '../decode/index.ts';
import { anisotropy, similarityMatrix } from './anisotropy.ts';
import { corpusRepeats } from './corpus-repeats.ts';
import { decodePrompts } from './decode-prompts.ts';
import { entropyAlong, entropyCollapse } from './entropy.ts';
import { inductionHeads } from './induction-heads.ts';
import { readTexts } from './read-texts.ts';
import { recallPassages } from './recall.ts';
import { selfReinforcement } from './self-reinforcement.ts';

/** Logits whose softmax gives `id` the probability p and the others equal shares of the rest. */
const certain = (vocabSize: number, id: number, p: number): Float32Array => {
  const row = new Float32Array(vocabSize);
  row[id] = Math.log((p * (vocabSize - 1)) / (1 - p));
  return row;
};

/** Expects after a token what followed it last time; the surer (1 − 1/2ⁿ), the more often it was followed by it. */
const copyingModel = (vocabSize: number, contextLength = 256): DoubleModel =>
  functionModel({
    vocabSize,
    contextLength,
    logits(ids) {
      const last = ids.lastIndexOf(ids.at(-1)!, ids.length - 2);
      if (last < 0) return new Float32Array(vocabSize);
      const next = ids[last + 1];
      const times = ids.filter((id, i) => id === ids.at(-1) && ids[i + 1] === next).length;
      return certain(vocabSize, next, 1 - 2 ** -times);
    },
    attention(ids) {
      // Layer 0: one head that copies, one that looks at the start. Layer 1: a head that looks everywhere.
      const last = ids.lastIndexOf(ids.at(-1)!, ids.length - 2);
      const one = (at: number): number[] => ids.map((_, i) => Number(i === at));
      return [[...one(last + 1), ...one(0)], ids.map(() => 1 / ids.length)];
    },
  });

describe('reading texts', () => {
  test('gives the log-probability, entropy and prediction of every token but the first', async () => {
    const vocabSize = 4;
    const model = functionModel({
      vocabSize,
      logits: (ids) => certain(vocabSize, (ids.at(-1)! + 1) % 4, 0.7),
    });
    const [text, short] = await readTexts(model, [[0, 1, 3], [2]]);
    expect(Array.from(text.logprobs, Math.exp)).toEqual([expect.closeTo(0.7, 6), expect.closeTo(0.1, 6)]);
    expect(text.entropies[0]).toBeCloseTo(-0.7 * Math.log(0.7) - 0.3 * Math.log(0.1), 6);
    expect([...text.predictions]).toEqual([1, 2]);
    expect(short.logprobs).toHaveLength(0);
    expect(model.openSequences).toBe(0);
  });

  test('is the same in batches, alone, and for a text too long for one step', async () => {
    const model = markovModel({ vocabSize: 90, order: 2, contextLength: 64 });
    const texts = [[3, 1, 2], [5, 6, 7, 8], Array.from({ length: 50 }, (_, i) => (i * i) % 90)];
    const together = await readTexts(model, texts);
    expect(model.steps).toBe(1);
    for (const [i, ids] of texts.entries()) expect((await readTexts(model, [ids]))[0]).toEqual(together[i]);
    const before = model.steps;
    expect(await readTexts(model, texts, { mostLogits: 90 * 16 })).toEqual(together);
    expect(model.steps - before).toBe(1 + 4);
    expect(together[2].logprobs.every((logprob) => logprob < 0)).toBe(true);
  });

  test('stops at an abort and closes what it opened', async () => {
    const model = markovModel({ vocabSize: 5 });
    await expect(readTexts(model, [[1, 2]], { signal: AbortSignal.abort() })).rejects.toThrow();
    expect(model.openSequences).toBe(0);
  });
});

describe('decoding many prompts', () => {
  test('writes what each prompt alone would get, whatever the batch', async () => {
    const model = markovModel({ vocabSize: 30, order: 2 });
    const prompts = [[1, 2], [3], [4, 5, 6], [7]];
    for (const strategy of [greedySearch(), sampling({ topK: 5 }), guarded(greedySearch())]) {
      const options = { strategy, maxTokens: 25, seed: 7 };
      const together = await decodePrompts(model, prompts, options);
      expect(await decodePrompts(model, prompts, { ...options, parallel: 1 })).toEqual(together);
      expect(together.map(({ ids }) => ids.length)).toEqual([25, 25, 25, 25]);
    }
    expect(model.openSequences).toBe(0);
  });

  test('steps go to the model together', async () => {
    const model = scriptedModel({ vocabSize: 9, script: [1, 2, 3], promptLength: 2 });
    const prompts = Array.from({ length: 8 }, () => [5, 6]);
    const written = await decodePrompts(model, prompts, { strategy: greedySearch(), maxTokens: 6 });
    expect(written[7]).toEqual({ ids: [1, 2, 3, 1, 2, 3], reason: 'length', repairs: 0 });
    expect(model.steps).toBe(6);
  });

  test('counts repairs, ends at eos, and passes errors on', async () => {
    const model = scriptedModel({ vocabSize: 9, script: [1, 2, 3, 4] });
    const options = { strategy: guarded(greedySearch()), maxTokens: 40 };
    const [repaired] = await decodePrompts(model, [[5]], options);
    expect(repaired.repairs).toBeGreaterThan(0);
    const [ended] = await decodePrompts(model, [[5]], {
      strategy: greedySearch(),
      maxTokens: 9,
      eosIds: [3],
    });
    expect(ended).toEqual({ ids: [1, 2], reason: 'eos', repairs: 0 });
    const broken = functionModel({ vocabSize: 2, logits: () => [Number.NaN, 0] });
    await expect(decodePrompts(broken, [[1]], { strategy: greedySearch(), maxTokens: 3 })).rejects.toThrow(
      /NaN/,
    );
    expect(broken.openSequences).toBe(0);
  });
});

describe('self-reinforcement', () => {
  test('gives the curve that the model was made with', async () => {
    // Uniform over 10 tokens the first time; then 1/2, 3/4, 7/8, …: of three tokens the first follows the sentence before.
    const curve = await selfReinforcement(copyingModel(10), [[4, 5, 6]], { repetitions: 4, prefix: [9] });
    expect(curve.map(({ n }) => n)).toEqual([1, 2, 3, 4]);
    expect(curve[0].tokenProbability).toBeCloseTo(1 / 10);
    // Second time: "4" after "6" is new (1/10), "5" after "4" and "6" after "5" have 1/2.
    expect(curve[1].tokenProbability).toBeCloseTo((0.1 + 0.5 + 0.5) / 3);
    expect(curve[2].tokenProbability).toBeCloseTo((0.5 + 0.75 + 0.75) / 3);
    expect(curve.map(({ increased }) => increased)).toEqual([0, expect.closeTo(2 / 3), 1, 1]);
    expect(curve.map(({ winners }) => winners)).toEqual([0, 1, 1, 1]);
  });

  test('is flat for a model that forgets', async () => {
    const curve = await selfReinforcement(markovModel({ vocabSize: 9 }), [[1, 2, 3, 4]], {
      repetitions: 3,
      prefix: [4],
    });
    expect(curve[2].tokenProbability).toBeCloseTo(curve[0].tokenProbability);
    expect(curve[2]).toMatchObject({ increased: 0, winners: 0, sentences: 1 });
  });

  test('averages at each n over the sentences that fit so often', async () => {
    const model = copyingModel(10, 12);
    const curve = await selfReinforcement(model, [
      [1, 2],
      [3, 4, 5, 6, 7, 8],
      [1, 2, 3, 4, 5, 6, 7],
    ]);
    expect(curve.map(({ sentences }) => sentences)).toEqual([2, 2, 1, 1, 1, 1]);
    await expect(selfReinforcement(model, [[1, 2, 3, 4, 5, 6, 7]])).rejects.toThrow('needs at least 1 texts');
  });
});

describe('induction heads', () => {
  test('a head that copies scores 1, one that looks at the start 0, one that looks everywhere the chance', async () => {
    const { heads, chance, copying, gain, blockLength } = await inductionHeads(copyingModel(30), {
      blockLength: 8,
      prefix: [0],
    });
    expect(blockLength).toBe(8);
    const score = (layer: number, head: number) =>
      heads.find((h) => h.layer === layer && h.head === head)!.score;
    expect(heads[0]).toMatchObject({ layer: 0, head: 0 });
    expect(score(0, 0)).toBeCloseTo(1);
    expect(score(0, 1)).toBe(0);
    expect(score(1, 0)).toBeCloseTo(chance);
    expect(copying.first).toBeCloseTo(1 / 30, 3);
    expect(copying.second).toBeCloseTo(0.5, 3);
    expect(gain).toBeCloseTo(Math.log(0.5) - Math.log(1 / 30), 3);
  });

  test('a model without attention still shows whether it copies', async () => {
    const report = await inductionHeads(markovModel({ vocabSize: 20 }), { blockLength: 6 });
    expect(report.heads).toEqual([]);
    expect(report.gain).toBeCloseTo(0);
    await expect(inductionHeads(markovModel({ vocabSize: 20, contextLength: 3 }))).rejects.toThrow(
      'must fit into the context',
    );
  });
});

describe('entropy along texts', () => {
  const read = (entropies: number[]) => ({
    ids: [0, ...entropies.map(() => 1)],
    logprobs: Float64Array.from(entropies, () => Math.log(0.5)),
    entropies: Float64Array.from(entropies),
    predictions: new Int32Array(entropies.length),
  });

  test('is averaged by distance from the prompt', () => {
    // Entry i is about token i + 1: after prompts of 1 and 3 tokens.
    const places = entropyAlong([read([1, 3, 5, 7]), read([9, 9, 3, 3])], [1, 3], 2);
    expect(places).toEqual([
      { position: 1, entropy: (1 + 3 + 3 + 3) / 4, probability: 0.5, places: 4 },
      { position: 3, entropy: 6, probability: 0.5, places: 2 },
    ]);
  });

  test('collapses where a loop begins to repeat', () => {
    // Prompt 1 token; then 1, and 2 3 4 twice: the copy that repeats begins at token 1 + 4.
    const text = read([4, 2, 2, 0, 0.5, 0.5, 0.5]);
    const looping = [1, 2, 3, 4, 2, 3, 4];
    expect(entropyCollapse([text, read([9])], [1, 1], [looping, [5]])).toEqual({
      before: (4 + 2 + 2 + 0) / 4,
      inside: 0.5,
      texts: 1,
    });
    expect(entropyCollapse([text], [1], [[1, 2, 3]])).toBeUndefined();
  });
});

test('anisotropy is the mean cosine of all pairs', async () => {
  const states = [
    [1, 0],
    [0, 2],
    [3, 3],
  ];
  const model = functionModel({
    vocabSize: 3,
    logits: () => [0, 0, 0],
    hidden: (ids) => states[ids.at(-1)!],
  });
  const half = Math.SQRT1_2;
  const { within, across, tokens } = await anisotropy(model, [
    [0, 1],
    [2, 2],
  ]);
  expect(within).toBeCloseTo((0 + 1) / 2);
  expect(across).toBeCloseTo(half);
  expect(tokens).toBe(4);
  expect(similarityMatrix(model, [0, 1, 2])[2]).toEqual([half, half, 1].map((x) => expect.closeTo(x, 6)));
  await expect(anisotropy(scriptedModel({ vocabSize: 3, script: [1] }), [[0, 1]])).rejects.toThrow(
    'hidden states',
  );
});

test('the repeats of a corpus are found again in what was written', () => {
  const corpus = [
    [1, 2, 3, 1, 2],
    [7, 8, 7, 8, 9],
  ]; // repeats (1,2) and (7,8)
  const written = [
    [1, 2, 1, 2, 1],
    [5, 6, 5, 6, 0],
  ]; // repeats (1,2), (2,1), (5,6)
  const report = corpusRepeats(corpus, written);
  expect(report).toMatchObject({
    n: 2,
    repeatsInCorpus: 2,
    reproduced: 1 / 2,
    repeatsWritten: 3,
    learnt: 1 / 3,
  });
  expect(report.written.rep2).toBeCloseTo(100 * (3 / 8));
  expect(corpusRepeats(corpus, [[1, 2, 3]])).toMatchObject({ repeatsWritten: 0, learnt: 0, reproduced: 0 });
});

test('a passage is known by heart when every token of its second half is expected most', async () => {
  const vocabSize = 9;
  // Counts upwards, from 7 on it begins again at 1.
  const model = functionModel({
    vocabSize,
    logits: (ids) => certain(vocabSize, (ids.at(-1)! % 7) + 1, 0.9),
    contextLength: 8,
  });
  const recall = await recallPassages(
    model,
    [
      [1, 2, 3, 4],
      [5, 1, 6, 7, 1],
      [1, 2, 3, 5, 6, 7],
      [1, 2],
    ],
    { prefix: [0] },
  );
  // The second halves: 3 4 and 7 1 as expected; 5 6 7 but for the 5.
  expect(recall).toEqual({ passages: 3, recalled: 2 / 3, tokens: 6 / 7 });
  const cut = await recallPassages(model, [[1, 2, 3, 4, 5, 6, 7, 5, 5]], { prefix: [0] });
  expect(cut).toEqual({ passages: 1, recalled: 1, tokens: 1 });
  expect(await recallPassages(model, [])).toEqual({ passages: 0, recalled: 0, tokens: 0 });
});
