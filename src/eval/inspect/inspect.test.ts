/** Each inspector against what it must equal: on a small real model, and on doubles whose answers are known. */

import { describe, expect, test } from 'vitest';
import { byteTokenizer, toyTokenizer } from '../../../test/toy-tokenizer.ts';
import {
  beamSearch,
  collectProcessors,
  createHistory,
  functionModel,
  generateTokens,
  markovModel,
  scriptedModel,
} from '../../decode/index.ts';
import { createLanguageModel, init, preset } from '../../models/index.ts';
import { createRng } from '../../rng.ts';
import type { LanguageModel } from '../../types.ts';
import {
  attentionMaps,
  beamTree,
  embeddingMap,
  headWeights,
  inspect,
  inspectFilters,
  inspectTokens,
  logitLens,
  nearestTokens,
  readTexts,
  whyThisToken,
} from '../index.ts';
import { principalComponents } from '../principal-components.ts';

const config = preset('nano', { layers: 3, contextLength: 96 });
const model = createLanguageModel(init(config, createRng(4), { std: 0.15 }), config);
const letters = Array.from({ length: 63 }, (_, i) => String.fromCodePoint(0x4e00 + i));
const tokenizer = toyTokenizer(letters);
const ids = [5, 9, 60, 3, 3, 17, 41, 0, 22, 62, 8, 30, 5, 9, 60, 3];

const readAll = (of: LanguageModel, text: readonly number[] = ids) =>
  of.step([{ sequence: of.open(), ids: text }], { logits: 'all', attention: true })[0];

describe('tokens', () => {
  test('figures are those of reading the text', async () => {
    const [read] = await readTexts(model, [ids]);
    const { tokens, next, perplexity } = await inspectTokens(model, tokenizer, ids, { top: 3 });
    expect(tokens.map(({ text }) => text)).toEqual(ids.map((id) => letters[id]));
    expect(tokens[0].expected).toBeUndefined();
    const { logits } = readAll(model);
    tokens.slice(1).forEach(({ id, expected }, i) => {
      expect(expected!.logprob).toBeCloseTo(read.logprobs[i], 5);
      expect(expected!.entropy).toBeCloseTo(read.entropies[i], 5);
      expect(expected!.top).toHaveLength(3);
      expect(expected!.top[0].id).toBe(read.predictions[i]);
      const order = [...logits[i].keys()].sort((a, b) => logits[i][b] - logits[i][a]);
      expect(order[expected!.rank - 1]).toBe(id);
    });
    expect(next.top[0].id).toBe(logits.at(-1)!.indexOf(Math.max(...logits.at(-1)!)));
    const loss = -read.logprobs.reduce((sum, x) => sum + x, 0) / read.logprobs.length;
    expect(perplexity).toBeCloseTo(Math.exp(loss), 3);
  });

  test('half characters are bytes, special tokens are named, and a loop is found', async () => {
    const bytes = byteTokenizer('ab');
    const double = scriptedModel({ vocabSize: bytes.vocabSize, script: [1] });
    const text = [...bytes.encode('山'), ...bytes.encode('abcdabcdabcdabcd'), bytes.eosId];
    const { tokens } = await inspectTokens(double, bytes, text);
    expect(tokens.slice(0, 3).map((token) => token.bytes)).toEqual([[0xe5], [0xb1], [0xb1]]);
    expect(tokens.at(-1)).toMatchObject({ isSpecial: true });
    const looping = await inspectTokens(double, bytes, text.slice(0, -1));
    expect(looping.loop).toEqual({ period: 3, copies: 4, onset: 3 });
  });

  test('a text longer than the context, an empty one and an abort are refused', async () => {
    const long = new Array<number>(97).fill(1);
    await expect(inspectTokens(model, tokenizer, long)).rejects.toThrow(/at most 96 tokens .* got 97/);
    await expect(inspectTokens(model, tokenizer, [])).rejects.toThrow(/at least 1 token/);
    await expect(inspectTokens(model, tokenizer, ids, { top: 51 })).rejects.toThrow(/from 0 to 50, got 51/);
    const signal = AbortSignal.abort();
    await expect(inspectTokens(model, tokenizer, ids, { signal })).rejects.toThrow(/abort/i);
  });
});

describe('attention', () => {
  test('one head in numbers is what the model shows; rows sum to 1', async () => {
    const { attention } = readAll(model);
    const { rows, before } = await headWeights(model, ids, { layer: 1, head: 1, from: 4 });
    expect(rows).toHaveLength(ids.length - 4);
    rows.forEach((row, i) => {
      const length = 4 + i + 1;
      const whole = attention![4 + i][1].subarray(length, 2 * length);
      expect(row).toHaveLength(length - 4);
      row.forEach((weight, key) => expect(weight).toBeCloseTo(whole[4 + key], 5));
      expect(row.reduce((sum, weight) => sum + weight, before[i])).toBeCloseTo(1, 5);
    });
  });

  test('small maps hold the greatest weight of each cell', async () => {
    const { heads, size } = await attentionMaps(model, ids);
    expect([heads.length, size]).toEqual([config.layers * config.heads, ids.length]);
    const { rows } = await headWeights(model, ids, { layer: 2, head: 0 });
    const { cells } = heads.find(({ layer, head }) => layer === 2 && head === 0)!;
    rows.forEach((row, i) =>
      row.forEach((weight, key) => expect(cells[i * size + key]).toBe(Math.round(100 * weight))),
    );
    const long = Array.from({ length: 90 }, (_, i) => (i * 7) % 60);
    const coarse = await attentionMaps(model, long);
    const exact = await headWeights(model, long, { layer: 0, head: 0 });
    expect(coarse.size).toBe(32);
    const most = Math.max(...exact.rows.flat());
    expect(Math.max(...coarse.heads[0].cells)).toBe(Math.round(100 * most));
  });

  test('scores tell a previous-token, a first-token and an induction head apart', async () => {
    const text = [1, 2, 3, 4, 1, 2, 3, 4];
    const looksAt = (place: number, length: number): number[] =>
      Array.from({ length }, (_, i) => Number(i === place));
    const double = functionModel({
      vocabSize: 5,
      logits: () => [0, 0, 0, 0, 0],
      attention: (seen) => {
        const at = seen.length - 1;
        const copy = seen.slice(0, at).lastIndexOf(seen[at]);
        return [
          [...looksAt(Math.max(at - 1, 0), seen.length), ...looksAt(0, seen.length)],
          looksAt(copy < 0 ? at : copy + 1, seen.length),
        ];
      },
    });
    const { heads } = await attentionMaps(double, text);
    expect(heads[0].scores.previous).toBe(1);
    expect(heads[1].scores.first).toBe(1);
    expect(heads[2].scores).toMatchObject({ induction: 1, self: 3 / 7 });
    const once = await attentionMaps(double, [1, 2, 3]);
    expect(once.heads[2].scores.induction).toBeUndefined();
  });

  test('a window, a head that is not there, a model without attention', async () => {
    await expect(headWeights(model, ids, { layer: 3, head: 0 })).rejects.toThrow(/layer/);
    await expect(headWeights(model, ids, { layer: 0, head: 9 })).rejects.toThrow(/head/);
    await expect(attentionMaps(model, ids, { from: 9, to: 9 })).rejects.toThrow(/from/);
    await expect(attentionMaps(markovModel({ vocabSize: 64 }), ids)).rejects.toThrow(/show its attention/);
    const { from, to, size } = await attentionMaps(model, ids, { from: 3, to: 11 });
    expect([from, to, size]).toEqual([3, 11, 8]);
  });
});

describe('the logit lens', () => {
  test('after the last layer it says what the model says', async () => {
    const places = [3, 15];
    const found = await logitLens(model, tokenizer, ids, { places, top: 4 });
    const { logits } = readAll(model);
    found.forEach(({ at, answer, layers, token }, i) => {
      expect([at, token.id]).toEqual([places[i], ids[places[i]]]);
      expect(layers).toHaveLength(config.layers + 1);
      const last = layers.at(-1)!;
      const row = logits[at];
      expect(answer.id).toBe(row.indexOf(Math.max(...row)));
      expect([last.rank, last.top[0].id]).toEqual([1, answer.id]);
      const total = row.reduce((sum, logit) => sum + Math.exp(logit), 0);
      for (const { id, probability } of last.top)
        expect(probability).toBeCloseTo(Math.exp(row[id]) / total, 5);
      expect(layers[0].top[0].probability).not.toBeCloseTo(last.top[0].probability, 4);
    });
  });

  test('places beyond the text, too many, and a model without layers are refused', async () => {
    await expect(logitLens(model, tokenizer, ids, { places: [16] })).rejects.toThrow(/from 0 to 15, got 16/);
    const all = Array.from({ length: 65 }, (_, at) => at);
    await expect(
      logitLens(model, tokenizer, [...ids, ...all.map(() => 1)].slice(0, 80), { places: all }),
    ).rejects.toThrow(/number of places/);
    const blind = markovModel({ vocabSize: 64 });
    await expect(logitLens(blind, tokenizer, ids)).rejects.toThrow(/show its layers/);
  });
});

describe('why this rather than that', () => {
  test('each weight is the difference with and without the token', async () => {
    const { tokens, difference, a } = await whyThisToken(model, tokenizer, ids, { a: 7, b: 11 });
    const differenceAfter = (text: readonly number[]): number => {
      const row = readAll(model, text).logits.at(-1)!;
      return row[7] - row[11];
    };
    expect(difference).toBeCloseTo(differenceAfter(ids), 4);
    expect(a.probability).toBeGreaterThan(0);
    expect(tokens.map(({ at }) => at)).toEqual(ids.map((_, at) => at));
    for (const { at, without, weight } of tokens) {
      expect(without).toBeCloseTo(differenceAfter(ids.toSpliced(at, 1)), 4);
      expect(weight).toBeCloseTo(difference - without, 6);
    }
  });

  test('where every token adds its own, the weights are these and sum to the difference', async () => {
    const adds = [3, -1, 0.5, 2, 0];
    const additive = functionModel({
      vocabSize: 5,
      logits: (seen) => [seen.reduce((sum, id) => sum + adds[id], 0), 0, 0, 0, 0],
    });
    const { tokens, difference } = await whyThisToken(additive, tokenizer, [0, 1, 2, 3, 4], { a: 0, b: 1 });
    expect(tokens.map(({ weight }) => weight)).toEqual(adds);
    expect(tokens.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(difference, 6);
    expect(additive.openSequences).toBe(0);
  });

  test('only the last 256 are left out, kept ones never, and nothing stays open after an abort', async () => {
    const double = markovModel({ vocabSize: 9, order: 2 });
    const long = Array.from({ length: 300 }, (_, i) => i % 9);
    const { tokens } = await whyThisToken(double, tokenizer, long, { a: 1, b: 2 });
    expect([tokens.length, tokens[0].at]).toEqual([256, 44]);
    // A Markov model of order 2 has forgotten all but the last three, whichever is left out.
    expect(tokens.slice(0, -2).every(({ weight }) => weight === 0)).toBe(true);
    const kept = await whyThisToken(double, tokenizer, long.slice(0, 5), { a: 1, b: 2, keep: 3 });
    expect(kept.tokens.map(({ at }) => at)).toEqual([3, 4]);
    const stopping = new AbortController();
    const promise = whyThisToken(double, tokenizer, long, { a: 1, b: 2, signal: stopping.signal });
    stopping.abort();
    await expect(promise).rejects.toThrow(/abort/i);
    expect(double.openSequences).toBe(0);
  });

  test('a text of one token has nothing to leave out', async () => {
    expect((await whyThisToken(model, tokenizer, [3], { a: 1, b: 2 })).tokens).toEqual([]);
    await expect(whyThisToken(model, tokenizer, ids, { a: 64, b: 2 })).rejects.toThrow(
      /from 0 to 63, got 64/,
    );
  });
});

describe('the embedding map', () => {
  test('principal components of a known cloud', () => {
    const rng = createRng(1);
    const rows = Array.from({ length: 200 }, () => {
      const [u, v] = [5 * rng.normal(), 2 * rng.normal()];
      return Float64Array.from([u + 7, v - 3, 0.01 * rng.normal(), 1]);
    });
    const { places, explained } = principalComponents(rows, 2);
    expect(explained[0] + explained[1]).toBeCloseTo(1, 4);
    expect(explained[0] / explained[1]).toBeGreaterThan(4);
    // The rotation keeps distances.
    const far = (a: ArrayLike<number>, b: ArrayLike<number>) => Math.hypot(a[0] - b[0], a[1] - b[1]);
    for (const i of [3, 50, 120]) expect(far(places[i], places[0])).toBeCloseTo(far(rows[i], rows[0]), 1);
    const flat = principalComponents([Float64Array.of(1, 2), Float64Array.of(1, 2)], 2);
    expect(flat).toEqual({
      places: [
        [0, 0],
        [0, 0],
      ],
      explained: [0, 0],
    });
  });

  test('each different token has a dot; the same twice', async () => {
    const { dots, explained } = await embeddingMap(model, tokenizer, { ids });
    expect(dots.map(({ id }) => id)).toEqual([...new Set(ids)]);
    expect(explained[0]).toBeGreaterThanOrEqual(explained[1]);
    expect(await embeddingMap(model, tokenizer, { ids })).toEqual({ dots, explained });
    expect((await embeddingMap(model, tokenizer, { count: 10 })).dots).toHaveLength(10);
    await expect(embeddingMap(model, tokenizer, { ids: [1, 1] })).rejects.toThrow(/at least 2/);
    await expect(embeddingMap(markovModel({ vocabSize: 64 }), tokenizer)).rejects.toThrow(/embeddings/);
  });

  test('neighbours by cosine, nearest first, never itself', async () => {
    const wheel = functionModel({
      vocabSize: 64,
      logits: () => new Float32Array(64),
      embed: (id) => [Math.cos(id / 10), Math.sin(id / 10)],
    });
    const found = await nearestTokens(wheel, tokenizer, 20, { count: 4 });
    const near = found.map(({ id }) => Math.abs(id - 20));
    expect(near).toEqual([1, 1, 2, 2]);
    expect(found[0].cosine).toBeCloseTo(Math.cos(0.1), 6);
  });
});

describe('decoding seen', () => {
  test('filters one after another end where decoding does', () => {
    const processors = { repetitionPenalty: 1.3, temperature: 0.8, topK: 20, topP: 0.9, minP: 0.02 };
    const { tokens, stages } = inspectFilters(model, tokenizer, ids, { processors, top: 30 });
    expect(stages.map(({ name }) => name)).toEqual([
      'model',
      'repetitionPenalty',
      'temperature',
      'topK',
      'topP',
      'minP',
    ]);
    const row = readAll(model).logits.at(-1)!;
    for (const process of collectProcessors(processors)) process(row, createHistory(ids));
    const left = row.filter((logit) => logit > Number.NEGATIVE_INFINITY);
    const total = left.reduce((sum, logit) => sum + Math.exp(logit), 0);
    expect(stages.at(-1)!.left).toBe(left.length);
    expect(stages[3].left).toBe(20);
    tokens.forEach(({ id }, i) =>
      expect(stages.at(-1)!.probabilities[i]).toBeCloseTo(Math.exp(row[id]) / total, 5),
    );
    const bad = () => inspectFilters(model, tokenizer, ids, { processors: { topP: 2 } });
    expect(bad).toThrow(/topP/);
  });

  test('the best path of the tree is what beam search writes', async () => {
    const { nodes, best } = await beamTree(model, tokenizer, ids, { beams: 3, steps: 5 });
    const written: number[] = [];
    const events = generateTokens(model, [ids], {
      strategy: beamSearch({ beams: 3 }),
      maxTokens: 5,
      eosIds: [tokenizer.eosId],
    });
    for (let next = await events.next(); !next.done; next = await events.next()) {
      if (next.value.type === 'token') written.push(next.value.id);
    }
    expect(best.map((node) => nodes[node].id)).toEqual(written);
    for (const depth of [1, 2, 3, 4, 5]) {
      expect(nodes.filter((node) => node.depth === depth && node.isKept)).toHaveLength(3);
    }
  });
});

test('one question in, plain data out', async () => {
  const answer = await inspect({ model, tokenizer }, { what: 'similarity', ids: ids.slice(0, 4) });
  expect(answer.rows).toHaveLength(4);
  expect(answer.rows[2][2]).toBeCloseTo(1, 6);
  expect(structuredClone(answer)).toEqual(answer);
});
