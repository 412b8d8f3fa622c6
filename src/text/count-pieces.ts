/** How often each piece occurs in texts: the first step of every training. */

import type { Pause } from './pacer.ts';
import type { EmitPiece, PreTokenizer } from './pre-tokenizer.ts';

/** Cuts a text bit by bit: each call hands out some pieces and says whether there are more. */
export type Cutting = (text: string, emit: EmitPiece) => () => boolean;

/** Steps between two looks at the clock. */
const STRIDE = 256;
/** Code units between two looks at the clock, where a text is cut by slices. */
const SLICE_UNITS = 65_536;

/** Counts the pieces of `texts`, with pauses inside long texts too. */
export async function countPieces(
  texts: Iterable<string> | AsyncIterable<string>,
  cutting: Cutting,
  pause: Pause,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const count: EmitPiece = (text, start, end) => {
    const piece = text.slice(start, end);
    counts.set(piece, (counts.get(piece) ?? 0) + 1);
  };
  let read = 0;
  for await (const text of texts) {
    const more = cutting(text, count);
    while (more()) await pause({ phase: 'count', done: read, total: undefined });
    if (++read % STRIDE === 0) await pause({ phase: 'count', done: read, total: undefined });
  }
  return counts;
}

/** Cuts by the stages of a pre-tokenizer, so many pieces at a time. */
export const cutByStages =
  ({ first, pieces, prepare, stages }: PreTokenizer): Cutting =>
  (given, emit) => {
    const text = prepare(given);
    let start = 0;
    return () => {
      for (let steps = 0; start < text.length && steps < STRIDE; steps++) {
        const end = first(text, start);
        if (stages.length > 1) pieces(text.slice(start, end), emit, 1);
        else emit(text, start, end);
        start = end;
      }
      return start < text.length;
    };
  };

/** Cuts slice by slice with `cut`, which must give the same pieces when a text ends before a space and goes on there. */
export const cutBySlices =
  (cut: (text: string, first: boolean, emit: EmitPiece) => void): Cutting =>
  (text, emit) => {
    let start = 0;
    return () => {
      const space = text.indexOf(' ', start + SLICE_UNITS);
      const end = space < 0 ? text.length : space;
      if (end > start) cut(text.slice(start, end), start === 0, emit);
      start = end;
      return start < text.length;
    };
  };
