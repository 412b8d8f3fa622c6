/** Which passage supports which sentence of an answer. */

import type { Citation, Claim, GivenPassage } from './answer.ts';
import type { CitedSentence } from './citations.ts';
import { type PassageSentence, passageSentences } from './passage-sentences.ts';
import {
  coverage,
  type ReadText,
  readText,
  type TermSource,
  type TermWeights,
  weighTerms,
} from './term-weights.ts';

export interface CheckOptions {
  /** How rare terms are: of collections, or of texts in memory. */
  readonly collections: readonly TermSource[];
  readonly minSupport: number;
}

/** A passage and its sentences, ready to be compared. */
interface ReadPassage {
  readonly passage: GivenPassage;
  readonly whole: ReadText;
  readonly pieces: readonly (PassageSentence & { readonly read: ReadText })[];
}

const NUMBER = /\d/;

/**
 * Checks each sentence against the passages that it cites: supported if one of them holds at least `minSupport` of its terms by
 * weight, and every number. A sentence that cites none is given the passage that supports it best, if one does.
 * NOTE This compares words: who did what to whom, and whether at all, it does not tell.
 */
export async function checkClaims(
  sentences: readonly CitedSentence[],
  passages: readonly GivenPassage[],
  { collections, minSupport }: CheckOptions,
): Promise<Claim[]> {
  const [{ analyze }] = collections;
  const terms = sentences.map(({ text }) => analyze(text));
  const weights = await weighTerms(collections, terms.flat());
  const read = passages.map(
    (passage): ReadPassage => ({
      passage,
      whole: readText(passage.text, analyze),
      pieces: passageSentences(passage).map((piece) => ({ ...piece, read: readText(piece.text, analyze) })),
    }),
  );
  const supportBy = (own: readonly string[], { whole }: ReadPassage): number => {
    const hasNumbers = own.every((term) => !NUMBER.test(term) || whole.terms.has(term));
    return hasNumbers ? coverage(own, whole, weights) : 0;
  };
  // What shares nothing supports nothing, however little is asked for.
  const holds = ({ support }: Pick<Citation, 'support'>): boolean => support > 0 && support >= minSupport;
  return sentences.map(({ text, numbers }, i) => {
    const own = terms[i];
    if (numbers.length > 0) {
      const citations = numbers.map((number) => {
        const one = read[number - 1];
        return citation(one, { by: 'mark', support: supportBy(own, one), terms: own, weights });
      });
      return { text, citations, supported: citations.some(holds) };
    }
    const [best] = read
      .map((one) => ({ one, support: supportBy(own, one) }))
      .filter(holds)
      .sort((a, b) => b.support - a.support);
    if (!best) return { text, citations: [], supported: false };
    const { one, support } = best;
    return {
      text,
      citations: [citation(one, { by: 'words', support, terms: own, weights })],
      supported: true,
    };
  });
}

/** The passage as a citation: its sentence that holds most of the terms. */
function citation(
  { passage, pieces }: ReadPassage,
  {
    by,
    support,
    terms,
    weights,
  }: Pick<Citation, 'by' | 'support'> & {
    readonly terms: readonly string[];
    readonly weights: TermWeights;
  },
): Citation {
  const { number, key, source, text, start, end } = passage;
  const whole = { text, start, end, share: 0 };
  const best = pieces
    .map((piece) => ({ ...piece, share: coverage(terms, piece.read, weights) }))
    .reduce((a, b) => (b.share > a.share ? b : a), whole);
  return {
    passage: number,
    key,
    source,
    start: best.start,
    end: best.end,
    excerpt: best.text,
    support,
    by,
  };
}
