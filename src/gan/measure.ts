/** How good and how diverse written texts are, and whether a writer has collapsed to a few. */

import { distinctNgrams, referenceBleu, selfBleu, unigramEntropy } from '../repeat/index.ts';
import { createRng } from '../rng.ts';
import { meanNll } from './likelihood.ts';
import { drawIds, drawTexts, type Ends, type Texts, writeManyTexts, writtenIds } from './texts.ts';
import type { Writer } from './writer.ts';

/** What writers are measured by. */
export interface Yardstick extends Ends {
  /** Real texts that none has learned from. */
  readonly heldOut: Texts;
  /** Knows how likely a text is. */
  readonly oracle?: Writer;
  /** How many texts are written. */
  readonly samples: number;
  readonly seed: number;
}

export interface TextMeasures {
  /** Of written texts under the oracle, nats per token: the lower, the better is what is written. */
  readonly oracleNll?: number;
  /** BLEU-4 of written texts against those held out, in [0, 1]. */
  readonly bleu: number;
  /** Self-BLEU-4 of written texts, in [0, 1]: the higher, the more alike. */
  readonly selfBleu: number;
  /** Different pairs of neighbours among all pairs. */
  readonly distinct2: number;
  /** Of the tokens, in bits. */
  readonly entropy: number;
}

export interface WriterMeasures extends TextMeasures {
  /** Of texts held out under the writer, nats per token: it grows where the writer forgets what may be said. */
  readonly heldOutNll: number;
}

/** Of texts that are there. */
export function measureTexts(texts: Texts, { heldOut, oracle, ...ends }: Yardstick): TextMeasures {
  const written = writtenIds(texts, ends.endId).filter(({ length }) => length > 0);
  // An empty text is like no real one, and like all that are empty.
  const empty = 1 - written.length / texts.count;
  const references = writtenIds(heldOut, ends.endId).filter(({ length }) => length > 0);
  return {
    ...(oracle && { oracleNll: meanNll(oracle, texts, ends) }),
    bleu: written.length > 0 ? (1 - empty) * referenceBleu(written, references) : 0,
    selfBleu: written.length > 1 ? empty + (1 - empty) * selfBleu(written) : 1,
    distinct2: distinctNgrams(written, 2),
    entropy: unigramEntropy(written),
  };
}

/** Lets a writer write at a temperature, with the same random numbers for equal seeds, and measures it. */
export function measureWriter(writer: Writer, yardstick: Yardstick, temperature = 1): WriterMeasures {
  const { heldOut, samples, seed, startId, endId } = yardstick;
  const rng = createRng(seed).split('measure');
  const prompts = heldOut.given && drawTexts(heldOut, samples, rng.split('prompts'));
  const texts = writeManyTexts(writer, {
    ...{ count: samples, length: heldOut.length, startId, endId, prompts },
    choose: drawIds(rng, temperature),
  });
  const heldOutNll = meanNll(writer, heldOut, { startId, endId, temperature });
  return { ...measureTexts(texts, yardstick), heldOutNll };
}

/** Whether texts are much more alike than they were: self-BLEU half the way to 1, or half the different pairs or the entropy lost. */
export function isCollapsed(now: TextMeasures, before: TextMeasures): boolean {
  return (
    now.selfBleu > (1 + before.selfBleu) / 2 ||
    now.distinct2 < before.distinct2 / 2 ||
    now.entropy < before.entropy / 2
  );
}

/** The greater, the better is what is written. */
export const quality = ({ oracleNll, bleu }: TextMeasures): number =>
  oracleNll === undefined ? bleu : -oracleNll;
