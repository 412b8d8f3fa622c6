/** Loops of a text in the browser: the same detector that guards the writing. */

import { detectLoops, measureTexts } from '../../../../src/repeat/index.ts';
import type { Draft } from './draft.ts';
import { textOf } from './draft.ts';

/** A loop by the numbers of its pieces. */
export interface PieceLoop {
  /** Where the first copy begins, and where the repeats do. */
  readonly start: number;
  readonly again: number;
  readonly stop: number;
  readonly phrase: string;
  readonly copies: number;
}

export function loopsOf(draft: Pick<Draft, 'pieces'>): PieceLoop[] {
  const ends: number[] = [];
  let length = 0;
  for (const { text } of draft.pieces) ends.push((length += text.length));
  /** The piece that holds the character at this place. */
  const pieceAt = (place: number): number => {
    const found = ends.findIndex((end) => end > place);
    return found < 0 ? ends.length : found;
  };
  return detectLoops(textOf(draft)).map(({ start, cleanEnd, stop, phrase, copies }) => ({
    start: pieceAt(start),
    again: pieceAt(cleanEnd),
    stop: pieceAt(stop - 1) + 1,
    phrase,
    copies: Math.floor(copies),
  }));
}

export interface DraftFigures {
  readonly rep: readonly [two: number, three: number, four: number];
  readonly diversity: number;
  readonly perplexity: number;
}

/** How much this very text repeats itself, and how sure the model was of it; undefined while there is too little. */
export function figuresOf(draft: Pick<Draft, 'pieces'>): DraftFigures | undefined {
  const { pieces } = draft;
  const text = textOf(draft);
  if (pieces.length < 4 || text.trim() === '') return undefined;
  const { rep2, rep3, rep4, diversity } = measureTexts([text]).corrected;
  const mean = pieces.reduce((sum, { logprob }) => sum + logprob, 0) / pieces.length;
  return { rep: [rep2, rep3, rep4], diversity, perplexity: Math.exp(-mean) };
}
