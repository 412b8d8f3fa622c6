/** Which passage supports which sentence of an answer. */

import type { Collection } from '../retrieve/index.ts';
import type { Citation, Claim, GivenPassage } from './answer.ts';
import type { CitedSentence } from './citations.ts';
import { passageSentences } from './passage-sentences.ts';
import { coverage, readText, type TermWeights, weighTerms } from './term-weights.ts';

export interface CheckOptions {
  readonly collections: readonly Collection[];
  readonly minSupport: number;
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
  const held = new Map(passages.map(({ number, text }) => [number, readText(text, analyze)]));
  const supportBy = (own: readonly string[], { number }: GivenPassage): number => {
    const others = held.get(number)!;
    const hasNumbers = own.every((term) => !NUMBER.test(term) || others.terms.has(term));
    return hasNumbers ? coverage(own, others, weights) : 0;
  };
  // What shares nothing supports nothing, however little is asked for.
  const holds = ({ support }: Citation): boolean => support > 0 && support >= minSupport;
  return sentences.map(({ text, numbers }, i) => {
    const cite = (passage: GivenPassage, by: Citation['by']): Citation =>
      citation(passage, { by, support: supportBy(terms[i], passage), terms: terms[i], weights, analyze });
    if (numbers.length > 0) {
      const citations = numbers.map((number) => cite(passages[number - 1], 'mark'));
      return { text, citations, supported: citations.some(holds) };
    }
    const best = passages
      .map((passage) => cite(passage, 'words'))
      .reduce<Citation | undefined>((a, b) => (a && a.support >= b.support ? a : b), undefined);
    const supported = best !== undefined && holds(best);
    return { text, citations: supported ? [best] : [], supported };
  });
}

/** The passage as a citation: its sentence that holds most of the terms. */
function citation(
  passage: GivenPassage,
  {
    by,
    support,
    terms,
    weights,
    analyze,
  }: Pick<Citation, 'by' | 'support'> & {
    readonly terms: readonly string[];
    readonly weights: TermWeights;
    readonly analyze: Collection['analyze'];
  },
): Citation {
  const { number, key, source, text, start, end } = passage;
  const whole = { text, start, end, share: 0 };
  const best = passageSentences(passage)
    .map((piece) => ({ ...piece, share: coverage(terms, readText(piece.text, analyze), weights) }))
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
