/** Loops found while they are written: on-line, O(1) amortised per token, from ids alone. */

import { positiveInteger } from './ngrams.ts';
import { createRepetitionIndex, type RepetitionIndex } from './repetition-index.ts';

/** A loop that is certain. Positions count ids from 0. */
export interface Loop {
  /** `exact`: copies back to back; `near`: copies that differ in a few ids; `spaced`: copies with other text between. */
  readonly kind: 'exact' | 'near' | 'spaced';
  /** Where the first copy begins. The text is clean up to `onset + period`: one copy kept. */
  readonly onset: number;
  /** Ids from the beginning of one copy to the beginning of the next. */
  readonly period: number;
  /** Complete copies so far. */
  readonly copies: number;
  /** One past the last id read. */
  readonly end: number;
  /** In (0, 1]: how far the evidence goes beyond what was asked for. */
  readonly confidence: number;
}

export interface LoopDetectorOptions {
  /** A loop has at least so many copies; at least 2, default 3. */
  readonly minCopies?: number;
  /** Copies after the first make up at least so many ids; default 12. */
  readonly minRepeated?: number;
}

/** Watches one growing sequence of ids. */
export interface LoopDetector {
  /** How many ids have been pushed. */
  readonly length: number;
  /** Adds one id; returns the loop in which the sequence now is, if that is certain. O(1) amortised. */
  push(id: number): Loop | undefined;
  /**
   * From this position on the ids may turn out to be the start of a repeat: whoever shows the text holds them back.
   * Undefined when nothing is suspect. A loop found later never has `onset + period` before what was let through.
   */
  readonly suspectFrom: number | undefined;
  /** Forgets everything after the first `length` ids. */
  rewind(length: number): void;
  /** An independent copy. O(length), plain memory copies. */
  fork(): LoopDetector;
}

/**
 * A detector of loops; knows ids only, no tokenizer and no model.
 *
 * @example
 * const detector = createLoopDetector();
 * for (const id of ids) if (detector.push(id)) break;
 */
export function createLoopDetector(options: LoopDetectorOptions = {}): LoopDetector {
  const { minCopies = 3, minRepeated = 12 } = options;
  positiveInteger('minCopies', minCopies);
  positiveInteger('minRepeated', minRepeated);
  return watch(createRepetitionIndex(), { minCopies: Math.max(minCopies, 2), minRepeated });
}

function watch(index: RepetitionIndex, options: Required<LoopDetectorOptions>): LoopDetector {
  const { minCopies, minRepeated } = options;
  return {
    get length() {
      return index.length;
    },
    get suspectFrom() {
      return index.longestRepeat === 0 ? undefined : index.length - index.longestRepeat;
    },
    push(id) {
      const repeated = index.push(id);
      const period = index.length - index.repeatEnd;
      const needed = Math.max((minCopies - 1) * period, minRepeated);
      if (repeated < needed) return undefined;
      const copies = 1 + Math.floor(repeated / period);
      const onset = index.length - repeated - period;
      return {
        kind: 'exact',
        onset,
        period,
        copies,
        end: index.length,
        confidence: 1 - needed / (repeated + needed),
      };
    },
    rewind: (length) => index.rewind(length),
    fork: () => watch(index.fork(), options),
  };
}
