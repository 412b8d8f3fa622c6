/** chrF (Popović 2015) and chrF++ (Popović 2017), as sacrebleu 2.6 computes them. */

import { createVocabulary, splitText } from '../../repeat/index.ts';
import { createNgramMatcher, type NgramMatches } from './ngram-matcher.ts';
import { checkPairs, referenceCount } from './pairs.ts';
import { type Statistics, scoreOf, statistics } from './statistics.ts';

/** Orders of character n-grams, and how much more recall counts than precision. */
const CHARACTER_ORDERS = 6;
const BETA = 2;

export interface ChrfOptions {
  /** 0 (default) is chrF, 2 is chrF++: n-grams of words as well. */
  readonly wordOrders?: number;
  readonly lowercase?: boolean;
}

/**
 * The F-score of character n-grams of a corpus, 0 to 100, white space left out: precision and recall are averaged over the
 * orders that both sides have. Of several references the one with the best score of the sentence counts.
 * @throws where a text has no reference
 */
export function corpusChrf(
  hypotheses: readonly string[],
  references: readonly (readonly string[])[],
  options: ChrfOptions = {},
): number {
  return scoreOf(chrfStatistics(hypotheses, references, options));
}

/** chrF of one sentence. */
export function sentenceChrf(
  hypothesis: string,
  references: readonly string[],
  options: ChrfOptions = {},
): number {
  return corpusChrf([hypothesis], [references], options);
}

/** What chrF adds up, one row a text: for each order the n-grams of the hypothesis, of the reference, and the matches. */
export function chrfStatistics(
  hypotheses: readonly string[],
  references: readonly (readonly string[])[],
  { wordOrders = 0, lowercase = false }: ChrfOptions = {},
): Statistics {
  checkPairs('chrF', hypotheses, references);
  const match = createNgramMatcher();
  const number = createVocabulary();
  const width = 3 * (CHARACTER_ORDERS + wordOrders);
  const rowOf = (i: number): Float64Array => {
    const [own, ...others] = [hypotheses[i], ...references[i]].map((text) => {
      const cased = lowercase ? text.toLowerCase() : text;
      const characters = Int32Array.from(splitText(cased, 'characters'), (c) => c.codePointAt(0)!);
      return { characters, words: wordOrders > 0 ? number(wordsOf(cased)) : [] };
    });
    const orders = [
      ...match(
        own.characters,
        others.map(({ characters }) => characters),
        CHARACTER_ORDERS,
      ),
      ...match(
        own.words,
        others.map(({ words }) => words),
        wordOrders,
      ),
    ];
    return bestRow(references[i].map((_, r) => rowFor(orders, r)));
  };
  return statistics('chrF', hypotheses.length, width, rowOf, chrfOfSums);
}

/** The options that another must use to get the same score, in sacrebleu's notation. */
export function chrfSignature(references: readonly (readonly string[])[], options: ChrfOptions = {}): string {
  const { wordOrders = 0, lowercase = false } = options;
  const letterCase = lowercase ? 'lc' : 'mixed';
  return `nrefs:${referenceCount(references)}|case:${letterCase}|eff:yes|nc:${CHARACTER_ORDERS}|nw:${wordOrders}|space:no|as:sacrebleu-2.6.0`;
}

function rowFor(orders: readonly NgramMatches[], reference: number): Float64Array {
  return Float64Array.from(
    orders.flatMap(({ hypothesis, references, matches }) => {
      const theirs = references[reference];
      // NOTE What the reference is too short for does not count against the hypothesis.
      return [theirs > 0 ? hypothesis : 0, theirs, matches[reference]];
    }),
  );
}

function bestRow(rows: readonly Float64Array[]): Float64Array {
  if (rows.length === 1) return rows[0];
  const scores = rows.map(chrfOfSums);
  return rows[scores.indexOf(Math.max(...scores))];
}

/** F = (1 + β²)·P·R / (β²·P + R), P and R being means over the orders that both sides have. */
function chrfOfSums(sums: Float64Array): number {
  let precision = 0;
  let recall = 0;
  let orders = 0;
  for (let k = 0; k < sums.length; k += 3) {
    const [hypothesis, reference, matches] = sums.subarray(k, k + 3);
    if (hypothesis === 0 || reference === 0) continue;
    precision += matches / hypothesis;
    recall += matches / reference;
    orders++;
  }
  if (precision + recall === 0) return 0;
  precision /= orders;
  recall /= orders;
  return (100 * (1 + BETA ** 2) * precision * recall) / (BETA ** 2 * precision + recall);
}

const PUNCTUATION = new Set('!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~');

/** Words between white space, one mark of ASCII punctuation at the end, or else at the beginning, being a word of its own. */
function wordsOf(text: string): string[] {
  return splitText(text, 'words').flatMap((word) => {
    if (word.length === 1) return [word];
    if (PUNCTUATION.has(word[word.length - 1])) return [word.slice(0, -1), word[word.length - 1]];
    return PUNCTUATION.has(word[0]) ? [word[0], word.slice(1)] : [word];
  });
}
