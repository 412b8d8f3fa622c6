/** What a summary of a text is, and what is told while it is made. */

import type { TextPiece } from '../../text/index.ts';
import type { FinishReason } from '../../types.ts';

/** `extract`: the sentences that say most, as they stand; `map-reduce`: part by part, then together; `refine`: from the beginning on. */
export const summaryMethods = ['extract', 'map-reduce', 'refine'] as const;
export type SummaryMethod = (typeof summaryMethods)[number];

/** A sentence of the text, as it stands there; places are in UTF-16 units. */
export interface SummarySentence extends TextPiece {
  /** How central it is among those that it was compared with at last; they sum to 1. */
  readonly score: number;
}

interface SummaryBase {
  /** Empty where nothing in the text bears on the question, or the model said nothing. */
  readonly summary: string;
  readonly lang: 'en' | 'zh';
  readonly question: string | null;
  /** In how many parts the text was read. */
  readonly parts: number;
}

/** A summary that quotes. */
export interface ExtractedSummary extends SummaryBase {
  readonly method: 'extract';
  /** In the order of the text. */
  readonly sentences: readonly SummarySentence[];
}

/** A summary that a model wrote. */
export interface WrittenSummary extends SummaryBase {
  readonly method: 'map-reduce' | 'refine';
  /** How often summaries of parts were summed up again because they did not fit into one prompt. */
  readonly levels: number;
  /** Why the model stopped in the end. */
  readonly finish: FinishReason;
  /** How often it stopped for which reason: `length` means that a text was cut. Texts that were kept from before are not counted. */
  readonly finishes: { readonly [Reason in FinishReason]?: number };
}

export type Summary = ExtractedSummary | WrittenSummary;

export interface SummaryProgress {
  /** Sentences are read or ranked; parts are summed up; summaries are put together; a summary takes in the next part. */
  readonly stage: 'read' | 'rank' | 'map' | 'reduce' | 'refine';
  readonly done: number;
  /** An estimate until the last level of a map-reduce. */
  readonly total: number;
}

/** What summing up tells, in order: how far it is, the text as it is written, the whole. */
export type SummaryPart =
  | ({ readonly type: 'progress' } & SummaryProgress)
  | { readonly type: 'text-delta'; readonly text: string }
  | ({ readonly type: 'summary' } & Summary);
