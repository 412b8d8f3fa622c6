/**
 * An n-gram language model with interpolated modified Kneser–Ney smoothing (Chen and Goodman, "An empirical study of smoothing
 * techniques for language modeling", 1998): the best that counting alone can do, and what a neural model must beat.
 */

import { functionModel } from '../../decode/index.ts';
import type { LanguageModel } from '../../types.ts';
import { checkInteger, fail } from '../errors.ts';
import { countNgramTable, findGram, type NgramOrder, type NgramTableOptions } from './ngram-table.ts';

export interface NgramModel {
  readonly order: number;
  readonly vocabSize: number;
  /** How many different n-grams of all orders it has seen. */
  readonly grams: number;
  /** Natural logarithms of the probabilities of the next token, [vocabSize]; only the last order − 1 ids matter. */
  logProbabilities(ids: ArrayLike<number>): Float32Array;
  /** That of one token alone: its cost does not grow with the vocabulary. */
  logProbability(ids: ArrayLike<number>, token: number): number;
}

export interface NgramOptions extends Omit<NgramTableOptions, 'order'> {
  /** Tokens of the longest grams. Default 5. */
  readonly order?: number;
}

/**
 * Counts the n-grams of texts that stand one after another in `ids`, each with `eosId` behind it.
 *
 * @example ngramModel(tokens, { vocabSize: tokenizer.vocabSize, eosId: tokenizer.eosId }).logProbabilities([eosId])
 */
export function ngramModel(
  ids: ArrayLike<number>,
  { order = 5, vocabSize, eosId }: NgramOptions,
): NgramModel {
  checkInteger('ngramModel', 'order', order, 1);
  checkInteger('ngramModel', 'vocabSize', vocabSize, 1);
  if (ids.length === 0) throw fail('eval/no-tokens', { where: 'ngramModel' });
  for (let i = 0; i < ids.length; i++) {
    if (!(ids[i] >= 0 && ids[i] < vocabSize))
      throw fail('eval/option', {
        where: 'ngramModel',
        option: 'ids',
        rule: `below ${vocabSize}`,
        got: ids[i],
      });
  }
  const orders = countNgramTable(ids, { order, vocabSize, eosId });
  const discounts = orders.map(({ counts }) => discountsOf(counts));
  const lowest = unigramProbabilities(orders[0], discounts[0]);
  const logLowest = lowest.map(Math.log);
  /** Probability mass that goes past the unigrams, by token; zero again after each use. */
  const added = new Float64Array(vocabSize);

  /** What longer contexts give to the tokens that they were seen before; returns what is left for the unigrams. */
  function shareOut(given: ArrayLike<number>, add: (token: number, mass: number) => void): number {
    // p(w) = Σₙ (Πₘ﹥ₙ λₘ) · max(cₙ(w) − D, 0) / totalₙ, from the longest context down to the unigrams.
    let left = 1;
    for (let n = Math.min(order, given.length + 1); n >= 2; n--) {
      const context = contextOf(orders, given, n - 1);
      if (context === undefined) continue;
      const { starts, tokens, counts } = orders[n - 1];
      const [from, to] = [starts[context], starts[context + 1]];
      let total = 0;
      for (let gram = from; gram < to; gram++) total += counts[gram];
      if (total === 0) continue;
      let kept = 0;
      for (let gram = from; gram < to; gram++) {
        const share = (counts[gram] - discountOf(discounts[n - 1], counts[gram])) / total;
        kept += share;
        add(tokens[gram], left * share);
      }
      left *= 1 - kept;
    }
    return left;
  }

  return {
    order,
    vocabSize,
    grams: orders.reduce(
      (sum, { counts }) => sum + counts.reduce((seen, count) => seen + Number(count > 0), 0),
      0,
    ),
    logProbabilities(given) {
      const touched: number[] = [];
      const left = shareOut(given, (token, mass) => {
        if (added[token] === 0) touched.push(token);
        added[token] += mass;
      });
      const logLeft = Math.log(left);
      const logits = new Float32Array(logLowest);
      for (let token = 0; token < vocabSize; token++) logits[token] += logLeft;
      for (const token of touched) {
        if (added[token] > 0) logits[token] = Math.log(added[token] + left * lowest[token]);
        added[token] = 0;
      }
      return logits;
    },
    logProbability(given, token) {
      let own = 0;
      const left = shareOut(given, (seen, mass) => {
        if (seen === token) own += mass;
      });
      return Math.log(own + left * lowest[token]);
    },
  };
}

/** The same as a language model. It reads as much as one likes, and looks back order − 1 tokens. */
export function ngramLanguageModel(
  { vocabSize, logProbabilities }: NgramModel,
  { contextLength = 2 ** 20 }: { readonly contextLength?: number } = {},
): LanguageModel {
  return functionModel({ vocabSize, contextLength, logits: logProbabilities });
}

/** The number of the gram that the last `length` ids are, if they were seen. */
function contextOf(
  orders: readonly NgramOrder[],
  ids: ArrayLike<number>,
  length: number,
): number | undefined {
  let gram: number | undefined = ids[ids.length - length];
  for (let n = 2; n <= length && gram !== undefined; n++) {
    gram = findGram(orders[n - 1], gram, ids[ids.length - length + n - 1]);
  }
  return gram;
}

/** What is taken off counts of 1, of 2, and of 3 and more. */
type Discounts = readonly [number, number, number];

/** Where counts of counts do not say, as with very little text. */
const USUAL: Discounts = [0.5, 1, 1.5];

/** Dₖ = k − (k + 1)·Y·nₖ₊₁/nₖ with Y = n₁/(n₁ + 2n₂), where nₖ grams have the count k. */
function discountsOf(counts: Uint32Array): Discounts {
  const n = [0, 0, 0, 0, 0];
  for (const count of counts) if (count >= 1 && count <= 4) n[count]++;
  const y = n[1] / (n[1] + 2 * n[2]);
  const found = [1, 2, 3].map((k) => k - ((k + 1) * y * n[k + 1]) / n[k]);
  const isSound = found.every((discount, i) => discount > 0 && discount <= i + 1);
  return isSound ? (found as unknown as Discounts) : USUAL;
}

const discountOf = (discounts: Discounts, count: number): number =>
  count === 0 ? 0 : discounts[Math.min(count, 3) - 1];

/** Discounted unigrams; what is left is shared by all tokens alike. */
function unigramProbabilities({ counts }: NgramOrder, discounts: Discounts): Float64Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const shares = Float64Array.from(
    counts,
    (count) => (count - discountOf(discounts, count)) / Math.max(total, 1),
  );
  const left = 1 - shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share + left / counts.length);
}
