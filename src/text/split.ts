/**
 * Splitters: where the next pre-token ends. The patterns of the published byte-level vocabularies are written out by
 * hand, in time linear in the text; tests prove them equal to their regular expressions.
 */

import { classAt, LETTER, LOWER, NUMBER, OTHER, SPACE, skip, UPPER, widthAt } from './unicode.ts';

/** The end of the piece that starts at `start`. Called from 0 on, each time with the end that it gave before. */
export type Splitter = (text: string, start: number) => number;

const APOSTROPHE = 0x27;
const BLANK = 0x20;

const isLineBreak = (unit: number): boolean => unit === 0x0a || unit === 0x0d;

/** Lower case of an ASCII letter; also U+017F (ſ), which Unicode folds to s. */
const fold = (unit: number): number => (unit === 0x17f ? 0x73 : unit | 0x20);

/** The end of `'s 't 'm 'd 're 've 'll` at `at`, or `at` when there is none. */
function contraction(text: string, at: number, ignoreCase: boolean): number {
  if (text.charCodeAt(at) !== APOSTROPHE || at + 1 >= text.length) return at;
  let first = text.charCodeAt(at + 1);
  let second = at + 2 < text.length ? text.charCodeAt(at + 2) : 0;
  if (ignoreCase) {
    first = fold(first);
    second = fold(second);
  }
  switch (first) {
    case 0x73: // s
    case 0x74: // t
    case 0x6d: // m
    case 0x64: // d
      return at + 2;
    case 0x72: // re
    case 0x76: // ve
      return second === 0x65 ? at + 3 : at;
    case 0x6c: // ll
      return second === 0x6c ? at + 3 : at;
    default:
      return at;
  }
}

/** `\s+(?!\S)|\s+`: white space leaves its last character to the word that follows. */
function whiteSpace(text: string, start: number, end: number): number {
  return end < text.length && end - start > 1 ? end - 1 : end;
}

/** `\s*[\r\n]+|\s+(?!\S)|\s+` */
function lines(text: string, start: number): number {
  const end = skip(text, start, SPACE);
  for (let i = end - 1; i >= start; i--) if (isLineBreak(text.charCodeAt(i))) return i + 1;
  return whiteSpace(text, start, end);
}

/** `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+` */
const gpt2: Splitter = (text, start) => {
  const unit = text.charCodeAt(start);
  if (unit === APOSTROPHE) {
    const end = contraction(text, start, false);
    if (end > start) return end;
  }
  const at = unit === BLANK && start + 1 < text.length ? start + 1 : start;
  const kind = classAt(text, at) & (LETTER | NUMBER | OTHER);
  return kind ? skip(text, at, kind) : whiteSpace(text, start, skip(text, start, SPACE));
};

/** `\p{N}{1,most}` at a number. */
function numbers(text: string, start: number, most: number): number {
  let at = start;
  for (let count = 0; count < most && at < text.length && classAt(text, at) & NUMBER; count++) {
    at += widthAt(text, at);
  }
  return at;
}

/** ` ?[^\s\p{L}\p{N}]+[\r\n]*` (with `/` among the line breaks for o200k), or `start` when it does not match. */
function punctuation(text: string, start: number, slash: boolean): number {
  const at = text.charCodeAt(start) === BLANK && start + 1 < text.length ? start + 1 : start;
  if (!(classAt(text, at) & OTHER)) return start;
  let end = skip(text, at, OTHER);
  while (end < text.length) {
    const unit = text.charCodeAt(end);
    if (!isLineBreak(unit) && !(slash && unit === 0x2f)) break;
    end++;
  }
  return end;
}

/** The cl100k pattern (see `patternSources`) with at most `digits` numbers in a piece. */
const cl100k =
  (digits: number): Splitter =>
  (text, start) => {
    const unit = text.charCodeAt(start);
    const bits = classAt(text, start);
    if (bits & LETTER) return skip(text, start, LETTER);
    if (unit === APOSTROPHE) {
      const end = contraction(text, start, true);
      if (end > start) return end;
    }
    if (bits & NUMBER) return numbers(text, start, digits);
    if (!isLineBreak(unit)) {
      const next = start + widthAt(text, start);
      if (next < text.length && classAt(text, next) & LETTER) return skip(text, next, LETTER);
    }
    const end = punctuation(text, start, false);
    return end > start ? end : lines(text, start);
  };

/** `[UPPER]*[LOWER]+` at `start`, as backtracking would find it; `start` when it does not match. */
function cased(text: string, start: number): number {
  const end = skip(text, start, UPPER);
  const lower = skip(text, end, LOWER);
  if (lower > end) return lower;
  // The capitals took everything: give back up to the last character that may also be lower case.
  for (let at = end; at > start; ) {
    const before = at - 1 > start && widthAt(text, at - 2) === 2 ? at - 2 : at - 1;
    if (classAt(text, before) & LOWER) return at;
    at = before;
  }
  return start;
}

const o200k: Splitter = (text, start) => {
  const unit = text.charCodeAt(start);
  const bits = classAt(text, start);
  const next = start + widthAt(text, start);
  const prefixed = !(bits & (LETTER | NUMBER)) && !isLineBreak(unit) && next < text.length;
  // [prefix]?[UPPER]*[LOWER]+ first with its prefix, then without; then [prefix]?[UPPER]+[LOWER]* the same way.
  let end = start;
  if (prefixed && (end = cased(text, next)) > next) return contraction(text, end, true);
  if ((end = cased(text, start)) > start) return contraction(text, end, true);
  if (prefixed && (end = skip(text, next, UPPER)) > next) return contraction(text, end, true);
  if ((end = skip(text, start, UPPER)) > start) return contraction(text, end, true);
  if (bits & NUMBER) return numbers(text, start, 3);
  end = punctuation(text, start, true);
  return end > start ? end : lines(text, start);
};

const word = String.raw`[^\r\n\p{L}\p{N}]?`;
const suffix = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const rest = String.raw`\s*[\r\n]+|\s+(?!\S)|\s+`;
const upper = String.raw`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`;
const lower = String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`;

/** The patterns known by name: GPT-2; cl100k (GPT-4, Llama 3); qwen2 (cl100k with single digits); o200k (GPT-4o). */
export const patternSources = {
  gpt2: String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
  cl100k: String.raw`${suffix}|${word}\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|${rest}`,
  qwen2: String.raw`${suffix}|${word}\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|${rest}`,
  o200k:
    `${word}${upper}*${lower}+${suffix}?|${word}${upper}+${lower}*${suffix}?` +
    String.raw`|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|${rest}`,
} as const;

/** A pattern that has a name. */
export type PatternName = keyof typeof patternSources;

/** The hand-written splitters, by the name of their pattern. */
export const splitters: { readonly [Name in PatternName]: Splitter } = {
  gpt2,
  cl100k: cl100k(3),
  qwen2: cl100k(1),
  o200k,
};
