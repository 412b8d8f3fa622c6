/** Loops of a finished text, with their places in it. */

import { createLoopDetector, type Loop, type LoopDetectorOptions } from './loop-detector.ts';
import {
  classifyToken,
  createVocabulary,
  guessUnit,
  locateText,
  type TokenClass,
  type TokenUnit,
} from './tokens.ts';

/** A loop in a text. `start`, `cleanEnd`, `end` and `phrase` are in UTF-16 units of the text, the rest in pieces. */
export interface TextLoop extends Loop {
  /** Where the first copy begins. */
  readonly start: number;
  /** Where the second copy begins: what comes before is clean. */
  readonly cleanEnd: number;
  /** Where the loop ends. */
  readonly stop: number;
  /** The first copy, up to the second. */
  readonly phrase: string;
  /** How many pieces had been read when the loop was certain. */
  readonly foundAt: number;
}

export interface DetectLoopsOptions extends Omit<LoopDetectorOptions, 'classify'> {
  /** How the text is cut. Default `auto`: characters when most letters are Han or kana, else words. */
  readonly unit?: TokenUnit | 'auto';
}

/** After so many pieces, and where nothing is suspect, the detector starts afresh: memory stays bounded. */
const STRETCH = 20_000;

/**
 * Every loop of a text, in order; marks and numbers are told from words. O(length).
 *
 * @example
 * detectLoops('I see. the end of the day, the end of the day, …')[0]?.phrase;
 */
export function detectLoops(text: string, options: DetectLoopsOptions = {}): TextLoop[] {
  const { unit = 'auto', ...rest } = options;
  const pieces = locateText(text, unit === 'auto' ? guessUnit([text]) : unit);
  const ids = createVocabulary()(pieces.map((piece) => piece.text));
  const classes = new Map<number, TokenClass>();
  pieces.forEach((piece, i) => {
    if (!classes.has(ids[i])) classes.set(ids[i], classifyToken(piece.text));
  });
  const newDetector = () => createLoopDetector({ ...rest, classify: (id) => classes.get(id) ?? 'word' });
  let detector = newDetector();
  let base = 0;
  const found: { loop: Loop; foundAt: number }[] = [];
  for (const id of ids) {
    if (detector.length >= STRETCH && detector.suspectFrom === undefined) {
      base += detector.length;
      detector = newDetector();
    }
    const seen = detector.push(id);
    if (!seen) continue;
    const loop = { ...seen, onset: seen.onset + base, end: seen.end + base };
    const known = found.at(-1);
    if (known && known.loop.end >= loop.onset) known.loop = merged(known.loop, loop);
    else found.push({ loop, foundAt: base + detector.length });
  }
  return found.map(({ loop, foundAt }) => {
    const start = pieces[loop.onset].start;
    const cleanEnd = pieces[loop.onset + loop.period].start;
    const stop = pieces[loop.end - 1].end;
    return { ...loop, start, cleanEnd, stop, phrase: text.slice(start, cleanEnd).trim(), foundAt };
  });
}

/** One loop that goes on: it began where it began, and is at its surest as sure as it ever was. */
function merged(before: Loop, now: Loop): Loop {
  return {
    ...before,
    kind: now.kind,
    copies: Math.max(before.copies, now.copies),
    end: now.end,
    confidence: Math.max(before.confidence, now.confidence),
  };
}
