/** Whether a finished text loops: two definitions from the literature. */

import { type Ids, positiveInteger } from './ngrams.ts';
import { createRepetitionIndex } from './repetition-index.ts';

/** The loop at the end of a text. */
export interface EndLoop {
  /** Length of the repeated phrase in tokens. */
  readonly period: number;
  /** How many complete copies stand at the end, back to back; at least 2. */
  readonly copies: number;
  /** Where the first complete copy begins. */
  readonly onset: number;
}

const MAX_PHRASE = 90;

/**
 * The loop in which a text ends, if it does. Read from the end, the phrase of 1–90 tokens with the most copies back to
 * back (the shortest of equals) must have at least 2, and phrases of 1 or 2 tokens more than 50.
 * Holtzman et al., "The curious case of neural text degeneration", 2019, with the thresholds of its code.
 */
export function endLoop(ids: Ids): EndLoop | undefined {
  let period = 0;
  let copies = 1;
  for (let n = 1; n <= Math.min(MAX_PHRASE, ids.length >> 1); n++) {
    const count = copiesAtEnd(ids, n);
    if (count > copies) {
      period = n;
      copies = count;
    }
  }
  const loops = copies > 1 && (period >= 3 || copies > 50);
  return loops ? { period, copies, onset: ids.length - period * copies } : undefined;
}

/** Whether a text ends in a loop; see `endLoop`. */
export function endsInLoop(ids: Ids): boolean {
  return endLoop(ids) !== undefined;
}

/** How many copies of the last n tokens end the text: the tail that equals itself n places earlier says it. */
function copiesAtEnd(ids: Ids, n: number): number {
  let i = ids.length - 1;
  while (i >= n && ids[i] === ids[i - n]) i--;
  return 1 + Math.floor((ids.length - 1 - i) / n);
}

export interface CoverageOptions {
  /** Shortest and longest n-gram looked at; default 4 and 16. */
  readonly minN?: number;
  readonly maxN?: number;
  /** Share of the text that one n-gram must make up; default 0.3. */
  readonly share?: number;
}

/**
 * The greatest share of a text that one n-gram makes up: n × occurrences / length, counted without overlaps,
 * for n-grams that occur at least twice; 0 if there is none.
 */
export function ngramCoverage(ids: Ids, { minN = 4, maxN = 16 }: CoverageOptions = {}): number {
  positiveInteger('minN', minN);
  positiveInteger('maxN', maxN);
  const index = createRepetitionIndex(ids.length);
  for (let i = 0; i < ids.length; i++) index.push(ids[i]);
  const most = index.mostCovering(minN, maxN);
  return most === undefined ? 0 : (most.n * most.occurrences) / ids.length;
}

/**
 * Whether a text is degenerate by coverage (CREP): one n-gram, n = 4…16, makes up at least 30 % of it. This also finds
 * loops that have ended and phrases that come back at intervals. Lee et al., "FOCUS and RePAIR", 2026.
 */
export function degenerateByCoverage(ids: Ids, options: CoverageOptions = {}): boolean {
  return ngramCoverage(ids, options) >= (options.share ?? 0.3);
}
