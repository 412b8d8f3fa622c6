/** What an answer from documents is: its sentences, the passages behind them, and how fresh they are. */

import type { Passage } from '../retrieve/index.ts';
import type { FinishReason } from '../types.ts';

/** A passage that the answer was made from. */
export interface GivenPassage extends Passage {
  /** What `[n]` names it by. */
  readonly number: number;
  /** How much of the question stands in it, by the weight of its terms: from 0 to 1. */
  readonly match: number;
  /** The right answer to this question, as someone told it. */
  readonly isCorrection: boolean;
}

/** Where a sentence of the answer comes from. */
export interface Citation {
  readonly passage: number;
  readonly key: string;
  readonly source: string;
  /** Where the excerpt stands in the document, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** The sentence of the passage that says most of it, as it stands there. */
  readonly excerpt: string;
  /** How much of the sentence stands in the passage, by the weight of its terms: from 0 to 1. */
  readonly support: number;
  /** Who named the passage: the model, or, for a sentence without a mark, the likeness of the words. */
  readonly by: 'mark' | 'words';
}

/** One sentence of the answer. */
export interface Claim {
  readonly text: string;
  readonly citations: readonly Citation[];
  /** Whether a passage named holds enough of its words, and every number. */
  readonly supported: boolean;
}

/** How fresh the documents behind an answer are; null where it is not known. */
export interface Freshness {
  /** The documents are known to have been so at that time: the oldest look at one of them. */
  readonly asOf: Date | null;
  /** When the newest of them changed. */
  readonly newestChange: Date | null;
}

interface AnswerBase {
  readonly question: string;
  readonly by: 'extract' | 'model';
  /** The text, with marks `[n]`; empty where the answer is not in the documents. */
  readonly answer: string;
  readonly claims: readonly Claim[];
  /** Those it was made from; where it is not in the documents, the nearest. */
  readonly passages: readonly GivenPassage[];
  readonly freshness: Freshness;
}

/** An answer, or that there is none. */
export type Answer =
  | (AnswerBase & {
      readonly kind: 'answer';
      /** Numbers that the model cited and that name no passage; they are not in the text. */
      readonly unknownCitations: readonly number[];
      /** Why the model stopped; none where sentences were quoted. */
      readonly finish?: FinishReason;
    })
  | (AnswerBase & {
      readonly kind: 'not-in-documents';
      /** No passage matches the question, or the model found no answer in them. */
      readonly reason: 'no-match' | 'model';
    });

/** What answering tells, in order: the passages, the text as it is written, the whole. */
export type AnswerPart =
  | { readonly type: 'passages'; readonly passages: readonly GivenPassage[] }
  | { readonly type: 'text-delta'; readonly text: string }
  | ({ readonly type: 'answer' } & Answer);
