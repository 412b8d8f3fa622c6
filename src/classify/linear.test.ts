/** The linear methods against scikit-learn: test/golden/classify.py. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { InkstoneError } from '../errors.ts';
import { softmaxRows } from './classifier.ts';
import { featureRows, fitFeatures, type SparseRows } from './features.ts';
import { type LabelledText, numberLabels } from './labelled-texts.ts';
import { type LinearModel, linearScores } from './linear-model.ts';
import { linearSvm } from './linear-svm.ts';
import { trainClassifier } from './methods.ts';
import { naiveBayes } from './naive-bayes.ts';
import { wordCutter } from './units.ts';

interface Machine {
  readonly loss: 'hinge' | 'squared_hinge';
  readonly c: number;
  readonly decisions: number[];
  readonly objectives: number[];
}

const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/classify.json', import.meta.url), 'utf8'),
) as {
  texts: string[];
  labels: string[];
  grams: string[];
  counts: [string, number][][];
  tfidf: number[][];
  multinomial: { smoothing: number; log: number[] }[];
  complement: { smoothing: number; log: number[] }[];
  probabilities: number[];
  svm: Machine[];
  binary: Machine[];
};

const texts: LabelledText[] = golden.texts.map((text, i) => ({ text, label: golden.labels[i] }));
const { labels, classes } = numberLabels('golden', texts);
const units = golden.texts.map(wordCutter.cut);
const counts = fitFeatures(units);
const rows = featureRows(counts)(units);
const tfidf = fitFeatures(units, { weighting: 'tf-idf' });

/** The cells of a row by their n-gram. */
const cellsOf = ({ starts, columns, values }: SparseRows, row: number): Map<string, number> =>
  new Map(
    Array.from(columns.subarray(starts[row], starts[row + 1]), (column, k) => [
      counts.names![column],
      values[starts[row] + k],
    ]),
  );

function expectClose(got: ArrayLike<number>, expected: readonly number[], digits: number): void {
  expect(got.length).toBe(expected.length);
  for (let i = 0; i < got.length; i++) expect(got[i]).toBeCloseTo(expected[i], digits);
}

describe('features', () => {
  test('n-grams of words and Chinese characters, counted', () => {
    expect([...counts.names!].sort()).toEqual([...golden.grams].sort());
    golden.counts.forEach((cells, row) => expect(cellsOf(rows, row)).toEqual(new Map(cells)));
  });

  test('tf-idf', () => {
    const weighted = featureRows(tfidf)(units);
    golden.counts.forEach((cells, row) => {
      const own = cellsOf(weighted, row);
      expectClose(
        cells.map(([gram]) => own.get(gram)!),
        golden.tfidf[row],
        11,
      );
    });
  });

  test('rare ones go, the most frequent stay, hashed ones have no names', () => {
    expect(fitFeatures(units, { minDocuments: 4 }).names).not.toContain('dirty');
    expect(fitFeatures(units, { minDocuments: 4 }).names).toContain('the');
    expect(fitFeatures(units, { maxFeatures: 2, ngrams: [1, 1] }).names).toEqual(['the', '很']);
    const hashed = fitFeatures(units, { buckets: 64, weighting: 'tf-idf' });
    expect(hashed).toMatchObject({ width: 64 });
    expect(hashed.names).toBeUndefined();
    const { columns, starts } = featureRows(hashed)([['never', 'seen', 'before']]);
    expect([...columns].every((column) => column < 64)).toBe(true);
    expect(starts[1]).toBeGreaterThan(2);
    expect(() => fitFeatures(units, { minDocuments: 40 })).toThrow(/no word or character is left/);
    expect(() => fitFeatures(units, { ngrams: [2, 1] })).toThrow(
      /`ngrams` must be two whole numbers.*got \[2, 1\]/,
    );
  });

  test.each([
    ["I DON'T pay 3.50, ok?", ['i', "don't", 'pay', '3.50', 'ok']],
    ['房间ＡＢＣ很好！', ['房', '间', 'abc', '很', '好']],
    ['“quoted”—and… naïve café', ['quoted', 'and', 'naïve', 'café']],
    ['Tシャツ안녕', ['t', 'シ', 'ャ', 'ツ', '안녕']],
    ['...', []],
  ])('%s is cut into words', (text, expected) => expect(wordCutter.cut(text)).toEqual(expected));
});

describe('naive Bayes', () => {
  test.each(golden.multinomial)('multinomial, smoothing $smoothing', ({ smoothing, log }) => {
    const model = naiveBayes(rows, classes, labels.length, { smoothing });
    expectClose(linearScores(model, rows), log, 9);
  });

  test.each(golden.complement)('complement, smoothing $smoothing', ({ smoothing, log }) => {
    const model = naiveBayes(rows, classes, labels.length, { smoothing, complement: true });
    expectClose(linearScores(model, rows), log, 9);
  });

  test('probabilities', () => {
    const scores = linearScores(naiveBayes(rows, classes, labels.length), rows);
    expectClose(softmaxRows(scores, labels.length), golden.probabilities, 9);
  });

  test('smoothing must be positive', () => {
    expect(() => naiveBayes(rows, classes, 3, { smoothing: 0 })).toThrow(
      /`smoothing` must be a positive number/,
    );
  });
});

/** ½‖w‖² + C Σ lossⁿ of each machine, with the bias in ‖w‖. */
function objectives(
  { weights, bias }: LinearModel,
  { scores, truth, c, power }: { scores: Float64Array; truth: Int32Array; c: number; power: number },
): number[] {
  const width = weights.length / bias.length;
  return Array.from(bias, (b, k) => {
    let sum = (b * b) / 2;
    for (const w of weights.subarray(k * width, (k + 1) * width)) sum += (w * w) / 2;
    const [columns, own] = bias.length === 1 ? [2, 1] : [bias.length, k];
    truth.forEach((label, i) => {
      sum += c * Math.max(0, 1 - (label === own ? 1 : -1) * scores[i * columns + own]) ** power;
    });
    return sum;
  });
}

describe('linear SVM', () => {
  const check = async ({ loss, c, decisions, objectives: expected }: Machine, kept: number) => {
    const chosen = units.filter((_, i) => classes[i] < kept);
    const truth = classes.filter((label) => label < kept);
    const own = featureRows(tfidf)(chosen);
    const options = { c, loss: loss === 'hinge' ? 'hinge' : 'squared-hinge', tolerance: 1e-10 } as const;
    const model = await linearSvm(own, truth, kept, options);
    const scores = linearScores(model, own);
    const power = loss === 'hinge' ? 1 : 2;
    expectClose(objectives(model, { scores, truth, c, power }), expected, 7);
    expectClose(kept === 2 ? scores.filter((_, i) => i % 2 === 1) : scores, decisions, 5);
  };

  test.each(golden.svm)('$loss, C = $c: three labels, each against the rest', (machine) => check(machine, 3));
  // scikit-learn learnt the tf-idf of all texts here as well.
  test.each(golden.binary)('$loss: two labels are one machine', (machine) => check(machine, 2));

  test('ends by itself, long before the passes do, with and without what was put aside', async () => {
    const weighted = featureRows(tfidf)(units);
    for (const loss of ['hinge', 'squared-hinge'] as const) {
      let passes = 0;
      const onProgress = () => void passes++;
      await linearSvm(weighted, classes, 3, { loss, tolerance: 1e-6, onProgress });
      expect(passes).toBeLessThan(600);
    }
  });

  test('the same seed gives the same weights, and it can be stopped', async () => {
    const weighted = featureRows(tfidf)(units);
    const [a, b] = [
      await linearSvm(weighted, classes, 3, { seed: 5 }),
      await linearSvm(weighted, classes, 3, { seed: 5 }),
    ];
    expect(a).toEqual(b);
    const signal = AbortSignal.abort();
    await expect(linearSvm(weighted, classes, 3, { signal })).rejects.toThrow(/abort/i);
    await expect(linearSvm(weighted, classes, 3, { c: -1 })).rejects.toThrow(/`c` must be a positive number/);
  });
});

test('labels: at least two, in order', () => {
  expect(labels).toEqual(['bad', 'good', 'plain']);
  const one = texts.filter(({ label }) => label === 'good');
  let error: InkstoneError | undefined;
  try {
    numberLabels('here', one);
  } catch (thrown) {
    error = thrown as InkstoneError;
  }
  expect(error?.code).toBe('classify/one-label');
  expect(error?.message).toMatch(/only "good"/);
  const many = Array.from({ length: 1001 }, (_, i) => ({ text: 'a', label: String(i) }));
  expect(() => numberLabels('here', many)).toThrow(/at most 1000 different labels.*got 1001/);
});

test('what would not fit into memory is refused before it is made', async () => {
  const many = Array.from({ length: 200 }, (_, i) => ({ text: 'a b', label: String(i) }));
  await expect(trainClassifier('naive-bayes', many, { buckets: 2 ** 20 })).rejects.toThrow(
    /labels × features must be at most 134217728, got 200 × 1048576/,
  );
});
