/** BLEU (Papineni et al. 2002), as sacrebleu 2.6 computes it (Post 2018). */

import { createVocabulary } from '../../repeat/index.ts';
import { fail } from '../errors.ts';
import { type BleuTokenizer, bleuTokenizers } from './bleu-tokenizers.ts';
import { createNgramMatcher } from './ngram-matcher.ts';
import { checkPairs, referenceCount } from './pairs.ts';
import { type Statistics, statistics, sumsOf } from './statistics.ts';

/** Orders of n-grams. */
const ORDERS = 4;

/** How an order without any match counts (Chen and Cherry 2014), with the value where none is given. */
const smoothings = { exp: undefined, floor: 0.1, 'add-k': 1, none: undefined } as const;

export type BleuSmoothing = keyof typeof smoothings;

export interface BleuOptions {
  /** Default 13a; `zh` for Chinese. */
  readonly tokenizer?: BleuTokenizer;
  readonly lowercase?: boolean;
  /** Default exp: the first order without a match counts 1/2 match, the next 1/4, … */
  readonly smoothing?: BleuSmoothing;
  /** Of `floor` (default 0.1) and `add-k` (default 1). */
  readonly smoothingValue?: number;
  /** Orders for which the text is too short are left out. Default: of one sentence, yes; of a corpus, no. */
  readonly effectiveOrder?: boolean;
}

export interface BleuScore {
  /** 0 to 100. */
  readonly score: number;
  /** Of 1- to 4-grams, 0 to 100, after smoothing. */
  readonly precisions: readonly number[];
  readonly brevityPenalty: number;
  /** Tokens of the hypotheses, and of the references nearest to them in length. */
  readonly hypothesisTokens: number;
  readonly referenceTokens: number;
  /** The options that another must use to get the same score, in sacrebleu's notation. */
  readonly signature: string;
}

/**
 * BLEU of a corpus: matches are added up over all texts before the precisions are taken. `references[i]` are those of
 * `hypotheses[i]`, at least one; an n-gram counts at most as often as in the reference that has it most, and the length
 * compared is that of the nearest reference (the shorter of equals).
 * @throws where a text has no reference
 */
export function corpusBleu(
  hypotheses: readonly string[],
  references: readonly (readonly string[])[],
  options: BleuOptions = {},
): BleuScore {
  const sums = sumsOf(bleuStatistics(hypotheses, references, options));
  return bleuOfSums(sums, options, bleuSignature(references, options));
}

/** BLEU of one sentence, which leaves out the orders it is too short for. */
export function sentenceBleu(
  hypothesis: string,
  references: readonly string[],
  options: BleuOptions = {},
): BleuScore {
  return corpusBleu([hypothesis], [references], { effectiveOrder: true, ...options });
}

/** What BLEU adds up, one row a text: both lengths, then for each order the matches, then the n-grams. */
export function bleuStatistics(
  hypotheses: readonly string[],
  references: readonly (readonly string[])[],
  options: BleuOptions = {},
): Statistics {
  checkPairs('bleu', hypotheses, references);
  const { tokenizer = '13a', lowercase = false, smoothing = 'exp' } = options;
  checkChoice('tokenizer', tokenizer, bleuTokenizers);
  checkChoice('smoothing', smoothing, smoothings);
  const number = createVocabulary();
  const match = createNgramMatcher();
  const read = (text: string) => number(bleuTokenizers[tokenizer](lowercase ? text.toLowerCase() : text));
  return statistics(
    'bleu',
    hypotheses.length,
    2 + 2 * ORDERS,
    (i) => {
      const own = read(hypotheses[i]);
      const others = references[i].map(read);
      const orders = match(own, others, ORDERS);
      return [
        own.length,
        nearestLength(
          own.length,
          others.map(({ length }) => length),
        ),
        ...orders.map(({ clipped }) => clipped),
        ...orders.map(({ hypothesis }) => hypothesis),
      ];
    },
    (sums) => bleuOfSums(sums, options, '').score,
  );
}

/** exp of the mean log precision, times exp(1 − r/h) where the hypotheses are shorter than the references. */
function bleuOfSums(sums: Float64Array, options: BleuOptions, signature: string): BleuScore {
  const { smoothing = 'exp', smoothingValue = smoothings[smoothing] ?? 0, effectiveOrder = false } = options;
  const [hypothesisTokens, referenceTokens] = sums;
  const matches = sums.slice(2, 2 + ORDERS);
  const totals = sums.slice(2 + ORDERS);
  const brevityPenalty =
    hypothesisTokens >= referenceTokens
      ? 1
      : hypothesisTokens > 0
        ? Math.exp(1 - referenceTokens / hypothesisTokens)
        : 0;
  const precisions = new Array<number>(ORDERS).fill(0);
  const rest = { brevityPenalty, hypothesisTokens, referenceTokens, signature };
  if (matches.every((count) => count === 0)) return { score: 0, precisions, ...rest };
  let share = 1;
  let orders = ORDERS;
  for (let k = 0; k < ORDERS; k++) {
    const added = smoothing === 'add-k' && k > 0 ? smoothingValue : 0;
    const found = matches[k] + added;
    const total = totals[k] + added;
    if (total === 0) break;
    if (effectiveOrder) orders = k + 1;
    if (found > 0) precisions[k] = (100 * found) / total;
    else if (smoothing === 'exp') precisions[k] = 100 / ((share *= 2) * total);
    else if (smoothing === 'floor') precisions[k] = (100 * smoothingValue) / total;
  }
  const used = precisions.slice(0, orders);
  const score = brevityPenalty * Math.exp(used.reduce((sum, p) => sum + Math.log(p), 0) / orders);
  return { score, precisions, ...rest };
}

/** In sacrebleu's notation, so that a score can be compared with a published one. */
export function bleuSignature(references: readonly (readonly string[])[], options: BleuOptions = {}): string {
  const { tokenizer = '13a', lowercase = false, smoothing = 'exp', effectiveOrder = false } = options;
  const value = options.smoothingValue ?? smoothings[smoothing];
  const smooth = smoothings[smoothing] === undefined ? smoothing : `${smoothing}[${value!.toFixed(2)}]`;
  return [
    `nrefs:${referenceCount(references)}`,
    `case:${lowercase ? 'lc' : 'mixed'}`,
    `eff:${effectiveOrder ? 'yes' : 'no'}`,
    `tok:${tokenizer}`,
    `smooth:${smooth}`,
    'as:sacrebleu-2.6.0',
  ].join('|');
}

function nearestLength(length: number, lengths: readonly number[]): number {
  return lengths.reduce((best, other) => {
    const nearer = Math.abs(other - length) - Math.abs(best - length);
    return nearer < 0 || (nearer === 0 && other < best) ? other : best;
  });
}

function checkChoice(option: string, got: string, choices: Readonly<Record<string, unknown>>): void {
  if (Object.hasOwn(choices, got)) return;
  throw fail('eval/option', {
    where: 'bleu',
    option,
    rule: `one of ${Object.keys(choices).join(', ')}`,
    got,
  });
}
