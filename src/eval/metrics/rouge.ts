/** ROUGE (Lin 2004), as the package rouge-score 0.1.2 computes it, and for Chinese by character or by word. */

import { createVocabulary, type Ids, splitText } from '../../repeat/index.ts';
import { createNgramMatcher, type NgramMatcher } from './ngram-matcher.ts';
import { checkPairs } from './pairs.ts';
import { meanStatistics, type Statistics } from './statistics.ts';
import { commonLength, unionHits } from './subsequence.ts';

/**
 * What is compared, in small letters, punctuation left out. `words`: runs of a–z and 0–9, as rouge-score does, which drops
 * every other letter; `characters`: every Chinese character and kana by itself, other letters and digits in runs;
 * `segments`: words as a dictionary finds them (Intl.Segmenter).
 */
export type RougeUnit = 'words' | 'characters' | 'segments';

export interface RougeOptions {
  /** Default words. */
  readonly unit?: RougeUnit;
}

export interface OverlapScore {
  /** Share of the prediction that is in the reference. */
  readonly precision: number;
  /** Share of the reference that is in the prediction. */
  readonly recall: number;
  readonly f1: number;
}

/**
 * rouge1 and rouge2: n-grams in common; rougeL: the longest common subsequence of the whole texts; rougeLsum: the same line
 * by line, a line of the reference being matched by all lines of the prediction together.
 */
export type RougeScores = { readonly [Name in RougeName]: OverlapScore };

export const rougeNames = ['rouge1', 'rouge2', 'rougeL', 'rougeLsum'] as const;

export type RougeName = (typeof rougeNames)[number];

/** ROUGE of one text, in [0, 1]; of several references, for each score the one with the highest F1. No stemming. */
export function rouge(
  prediction: string,
  references: readonly string[],
  options: RougeOptions = {},
): RougeScores {
  checkPairs('rouge', [prediction], [references]);
  return createRouge(options)(prediction, references);
}

/** The mean F1 of each ROUGE over all texts. @throws where a text has no reference */
export function rougeStatistics(
  predictions: readonly string[],
  references: readonly (readonly string[])[],
  options: RougeOptions = {},
): { readonly [Name in RougeName]: Statistics } {
  checkPairs('rouge', predictions, references);
  const score = createRouge(options);
  const scores = predictions.map((prediction, i) => score(prediction, references[i]));
  const mean = (name: RougeName): Statistics =>
    meanStatistics(
      'rouge',
      scores.map((one) => one[name].f1),
    );
  return {
    rouge1: mean('rouge1'),
    rouge2: mean('rouge2'),
    rougeL: mean('rougeL'),
    rougeLsum: mean('rougeLsum'),
  };
}

/** Scores one text after another; words keep their numbers. */
function createRouge({ unit = 'words' }: RougeOptions) {
  const number = createVocabulary();
  const match = createNgramMatcher();
  const read = (text: string): Reading => {
    const lines = text.split('\n').map((line) => number(cut(line, unit)));
    return { ids: lines.length === 1 ? lines[0] : number(cut(text, unit)), lines };
  };
  return (prediction: string, references: readonly string[]): RougeScores => {
    const own = read(prediction);
    const all = references.map((reference) => scoreOne(own, read(reference), match));
    const best = (name: RougeName): OverlapScore =>
      all.map((scores) => scores[name]).reduce((a, b) => (b.f1 > a.f1 ? b : a));
    return {
      rouge1: best('rouge1'),
      rouge2: best('rouge2'),
      rougeL: best('rougeL'),
      rougeLsum: best('rougeLsum'),
    };
  };
}

interface Reading {
  readonly ids: Ids;
  readonly lines: readonly Ids[];
}

function scoreOne(prediction: Reading, reference: Reading, match: NgramMatcher): RougeScores {
  const [ones, twos] = match(prediction.ids, [reference.ids], 2);
  const [p, r] = [prediction.ids.length, reference.ids.length];
  return {
    rouge1: overlap(ones.matches[0], ones.hypothesis, ones.references[0]),
    rouge2: overlap(twos.matches[0], twos.hypothesis, twos.references[0]),
    rougeL: overlap(commonLength(reference.ids, prediction.ids), p, r),
    rougeLsum: overlap(unionHits(reference.lines, prediction.lines), p, r),
  };
}

/** Precision, recall and F1 of so many matches; 0 where one side is empty. */
export function overlap(matches: number, predicted: number, expected: number): OverlapScore {
  if (matches === 0) return { precision: 0, recall: 0, f1: 0 };
  const precision = matches / predicted;
  const recall = matches / expected;
  return { precision, recall, f1: (2 * precision * recall) / (precision + recall) };
}

const LATIN_RUNS = /[a-z0-9]+/g;
const CHARACTERS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{M}\p{N}])+/gu;
const SAYS_SOMETHING = /[\p{L}\p{N}]/u;

function cut(text: string, unit: RougeUnit): string[] {
  const small = text.toLowerCase();
  if (unit === 'words') return small.match(LATIN_RUNS) ?? [];
  if (unit === 'characters') return small.match(CHARACTERS) ?? [];
  return splitText(small, 'segments').filter((word) => SAYS_SOMETHING.test(word));
}
