/** An answer without a model: the sentences of the passages that say most of what is asked. */

import type { Collection } from '../retrieve/index.ts';
import type { TextPiece } from '../text/index.ts';
import type { GivenPassage } from './answer.ts';
import { passageTerms } from './find-passages.ts';
import { passageSentences } from './passage-sentences.ts';
import { coverage, type TermWeights } from './term-weights.ts';

/** A sentence, where it stands, and how well it fits. */
export interface Quote extends TextPiece {
  readonly passage: GivenPassage;
  readonly score: number;
}

/** A sentence that scores less than this share of the best says too little. */
const LEAST_SHARE = 0.5;

/**
 * The best sentences, the best first: scored by how much of the topic stands in the sentence, plus how much stands in its
 * passage. Of a correction, if there is one, all. No sentence twice.
 */
export function bestSentences(
  passages: readonly GivenPassage[],
  {
    topic,
    weights,
    analyze,
    most,
  }: {
    readonly topic: readonly string[];
    readonly weights: TermWeights;
    readonly analyze: Collection['analyze'];
    readonly most: number;
  },
): Quote[] {
  const correction = passages.find(({ isCorrection }) => isCorrection);
  if (correction) {
    return passageSentences(correction)
      .slice(0, most)
      .map((piece) => ({ ...piece, passage: correction, score: 2 }));
  }
  const quotes = passages.flatMap((passage) => {
    const whole = coverage(topic, passageTerms(passage, analyze), weights);
    return passageSentences(passage).map(
      (piece): Quote => ({ ...piece, passage, score: whole + coverage(topic, analyze(piece.text), weights) }),
    );
  });
  const seen = new Set<string>();
  const distinct = quotes
    .sort((a, b) => b.score - a.score)
    .filter(({ text }) => {
      const isNew = !seen.has(text);
      seen.add(text);
      return isNew;
    });
  return distinct.filter(({ score }) => score >= LEAST_SHARE * distinct[0].score).slice(0, most);
}
