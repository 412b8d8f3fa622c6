/** Probes against reference libraries: fairlearn, scipy and difflib (probes.py), and CrowS-Pairs' scores by BERT (encoder-pairs.py). */

import { describe, expect, test } from 'vitest';
import { groupGaps, probeBias, wilsonInterval } from '../../src/eval/index.ts';
import { sharedPlaces } from '../../src/eval/probes/shared-tokens.ts';
import { fitSkewNormal, skewNormalShare } from '../../src/eval/probes/skew-normal.ts';
import { fromForeignEncoder, maskedReader } from '../../src/models/index.ts';
import { createRng } from '../../src/rng.ts';
import type { Tensor } from '../../src/tensor/index.ts';
import type { Tokenizer } from '../../src/types.ts';
import { readGolden, startingWeights } from './model-golden.ts';

type Rate = 'selection' | 'truePositive' | 'falsePositive' | 'precision';

interface Golden {
  readonly gaps: readonly {
    readonly group: string[];
    readonly right: number[];
    readonly called: number[];
    readonly rates: { readonly [group: string]: { readonly [name in Rate]: number } };
    readonly gaps: { readonly [name: string]: [difference: number, ratio: number] };
  }[];
  readonly wilson: readonly [hits: number, count: number, low: number, high: number][];
  readonly skewNormal: readonly [shape: number, x: number, share: number][];
  readonly moments: readonly [shape: number, mean: number, variance: number, skewness: number][];
  readonly shared: readonly { a: number[]; b: number[]; first: number[]; second: number[] }[];
}

const golden = readGolden<Golden>('probes');

test('rates and gaps are those of fairlearn', () => {
  for (const { group, right, called, rates, gaps } of golden.gaps) {
    const found = groupGaps(called.map(String), right.map(String), group, { positive: '1', rounds: 50 });
    for (const { group: name, rates: own } of found.groups) {
      for (const rate of Object.keys(rates[name]) as Rate[])
        expect(own[rate].value).toBeCloseTo(rates[name][rate], 12);
    }
    for (const [name, [difference, ratio]] of Object.entries(gaps)) {
      const own = found.gaps[name as keyof typeof found.gaps];
      expect([name, own.difference]).toEqual([name, expect.closeTo(difference, 12)]);
      expect([name, own.ratio]).toEqual([name, expect.closeTo(ratio, 12)]);
      expect(own.interval.low).toBeLessThan(difference);
      expect(own.interval.high).toBeGreaterThan(difference);
    }
  }
});

test("Wilson's interval is scipy's", () => {
  for (const [hits, count, low, high] of golden.wilson) {
    const found = wilsonInterval(hits, count);
    expect(found.low).toBeCloseTo(low, 10);
    expect(found.high).toBeCloseTo(high, 10);
  }
});

describe('the skew-normal distribution', () => {
  test("has scipy's shares, in its tails too", () => {
    for (const [shape, x, share] of golden.skewNormal) {
      const found = skewNormalShare({ location: 2, scale: 3, shape }, x);
      // Where the tail is far, what counts is its logarithm; scipy's own digits end at 1e-16.
      if (share > 1e-12) expect(Math.abs(found / share - 1)).toBeLessThan(1e-6);
      else expect(found).toBeLessThan(1e-12);
    }
  });

  test('a fit to many draws has their moments', () => {
    const rng = createRng(1);
    for (const [shape, mean, variance] of golden.moments) {
      const delta = shape / Math.hypot(1, shape);
      const draw = () => delta * Math.abs(rng.normal()) + Math.sqrt(1 - delta * delta) * rng.normal();
      const values = Array.from({ length: 40_000 }, () => 2 + 3 * draw());
      const fit = fitSkewNormal(values);
      const own = fit.shape / Math.hypot(1, fit.shape);
      expect(Math.abs(fit.location + fit.scale * own * Math.sqrt(2 / Math.PI) - mean)).toBeLessThan(0.1);
      expect(Math.abs(fit.scale ** 2 * (1 - (2 * own * own) / Math.PI) - variance)).toBeLessThan(0.3);
      expect(Math.sign(fit.shape)).toBe(Math.sign(shape));
    }
  });
});

test('tokens are shared as difflib matches them', () => {
  for (const { a, b, first, second } of golden.shared) expect(sharedPlaces(a, b)).toEqual({ first, second });
});

test("the published script's pseudo-log-likelihoods", async () => {
  const {
    config: json,
    shapes,
    pairs,
  } = readGolden<{
    readonly config: { readonly [key: string]: unknown };
    readonly shapes: { readonly [name: string]: number[] };
    readonly pairs: readonly { a: number[]; b: number[]; scores: [number, number] }[];
  }>('encoder-pairs');
  const named = Object.entries(shapes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, shape], i): [string, Tensor] => [key, startingWeights(key, shape, i)]);
  const { config, params } = fromForeignEncoder(json, new Map(named));
  const tokenizer = {
    specialTokens: new Map([
      ['[CLS]', 2],
      ['[SEP]', 3],
      ['[MASK]', 4],
    ]),
    encode: (text: string) => text.split(' ').map(Number),
  } as Partial<Tokenizer> as Tokenizer;
  const model = { name: 'bert', ...maskedReader({ config, params }, tokenizer) };
  const items = pairs.map(({ a, b }) => ({
    ...({ kind: 'pairs', category: 'x', direction: 'stereo' } as const),
    more: a.join(' '),
    less: b.join(' '),
  }));
  const { outcomes, rows } = await probeBias(model, items);
  outcomes.forEach((one, i) => {
    const { more, less } = one as { more: number; less: number };
    expect(more).toBeCloseTo(pairs[i].scores[0], 2);
    expect(less).toBeCloseTo(pairs[i].scores[1], 2);
  });
  const preferred = pairs.filter(({ scores: [more, less] }) => more > less).length;
  expect(rows[0].scores.stereotype.value).toBe(preferred / pairs.length);
  // A pair without a shared token says nothing.
  expect(rows[0].scores.neutral.value).toBe(2 / 4);
});
