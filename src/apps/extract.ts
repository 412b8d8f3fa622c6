/** An answer without a model: the sentences of the passages that say most of what is asked. */

import type { Collection } from '../retrieve/index.ts';
import type { TextPiece } from '../text/index.ts';
import type { GivenPassage } from './answer.ts';
import { readPassage } from './find-passages.ts';
import { passageSentences } from './passage-sentences.ts';
import { coverage, readText, type TermWeights } from './term-weights.ts';

/** A sentence, and where it stands. */
export interface Quote extends TextPiece {
  readonly passage: GivenPassage;
}

/** A sentence that holds less of the topic than this share of what the best one holds says too little. */
const LEAST_SHARE = 0.25;
/** Chosen on half of XQuAD, as was the share above. */
const BEFORE_WEIGHT = 0.5;

/**
 * The best sentences, the best first: scored by how much of the topic stands in the sentence, in its passage, and, half as much,
 * in it and the sentence before together. Of a correction, if there is one, all. No sentence twice.
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
      .map((piece) => ({ ...piece, passage: correction }));
  }
  const quotes = passages.flatMap((passage) => {
    const whole = coverage(topic, readPassage(passage, analyze), weights);
    return passageSentences(passage).map((piece) => {
      const held = (text: string): number => coverage(topic, readText(text, analyze), weights);
      const own = held(piece.text);
      const score = whole + own + BEFORE_WEIGHT * held(`${piece.before}\n${piece.text}`);
      return { ...piece, passage, own, score };
    });
  });
  const ranked = quotes.sort((a, b) => b.score - a.score);
  const seen = new Set<string>();
  return ranked
    .filter(({ text, own }) => {
      const isNew = !seen.has(text);
      seen.add(text);
      return isNew && own >= LEAST_SHARE * ranked[0].own;
    })
    .slice(0, most)
    .map(({ text, start, end, passage }) => ({ text, start, end, passage }));
}
