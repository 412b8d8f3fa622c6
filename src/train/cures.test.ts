import { afterEach, describe, expect, test } from 'vitest';
import type { Batch } from '../data/index.ts';
import { setLanguage } from '../language.ts';
import { createRng } from '../rng.ts';
import {
  crossEntropy,
  embedding,
  linear,
  normal,
  type Tensor,
  valueAndGrad,
  zeros,
} from '../tensor/index.ts';
import { cureDocs, formatCures, parseCures } from './cure-spec.ts';
import { type CurableModel, curedLoss, type Reading } from './cures.ts';

interface Bigrams {
  readonly vectors: Tensor;
  readonly head: Tensor;
}

const VOCAB = 7;
const LAYERS = 3;

/** The smallest language model: each token's vector times the head. It tells how it was read. */
function bigrams(seen: Reading[] = []): CurableModel<Bigrams> {
  return {
    layers: LAYERS,
    contextLength: 12,
    hidden({ vectors }, ids, reading) {
      seen.push({ ...reading, inputs: Int32Array.from(ids.data) });
      const x = embedding(vectors, ids);
      return reading.embed ? reading.embed(x) : x;
    },
    logits: ({ head }, x) => linear(x, head),
    likelihood: ({ head }, x, targets) => crossEntropy(linear(x, head), targets),
    continueGreedily: (_params, prefixIds, tokens) => prefixIds.map(() => new Int32Array(tokens).fill(2)),
    endsSentence: (id) => id === 0,
  };
}

const params: Bigrams = { vectors: normal([VOCAB, 5], { seed: 1 }), head: normal([VOCAB, 5], { seed: 2 }) };
const rng = createRng(3);
const text = Int32Array.from({ length: 48 }, () => rng.integer(VOCAB));
const batch: Batch = {
  inputs: text.map((id) => id),
  targets: text.map((_, i) => (i % 12 === 11 ? -1 : text[i + 1])),
  batchSize: 4,
  contextLength: 12,
};
const at = (spec: string, index = 0, seen?: Reading[]) => {
  const loss = curedLoss(bigrams(seen), spec, { seed: 5 });
  const { value, gradients } = valueAndGrad((p: Bigrams) => loss(p, batch, index), params);
  return { value: value.item(), gradients };
};
const likelihood = at('noise:tokens:1e-9').value;

afterEach(() => setLanguage(undefined));

describe('cures', () => {
  test('terms stand beside the likelihood, with their weight', () => {
    const one = at('unlikelihood:1').value - likelihood;
    expect(one).toBeGreaterThan(0.1);
    expect(at('unlikelihood:0').value).toBeCloseTo(likelihood, 5);
    expect(at('unlikelihood:2').value - likelihood).toBeCloseTo(2 * one, 4);
    const apart = at('simctg:0.5').value - likelihood;
    expect(apart).toBeGreaterThan(0.01);
    expect(at('unlikelihood:1+simctg:0.5').value).toBeCloseTo(likelihood + one + apart, 4);
  });

  test('the candidates can be fewer than the whole context', () => {
    const of = (candidates: string) => at(`unlikelihood:1:${candidates}`).value - likelihood;
    expect(of('adaptive')).toBeLessThan(of('context'));
    expect(of('ngrams')).toBeLessThan(of('context'));
    expect(of('flattened')).toBeGreaterThan(of('context'));
  });

  test('ScaleGrad with γ = 1 is the likelihood, with less it is more for novel tokens', () => {
    expect(at('scalegrad:1').value).toBeCloseTo(likelihood, 5);
    expect(at('scalegrad:0.2').value).not.toBeCloseTo(likelihood, 2);
  });

  test('repetition dropout hides repeated n-grams in each layer by itself', () => {
    const seen: Reading[] = [];
    at('repetition-dropout:1', 0, seen);
    const masks = Array.from({ length: LAYERS }, (_, layer) => [...seen[0].hiddenKeys!(layer)!.data]);
    expect(masks[1]).toEqual(masks[0]);
    expect(masks[0]).toHaveLength(48);
    const pairs = (row: number) =>
      Array.from({ length: 11 }, (_, i) => [...text.subarray(row * 12 + i, row * 12 + i + 2)].join());
    masks[0].forEach((hidden, place) => {
      const [row, column] = [Math.floor(place / 12), place % 12];
      const around = [column - 1, column].filter((i) => i >= 0 && i < 11).map((i) => pairs(row)[i]);
      const isRepeated = around.some((pair) => pairs(row).filter((other) => other === pair).length > 1);
      expect(hidden).toBe(isRepeated ? 1 : 0);
    });
    expect(masks[0]).toContain(1);
    at('repetition-dropout:0.5', 0, seen);
    const halves = Array.from({ length: LAYERS }, (_, layer) => seen[1].hiddenKeys!(layer)!.data.join());
    expect(new Set(halves).size).toBeGreaterThan(1);
  });

  test('noise changes what is read, never what is learnt', () => {
    const seen: Reading[] = [];
    at('noise:tokens:0.5', 0, seen);
    expect(seen[0].inputs).not.toEqual(batch.inputs);
    at('noise:embeddings:5', 0, seen);
    expect(seen[1].inputs).toEqual(batch.inputs);
    const shaken = seen[1].embed!(zeros([4, 12, 5])).data as Float32Array;
    const most = 5 / Math.sqrt(12 * 5);
    expect(Math.max(...shaken)).toBeLessThanOrEqual(most);
    expect(Math.min(...shaken)).toBeLessThan(-most / 2);
  });

  test('sequence-level unlikelihood pushes down what the model repeated, and only that', () => {
    const seen: Reading[] = [];
    const { value, gradients } = at('unlikelihood-seq:1:3:6', 0, seen);
    expect(seen[0].inputs).toHaveLength(4 * 8);
    expect([...seen[0].inputs.subarray(0, 8)]).toEqual([...text.subarray(0, 3), 2, 2, 2, 2, 2]);
    // "2 2 2 2" stands at places 0, 1 and 2 of the six: places 1 to 5 repeat it.
    const p = softmaxOf(2);
    expect(value).toBeCloseTo((-Math.log(1 - p) * 5) / 6, 4);
    expect(Math.hypot(...(gradients.head.data as Float32Array))).toBeGreaterThan(0.01);
    const official = at('unlikelihood-seq:1:3:6:4:8:official').value;
    expect(official).toBeCloseTo((-Math.log(1 - p) * 4) / 6, 4);
  });

  test('what takes the likelihood’s place does so in its share of batches, the same ones each time', () => {
    const run = () => Array.from({ length: 200 }, (_, index) => at('ditto:0.5:0.3', index).value);
    const values = run();
    const share = values.filter((value) => Math.abs(value - likelihood) > 1e-6).length / 200;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.4);
    expect(run()).toEqual(values);
    expect(curedLoss(bigrams(), 'ditto', { seed: 1 }).isMixed).toBe(true);
    expect(curedLoss(bigrams(), 'unlikelihood', { seed: 1 }).isMixed).toBe(false);
  });

  test('DITTO without a sentence to repeat is the likelihood', () => {
    const model = { ...bigrams(), endsSentence: () => false };
    expect(curedLoss(model, 'ditto:0.5:1', { seed: 5 })(params, batch, 0).item()).toBeCloseTo(likelihood, 5);
  });
});

/** Probability of `id` after itself. */
function softmaxOf(id: number): number {
  const [vectors, head] = [params.vectors.data, params.head.data];
  const scores = Array.from({ length: VOCAB }, (_, v) =>
    Array.from({ length: 5 }, (_, d) => vectors[id * 5 + d] * head[v * 5 + d]).reduce((a, b) => a + b),
  );
  const all = scores.map(Math.exp).reduce((a, b) => a + b);
  return Math.exp(scores[id]) / all;
}

describe('how a cure is written', () => {
  test('the full form names every argument and reads as the same', () => {
    expect(formatCures('unlikelihood')).toBe('unlikelihood:1:context');
    expect(formatCures('unlikelihood:0.50+simctg')).toBe('unlikelihood:0.5:context+simctg:0.5');
    expect(formatCures('unlikelihood-seq')).toBe('unlikelihood-seq:0.5:auto:auto:4:8:whole');
    for (const { usage } of cureDocs()) {
      const full = formatCures(usage.split(':')[0]);
      expect(formatCures(full)).toBe(full);
    }
    expect(parseCures('noise:embeddings:5')).toEqual([
      { name: 'noise', args: { kind: 'embeddings', amount: 5 } },
    ]);
  });

  test.each([
    [
      'unlikelyhood',
      'cure: there is no "unlikelyhood"; did you mean "unlikelihood"?',
      '是不是 "unlikelihood"？',
    ],
    ['x', 'cure: there is no "x"; one of unlikelihood, ', '可选 unlikelihood、'],
    ['scalegrad:0', 'cure scalegrad: `gamma` must be in (0, 1], got "0"', '`gamma` 必须在 (0, 1] 之内'],
    ['simctg:a', '`margin` must be in (0, 2], got "a"', '得到 "a"'],
    ['ditto:0.5:0.5:l2', '`form` must be one of nl, nl-clip, mse, got "l2"', '必须为 nl、nl-clip、mse'],
    ['unlikelihood-seq:0.5:x', '`prefix` must be a whole number of at least 1 or auto, got "x"', '，或 auto'],
    ['noise:tokens:-1', '`amount` must be a positive number or auto', '必须为正数'],
    ['noise:tokens:2', '`amount` must be in (0, 1] for tokens, got "2"', '必须在 (0, 1] 之内（tokens）'],
    ['scalegrad:0.2:1', 'cure scalegrad: takes scalegrad:gamma, got 2 arguments', '用法为 scalegrad:gamma'],
    ['ditto+ditto:0.9', 'cure: "ditto" is given twice', '给出了两次'],
    [
      'unlikelihood-seq:0.5:8:8',
      'fit the context of 12 tokens, they have 16',
      '不超过 12 个词元的上下文，现为 16 个',
    ],
  ])('%s is refused with rule, value and cure', (spec, english, chinese) => {
    const make = () => curedLoss(bigrams(), spec, { seed: 1 });
    setLanguage('en');
    expect(make).toThrow(english);
    setLanguage('zh');
    expect(make).toThrow(chinese);
  });
});
