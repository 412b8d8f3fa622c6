/** The scores of src/eval/metrics against the reference libraries (metrics.py), on awkward texts in English and Chinese. */

import { describe, expect, test } from 'vitest';
import {
  answerScore,
  type BleuSmoothing,
  type BleuTokenizer,
  bleuSignature,
  chrfSignature,
  classificationScores,
  confusionMatrix,
  corpusBleu,
  corpusChrf,
  type OverlapScore,
  passAtK,
  type RougeName,
  rankByScore,
  rankingScores,
  regressionScores,
  rouge,
  rougeNames,
  sentenceBleu,
  sentenceChrf,
} from '../../src/eval/index.ts';
import { cohenKappa } from '../../src/store/index.ts';
import { readGolden } from './model-golden.ts';

type Triple = readonly [precision: number, recall: number, f1: number];
type Answer = readonly [prediction: string, references: string[], exact: number, f1: number];

interface GoldenBleu {
  readonly tokenizer: BleuTokenizer;
  readonly smoothing: BleuSmoothing;
  readonly value: number | null;
  readonly lowercase: boolean;
  readonly score: number;
  readonly precisions: number[];
  readonly bp: number;
  readonly lengths: [number, number];
  readonly signature: string;
  readonly sentences: number[];
}

interface GoldenChrf {
  readonly wordOrders: number;
  readonly lowercase: boolean;
  readonly score: number;
  readonly signature: string;
  readonly sentences: number[];
}

interface GoldenTexts {
  readonly texts: string[][];
  /** By number of references, from 1. */
  readonly bleu: GoldenBleu[][];
  readonly chrf: GoldenChrf[][];
  readonly rouge: Record<RougeName, Triple>[][];
}

interface GoldenMetrics {
  readonly en: GoldenTexts;
  readonly zh: GoldenTexts & { readonly rougeWords: Record<RougeName, Triple>[] };
  readonly lines: [prediction: string, reference: string, rougeLsum: Triple][];
  readonly squad: Answer[];
  readonly cmrc: Answer[];
  readonly classification: {
    readonly predictions: string[];
    readonly references: string[];
    readonly labels: string[];
    readonly accuracy: number;
    readonly balanced: number;
    readonly micro: Triple;
    readonly macro: Triple;
    readonly weighted: Triple;
    readonly classes: [number, number, number, number][];
    readonly matthews: number;
    readonly kappa: number | null;
    readonly matrix: number[][];
  }[];
  readonly regression: {
    readonly predictions: number[];
    readonly references: number[];
    readonly mse: number;
    readonly rmse: number;
    readonly mae: number;
    readonly r2: number | null;
    readonly pearson: number | null;
    readonly spearman: number | null;
  }[];
  readonly ranking: {
    readonly qrels: Record<string, Record<string, number>>;
    readonly run: Record<string, Record<string, number>>;
    readonly scores: Record<
      string,
      { map: number; rr: number; ndcg: number[]; recall: number[]; precision: number[]; success: number[] }
    >;
  };
  readonly passAtK: [attempts: number, passed: number, k: number, value: number][];
}

const golden = readGolden<GoldenMetrics>('metrics');

/** Equal but for the last bits: another order of adding up. */
function same(got: readonly number[], expected: readonly number[], what?: unknown): void {
  expect(got, JSON.stringify(what)).toHaveLength(expected.length);
  const far = got.map((x, i) => Math.abs(x - expected[i]) / Math.max(1, Math.abs(expected[i])));
  expect(Math.max(...far), JSON.stringify({ what, got, expected })).toBeLessThan(1e-11);
}

const triple = ({ precision, recall, f1 }: OverlapScore): Triple => [precision, recall, f1];
const theirs = (signature: string): string => signature.replace('version:', 'as:sacrebleu-');

const sets = (['en', 'zh'] as const).flatMap((lang) =>
  golden[lang].bleu.map((_, k) => ({ lang, references: k + 1 })),
);

describe.each(sets)('$lang, references: $references', ({ lang, references: count }) => {
  const { texts, ...expected } = golden[lang];
  const hypotheses = texts.map(([first]) => first);
  const references = texts.map((row) => row.slice(1, 1 + count));

  test.each(expected.bleu[count - 1])('BLEU $tokenizer $smoothing $value lowercase $lowercase', (row) => {
    const { tokenizer, smoothing, lowercase, value } = row;
    const options = { tokenizer, smoothing, lowercase, ...(value !== null && { smoothingValue: value }) };
    const got = corpusBleu(hypotheses, references, options);
    same([got.score, got.brevityPenalty, ...got.precisions], [row.score, row.bp, ...row.precisions]);
    expect([got.hypothesisTokens, got.referenceTokens]).toEqual(row.lengths);
    expect(got.signature).toBe(theirs(row.signature));
    expect(bleuSignature(references, options)).toBe(got.signature);
    const alone = hypotheses.map((text, i) => sentenceBleu(text, references[i], options).score);
    same(alone, row.sentences);
  });

  test.each(expected.chrf[count - 1])('chrF of $wordOrders word orders, lowercase $lowercase', (row) => {
    const { wordOrders, lowercase } = row;
    const options = { wordOrders, lowercase };
    same([corpusChrf(hypotheses, references, options)], [row.score]);
    same(
      hypotheses.map((text, i) => sentenceChrf(text, references[i], options)),
      row.sentences,
    );
    expect(chrfSignature(references, options)).toBe(theirs(row.signature));
  });

  test('ROUGE', () => {
    const unit = lang === 'zh' ? 'characters' : 'words';
    hypotheses.forEach((text, i) => {
      const got = rouge(text, references[i], { unit });
      for (const name of rougeNames) {
        same(triple(got[name]), expected.rouge[count - 1][i][name], { text, name });
      }
    });
  });
});

test('ROUGE by words of Chinese is what rouge-score gives, which sees only a–z and 0–9', () => {
  golden.zh.texts.forEach(([text, reference], i) => {
    const got = rouge(text, [reference]);
    for (const name of rougeNames) same(triple(got[name]), golden.zh.rougeWords[i][name], { text, name });
  });
});

test.each(golden.lines)('ROUGE-Lsum of %j against %j', (prediction, reference, expected) => {
  same(triple(rouge(prediction, [reference]).rougeLsum), expected);
});

describe.each(['squad', 'cmrc'] as const)('answers by the rules of %s', (rules) => {
  test.each(golden[rules])('%j against %j', (prediction, references, exact, f1) => {
    const got = answerScore(prediction, references, { rules });
    same([got.exact, got.f1], [exact, f1]);
  });
});

test.each(golden.classification)('classification: $labels', (row) => {
  const got = classificationScores(row.predictions, row.references);
  same([got.accuracy, got.balancedAccuracy, got.matthews], [row.accuracy, row.balanced, row.matthews]);
  // NOTE Where nothing is left to agree on, scikit-learn says "not a number", this house 1, as its reviews do.
  same([got.kappa], [row.kappa ?? 1]);
  same([got.kappa], [cohenKappa(row.references, row.predictions)!]);
  for (const mean of ['micro', 'macro', 'weighted'] as const) same(triple(got[mean]), row[mean], mean);
  expect(got.classes.map(({ label }) => label)).toEqual(row.labels);
  got.classes.forEach((one, i) => {
    same([...triple(one), one.support], row.classes[i], one.label);
  });
  expect(confusionMatrix(row.predictions, row.references)).toEqual({
    labels: row.labels,
    counts: row.matrix,
  });
});

test.each(golden.regression)('regression of $predictions', (row) => {
  const got = regressionScores(row.predictions, row.references);
  for (const name of ['mse', 'rmse', 'mae', 'r2', 'pearson', 'spearman'] as const) {
    if (row[name] === null) expect(got[name]).toBeNaN();
    else same([got[name]], [row[name]], name);
  }
});

test('rankings', () => {
  const { qrels, run, scores } = golden.ranking;
  const rankings = Object.fromEntries(
    Object.entries(run).map(([query, found]) => [query, rankByScore(found)]),
  );
  const got = rankingScores(rankings, qrels, { depths: [1, 5, 10] });
  expect(got.queries).toHaveLength(Object.keys(scores).length);
  for (const { query, ...own } of got.queries) {
    const row = scores[query];
    same([own.averagePrecision, own.reciprocalRank], [row.map, row.rr], query);
    for (const name of ['ndcg', 'recall', 'precision', 'success'] as const) same(own[name], row[name], query);
  }
  const mean = (of: (row: (typeof scores)[string]) => number) =>
    Object.values(scores).reduce((sum, row) => sum + of(row), 0) / Object.keys(scores).length;
  same(
    [got.averagePrecision, got.reciprocalRank, ...got.ndcg],
    [mean((row) => row.map), mean((row) => row.rr), ...[0, 1, 2].map((k) => mean((row) => row.ndcg[k]))],
  );
});

test.each(golden.passAtK)('pass@k of %i attempts, %i passed, k = %i', (attempts, passed, k, value) => {
  same([passAtK(attempts, passed, k)], [value]);
});
