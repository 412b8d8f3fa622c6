/** Cuts a text into chunks of at most so many tokens, with overlap, at the best border there is. */

import type { Tokenizer } from '../types.ts';
import { fail } from './errors.ts';
import { fitFinder, type TokenCounter, tokenCounter } from './fit.ts';
import {
  type Borders,
  bordersOf,
  countUpTo,
  firstWithin,
  headingPaths,
  headingsOf,
  type Level,
  lastWithin,
  levels,
} from './structure.ts';

export interface ChunkOptions {
  /** No chunk has more tokens, counted by encoding its text alone. */
  readonly maxTokens: number;
  /** What a chunk repeats from the end of the one before has at most so many tokens. Default 0; at most half of `maxTokens`. */
  readonly overlapTokens?: number;
  /**
   * Where chunks end. `structure` (default): at the highest border in the second half of what fits: heading, blank line, line
   * end, sentence, clause, word, else token. `tokens`: every chunk is as full as it can be.
   */
  readonly cutAt?: 'structure' | 'tokens';
}

/** A piece of a text. The pieces, each from its `freshStart` on, joined are the text. Places are in UTF-16 units. */
export interface Chunk {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Where the chunk before ended: what stands in front of it is the overlap. */
  readonly freshStart: number;
  readonly tokens: number;
  /** The headings over `freshStart`, from the highest down; empty before the first. */
  readonly headings: readonly string[];
}

/** Where a border decides, the last few tokens are not worth more trials. */
const NEARLY_FULL = 0.95;

/**
 * The chunks of a text, in order. The tokenizer reads each part of the text a bounded number of times, so the time is linear in
 * the text. Errors: `context/budget`, `context/overlap`; `context/character` if a single character does not fit.
 *
 * @example
 * chunkText(novel, tokenizer, { maxTokens: 256, overlapTokens: 32 }).map(({ headings, text }) => …);
 */
export function chunkText(
  text: string,
  tokenizer: Pick<Tokenizer, 'encode'>,
  options: ChunkOptions,
): Chunk[] {
  const { maxTokens, overlapTokens = 0, cutAt = 'structure' } = options;
  checkChunkOptions(options);
  const count = tokenCounter(tokenizer);
  const headings = headingsOf(text);
  const starts = headings.map(({ start }) => start);
  const paths = headingPaths(headings);
  const borders = cutAt === 'structure' ? bordersOf(text, headings) : undefined;
  const share = borders ? NEARLY_FULL : 1;
  const findEnd = fitFinder(count, share);
  const findOverlap = fitFinder(count, share);

  const chunks: Chunk[] = [];
  for (let [start, freshStart] = [0, 0]; freshStart < text.length; ) {
    const fit = findEnd((units) => pieceFrom(text, start, units), text.length - start, maxTokens);
    if (start + fit.units <= freshStart) {
      if (start === freshStart) throw tooLarge(text, start, maxTokens, count);
      // The next character alone takes what the overlap left over.
      start = freshStart;
      continue;
    }
    const fullEnd = start + fit.units;
    const cut = borders && fullEnd < text.length ? bestCut(borders, start, freshStart, fullEnd) : fullEnd;
    const cutTokens = cut === fullEnd ? fit.tokens : count(text.slice(start, cut));
    // NOTE Less text can be more tokens: where it is too many, the full piece stays.
    const [end, tokens] = cutTokens <= maxTokens ? [cut, cutTokens] : [fullEnd, fit.tokens];
    chunks.push({
      text: text.slice(start, end),
      start,
      end,
      freshStart,
      tokens,
      headings: paths[headingAt(text, starts, freshStart)] ?? [],
    });
    if (overlapTokens > 0 && end < text.length) {
      const back = findOverlap((units) => pieceUpTo(text, end, units), end - start - 1, overlapTokens);
      const longest = end - back.units;
      const readable = borders ? readableStart(borders, longest, end) : longest;
      start = count(text.slice(readable, end)) <= overlapTokens ? readable : longest;
    } else start = end;
    freshStart = end;
  }
  return chunks;
}

/** Refuses what no text could be cut by. Errors: `context/budget`, `context/overlap`. */
export function checkChunkOptions({ maxTokens, overlapTokens = 0 }: ChunkOptions): void {
  if (!(Number.isSafeInteger(maxTokens) && maxTokens >= 1)) throw fail('context/budget', { maxTokens });
  if (!(Number.isSafeInteger(overlapTokens) && overlapTokens >= 0 && overlapTokens <= maxTokens / 2)) {
    throw fail('context/overlap', { overlapTokens, maxTokens });
  }
}

const isHighSurrogate = (unit: number): boolean => (unit & 0xfc00) === 0xd800;
const isLowSurrogate = (unit: number): boolean => (unit & 0xfc00) === 0xdc00;

/** A pair of surrogates is cut by neither. */
const splitsPair = (text: string, place: number): boolean =>
  isHighSurrogate(text.charCodeAt(place - 1)) && isLowSurrogate(text.charCodeAt(place));

function pieceFrom(text: string, start: number, units: number): string {
  const end = start + units;
  return text.slice(start, splitsPair(text, end) ? end - 1 : end);
}

function pieceUpTo(text: string, end: number, units: number): string {
  const start = end - units;
  return text.slice(splitsPair(text, start) ? start + 1 : start, end);
}

/** The place of the first character from there on that is no white space. */
function firstWord(text: string, from: number): number {
  const white = /\s*/y;
  white.lastIndex = from;
  white.test(text);
  return white.lastIndex;
}

/** Which heading stands over the first line from there on that is none itself; -1: none. */
function headingAt(text: string, starts: readonly number[], from: number): number {
  let place = firstWord(text, from);
  let at = countUpTo(starts, place) - 1;
  while (at >= 0 && starts[at] === text.lastIndexOf('\n', place - 1) + 1) {
    const end = text.indexOf('\n', place);
    if (end < 0) break;
    place = firstWord(text, end);
    const next = countUpTo(starts, place) - 1;
    if (next === at) break;
    at = next;
  }
  return at;
}

/** The last border of the highest level that has one in the second half; else the full end. */
function bestCut(borders: Borders, start: number, freshStart: number, fullEnd: number): number {
  const from = Math.max(freshStart + 1, start + ((fullEnd - start) >> 1));
  for (const level of levels) {
    const place = lastWithin(borders[level], from, fullEnd);
    if (place >= 0) return place;
  }
  return fullEnd;
}

const READABLE: readonly Level[] = ['sentence', 'clause', 'word'];

/** Where the overlap begins: the first sentence, clause or word in the first half of what fits; else all that fits. */
function readableStart(borders: Borders, from: number, end: number): number {
  for (const level of READABLE) {
    const place = firstWithin(borders[level], from, from + ((end - from) >> 1));
    if (place >= 0) return place;
  }
  return from;
}

function tooLarge(text: string, place: number, maxTokens: number, count: TokenCounter) {
  const character = String.fromCodePoint(text.codePointAt(place)!);
  return fail('context/character', { maxTokens, character, tokens: count(character) });
}
