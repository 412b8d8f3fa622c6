/** What the address of the documents page holds. */

import { numberOf, type RawSearch, searchOf, textOf } from '../../parts/search.ts';

export interface DocumentsSearch {
  /** Passages are looked for, instead of an answer. */
  readonly view?: 'search';
  /** What was asked or looked for. */
  readonly q?: string;
  /** Who writes the answer; without, sentences are quoted. */
  readonly model?: string;
  readonly top?: number;
  /** What the names of the listed documents hold. */
  readonly filter?: string;
  /** The document that is open, and the place in it that is marked. */
  readonly key?: string;
  readonly at?: number;
  readonly end?: number;
}

export const documentsSearch = (raw: RawSearch): DocumentsSearch =>
  searchOf({
    view: textOf(raw, 'view') === 'search' ? 'search' : undefined,
    q: textOf(raw, 'q'),
    model: textOf(raw, 'model'),
    top: numberOf(raw, 'top'),
    filter: textOf(raw, 'filter'),
    key: textOf(raw, 'key'),
    at: numberOf(raw, 'at'),
    end: numberOf(raw, 'end'),
  });
