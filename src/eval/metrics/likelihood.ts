/** What the log-probabilities of a text's tokens say: perplexity, and bits by unit of text, which any two models can be compared by. */

import { checkLengths } from './pairs.ts';
import { type Statistics, scoreOf, statistics } from './statistics.ts';

/** A text and the log-probability of each of its tokens, in nats. */
export interface ScoredText {
  readonly text: string;
  readonly logprobs: ArrayLike<number>;
}

export type LikelihoodName = 'perplexity' | 'bitsPerToken' | 'bitsPerCharacter' | 'bitsPerByte';

/**
 * perplexity = e^(−Σ log p / tokens), which depends on the tokenizer; bits = −Σ log₂ p, shared out over tokens, Unicode characters
 * or UTF-8 bytes. All of a corpus: sums over the texts, then the quotient. NaN where there is nothing to share out over.
 */
export function likelihoodStatistics(texts: readonly ScoredText[]): {
  readonly [Name in LikelihoodName]: Statistics;
} {
  checkLengths('likelihood', texts, texts);
  const encoder = new TextEncoder();
  const rows = texts.map(({ text, logprobs }) => {
    let nats = 0;
    for (let i = 0; i < logprobs.length; i++) nats -= logprobs[i];
    return [nats, logprobs.length, [...text].length, encoder.encode(text).length];
  });
  const of = (score: (sums: Float64Array) => number): Statistics =>
    statistics('likelihood', rows.length, 4, (i) => rows[i], score);
  return {
    perplexity: of(([nats, tokens]) => Math.exp(nats / tokens)),
    bitsPerToken: of(([nats, tokens]) => nats / Math.LN2 / tokens),
    bitsPerCharacter: of(([nats, , characters]) => nats / Math.LN2 / characters),
    bitsPerByte: of(([nats, , , bytes]) => nats / Math.LN2 / bytes),
  };
}

/** The figures of a corpus. @throws without texts */
export function likelihoodScores(texts: readonly ScoredText[]): {
  readonly [Name in LikelihoodName]: number;
} {
  const found = likelihoodStatistics(texts);
  return {
    perplexity: scoreOf(found.perplexity),
    bitsPerToken: scoreOf(found.bitsPerToken),
    bitsPerCharacter: scoreOf(found.bitsPerCharacter),
    bitsPerByte: scoreOf(found.bitsPerByte),
  };
}
