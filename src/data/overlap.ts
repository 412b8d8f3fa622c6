/**
 * Contamination: text that stands in an evaluation set, too, is cut out of the training text, by the rule of GPT-3 (Brown et al. 2020,
 * "Language Models are Few-Shot Learners", appendix C).
 */

import type { TextDocument } from '../types.ts';
import { type Documents, eachDocument } from './documents.ts';
import { hashRun, placedUnits, type Units } from './units.ts';

/** The paper's own numbers, but for the least evaluation text. */
export const overlapRule = {
  /** Words of a gram. NOTE Ours: twice as many where units are characters (`unitsOf`). */
  gram: 13,
  /** Characters around a gram that go with it, on each side. */
  margin: 200,
  /** A shorter piece that is left is dropped. */
  leastPiece: 200,
  /** A document that falls into more pieces is dropped. */
  mostPieces: 10,
  /** An evaluation text shorter than a gram counts as one gram, if it has so many words: the paper's smallest gram. */
  leastGram: 8,
} as const;

/** The grams of evaluation texts: 8 bytes of hash for each in a `Set`. */
export interface OverlapIndex {
  readonly texts: number;
  readonly grams: number;
  /** Places [from, to) of a text, in UTF-16 units, that stand in an evaluation text; ascending, none touches the next. */
  find(text: string): readonly (readonly [from: number, to: number])[];
}

/** Reads evaluation texts into an index. */
export async function indexOverlap(
  texts: Documents<TextDocument>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<OverlapIndex> {
  const { gram, leastGram } = overlapRule;
  const byLength = new Map<number, Set<number>>();
  // Every gram begins with one of these: most places of a text are settled by one look.
  const beginnings = new Set<number>();
  let [count, grams] = [0, 0];
  const add = ({ text }: TextDocument): void => {
    count++;
    const units = placedUnits(text);
    const wanted = gram * scale(units);
    const length = Math.min(wanted, units.count);
    if (length < leastGram * scale(units)) return;
    const set = byLength.get(length) ?? new Set();
    byLength.set(length, set);
    for (let i = 0; i + length <= units.count; i++) {
      set.add(hashRun(units, i, length));
      beginnings.add(hashRun(units, i, leastGram));
    }
  };
  await eachDocument(texts, add, options.signal);
  const lengths = [...byLength.keys()].sort((a, b) => b - a);
  for (const set of byLength.values()) grams += set.size;
  return {
    texts: count,
    grams,
    find(text) {
      const units = placedUnits(text);
      const found: [number, number][] = [];
      for (let i = 0; i + leastGram <= units.count; i++) {
        if (!beginnings.has(hashRun(units, i, leastGram))) continue;
        const length = lengths.find(
          (n) => i + n <= units.count && byLength.get(n)!.has(hashRun(units, i, n)),
        );
        if (length === undefined) continue;
        const [from, to] = [units.starts[i], units.ends[i + length - 1]];
        const last = found.at(-1);
        if (last && from <= last[1]) last[1] = Math.max(last[1], to);
        else found.push([from, to]);
      }
      return found;
    },
  };
}

const scale = ({ isCharacters }: Units): number => (isCharacters ? 2 : 1);

/** What `excludeOverlap` did. */
export interface OverlapReport {
  readonly documentsIn: number;
  readonly documentsOut: number;
  /** Documents with something of an evaluation text in them, and those of them that went entirely. */
  readonly overlapping: number;
  readonly dropped: number;
  /** Characters (UTF-16 units) before and after. */
  readonly charactersIn: number;
  readonly charactersOut: number;
  /** The first place that was found. */
  readonly example: string | undefined;
}

/**
 * Takes out of documents what stands in the evaluation texts of `index`, with `overlapRule.margin` characters around it. What is left of a
 * document are pieces, each a document of its own; pieces of fewer than `overlapRule.leastPiece` characters are dropped, and a document of
 * more than `overlapRule.mostPieces` entirely. Time is linear in the text.
 */
export async function excludeOverlap<D extends TextDocument>(
  documents: Documents<D>,
  index: OverlapIndex,
  options: { readonly signal?: AbortSignal } = {},
): Promise<{ documents: D[]; report: OverlapReport }> {
  const kept: D[] = [];
  const counts = { documentsIn: 0, overlapping: 0, dropped: 0, charactersIn: 0, charactersOut: 0 };
  let example: string | undefined;
  const visit = (document: D): void => {
    const { text } = document;
    counts.documentsIn++;
    counts.charactersIn += text.length;
    const found = index.find(text);
    if (found.length > 0) {
      counts.overlapping++;
      example ??= text.slice(...found[0]);
    }
    const pieces = found.length > 0 ? piecesBeside(text, found) : [text];
    if (pieces.length === 0) counts.dropped++;
    for (const piece of pieces) {
      counts.charactersOut += piece.length;
      kept.push(piece === text ? document : { ...document, text: piece });
    }
  };
  await eachDocument(documents, visit, options.signal);
  return { documents: kept, report: { ...counts, documentsOut: kept.length, example } };
}

/** What is left of a text beside the places found, none if too many pieces. Never cuts inside a character. */
function piecesBeside(text: string, found: readonly (readonly [number, number])[]): string[] {
  const { margin, leastPiece, mostPieces } = overlapRule;
  const pieces: string[] = [];
  let from = 0;
  for (const [start, end] of [...found, [text.length + margin, 0] as const]) {
    const to = outside(text, start - margin);
    if (to > from) pieces.push(text.slice(from, to));
    from = Math.max(from, outside(text, end + margin));
  }
  if (pieces.length > mostPieces) return [];
  return pieces.filter((piece) => piece.length >= leastPiece);
}

/** The place itself, or one further on where it is inside a surrogate pair. */
function outside(text: string, at: number): number {
  return at > 0 && at < text.length && /[\udc00-\udfff]/.test(text[at]) ? at + 1 : at;
}
