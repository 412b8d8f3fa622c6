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
  const read = createReader(options);
  const match = createNgramMatcher();
  const own = read(prediction);
  const others = references.map(read);
  const of = (name: RougeName): OverlapScore => bestOf(name, own, others, match);
  return { rouge1: of('rouge1'), rouge2: of('rouge2'), rougeL: of('rougeL'), rougeLsum: of('rougeLsum') };
}

/** The mean F1 of a ROUGE over all texts, made when it is asked for. @throws where a text has no reference */
export function rougeStatistics(
  predictions: readonly string[],
  references: readonly (readonly string[])[],
  options: RougeOptions = {},
): (name: RougeName) => Statistics {
  checkPairs('rouge', predictions, references);
  const read = createReader(options);
  const match = createNgramMatcher();
  const own = predictions.map(read);
  const others = references.map((texts) => texts.map(read));
  return (name) =>
    meanStatistics(
      'rouge',
      own.map((reading, i) => bestOf(name, reading, others[i], match).f1),
    );
}

/** A text in numbers: whole, and line by line. */
interface Reading {
  readonly ids: Ids;
  readonly lines: readonly Ids[];
}

/** Reads one text after another; words keep their numbers. */
function createReader({ unit = 'words' }: RougeOptions): (text: string) => Reading {
  const number = createVocabulary();
  return (text) => {
    const lines = text.split('\n').map((line) => number(cut(line, unit)));
    return { ids: lines.length === 1 ? lines[0] : number(cut(text, unit)), lines };
  };
}

function bestOf(
  name: RougeName,
  prediction: Reading,
  references: readonly Reading[],
  match: NgramMatcher,
): OverlapScore {
  return references
    .map((reference) => {
      const [p, r] = [prediction.ids.length, reference.ids.length];
      if (name === 'rougeL') return overlap(commonLength(reference.ids, prediction.ids), p, r);
      if (name === 'rougeLsum') return overlap(unionHits(reference.lines, prediction.lines), p, r);
      const grams = match(prediction.ids, [reference.ids], name === 'rouge1' ? 1 : 2).at(-1)!;
      return overlap(grams.matches[0], grams.hypothesis, grams.references[0]);
    })
    .reduce((a, b) => (b.f1 > a.f1 ? b : a));
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
