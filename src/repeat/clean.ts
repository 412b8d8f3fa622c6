/** Takes repetition out of a finished text and says what it took; everything that stays is verbatim and in order. */

import { splitSentences, type TextPiece } from '../text/index.ts';
import { fail } from './errors.ts';
import { comparableWords } from './sentences.ts';
import { detectLoops } from './text-loops.ts';
import { guessUnit, type TokenUnit } from './tokens.ts';

/** A piece that was taken out. Places are in UTF-16 units of the text that was given. */
export interface Removal {
  /**
   * `loop`: copies after the first of a loop; `sentence`: says what an earlier sentence of its paragraph says; `near-sentence`:
   * says almost that; `paragraph`: an earlier paragraph; `phrase`: words said twice in a row.
   */
  readonly kind: 'loop' | 'sentence' | 'near-sentence' | 'paragraph' | 'phrase';
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** The piece that stays and says the same. */
  readonly repeats: { readonly start: number; readonly end: number };
}

export interface CleanResult {
  readonly text: string;
  readonly removed: readonly Removal[];
}

export interface CleanOptions {
  /** How loops are looked for. Default `auto`: characters when most letters are Han or kana, else words. */
  readonly unit?: TokenUnit | 'auto';
  /** How alike two sentences must be to say almost the same, in (0, 1]; default 0.85; 1 keeps all but equal ones. */
  readonly similarity?: number;
}

/** Shorter ones may be said twice. Counted in words, a Han character being one. */
const SENTENCE_WORDS = 6;
const NEAR_WORDS = 10;
const PARAGRAPH_WORDS = 20;
const PHRASE_WORDS = 5;
/** A sentence is compared with so many before it in its paragraph. */
const NEIGHBOURS = 4;

/**
 * Removes loops, sentences and paragraphs that come again, and phrases said twice in a row. Headings, lists, tables, code, verse,
 * dialogue set line by line are left alone (except for loops). Cleaning the result again changes nothing.
 *
 * @example
 * cleanRepetition('It was late at night in the town. It was late at night in the town.').text; // 'It was late at night in the town.'
 */
export function cleanRepetition(text: string, options: CleanOptions = {}): CleanResult {
  const { unit = 'auto', similarity = 0.85 } = options;
  if (!(similarity > 0 && similarity <= 1)) {
    throw fail('repeat/option', { option: 'similarity', rule: 'in (0, 1]', value: similarity });
  }
  const rules = [
    (now: string) => loopRemovals(now, unit === 'auto' ? guessUnit([now]) : unit),
    paragraphRemovals,
    (now: string) => sentenceRemovals(now, similarity),
    phraseRemovals,
  ];
  let now = text;
  /** The place in the given text of every unit of the text that is left. */
  let places = Array.from({ length: text.length + 1 }, (_, at) => at);
  const removed: Removal[] = [];
  const apply = (found: readonly Found[]): void => {
    const original = (at: number): number => places[at];
    const originalEnd = (at: number): number => places[at - 1] + 1;
    for (const { kind, start, end, repeats } of found) {
      removed.push({
        kind,
        start: original(start),
        end: originalEnd(end),
        text: now.slice(start, end),
        repeats: { start: original(repeats.start), end: originalEnd(repeats.end) },
      });
    }
    const stays = keptRanges(found, now.length);
    now = stays.map(([from, to]) => now.slice(from, to)).join('');
    places = [...stays.flatMap(([from, to]) => places.slice(from, to)), text.length];
  };
  for (let before = -1; before !== removed.length; ) {
    before = removed.length;
    for (const rule of rules) {
      const found = rule(now);
      if (found.length > 0) apply(found);
    }
  }
  return { text: now, removed: removed.sort((a, b) => a.start - b.start || a.end - b.end) };
}

type Found = Omit<Removal, 'text'>;

/** What is left between removals, which come in order and do not overlap. */
function keptRanges(found: readonly Found[], length: number): [number, number][] {
  const ranges: [number, number][] = [];
  let from = 0;
  for (const { start, end } of found) {
    ranges.push([from, start]);
    from = end;
  }
  return [...ranges, [from, length]];
}

function loopRemovals(text: string, unit: TokenUnit): Found[] {
  let from = 0;
  return detectLoops(text, { unit }).flatMap((loop): Found[] => {
    const cut = tidyCut(text, loop.start, loop.cleanEnd);
    const end = text.slice(loop.stop).trim() === '' ? text.length : tidyStop(text, loop.cleanEnd, loop.stop);
    const start = end === text.length ? text.slice(0, cut).trimEnd().length : cut;
    if (start < from || start >= end || loop.start >= start) return [];
    from = end;
    return [{ kind: 'loop', start, end, repeats: { start: loop.start, end: start } }];
  });
}

/** The end of the last sentence or line of the first copy, when little stands behind it; else where the second copy begins. */
function tidyCut(text: string, start: number, cleanEnd: number): number {
  const phrase = text.slice(start, cleanEnd);
  const ends = [
    ...phrase.matchAll(/(?<!\d)[.!?]+["'”’)]*\s+|[。！？…]+[”’」』）]*\s*|[,;，；、]\s*|\n\s*/gu),
  ];
  const last = ends.map((match) => match.index + match[0].length).findLast((at) => at <= phrase.length);
  return last !== undefined && phrase.length - last <= 0.4 * phrase.length ? start + last : cleanEnd;
}

/** The end of the last sentence of the last copy, when only the first words of the next text were taken along. */
function tidyStop(text: string, cleanEnd: number, stop: number): number {
  const last = splitSentences(text.slice(cleanEnd, stop)).at(-1);
  if (!last || last.start === 0 || comparableWords(last.text).length > 3) return stop;
  return cleanEnd + last.start;
}

/** Blocks between blank lines that are prose: running text, not verse, lists, tables, code or headings. */
function proseBlocks(text: string): TextPiece[] {
  const blocks: TextPiece[] = [];
  let fenced = false;
  let block: { start: number; lines: string[] } | undefined;
  let at = 0;
  const close = (end: number): void => {
    if (block && isProse(block.lines))
      blocks.push({ text: text.slice(block.start, end), start: block.start, end });
    block = undefined;
  };
  for (const line of text.split(/(?<=\n)/)) {
    if (/^\s*(```|~~~)/.test(line)) {
      close(at);
      fenced = !fenced;
    } else if (fenced || line.trim() === '') close(at);
    else (block ??= { start: at, lines: [] }).lines.push(line.trimEnd());
    at += line.length;
  }
  close(at);
  return blocks;
}

const STRUCTURE =
  /^\s*(#|>|[-*+•·]\s|\d+[.)、．]|[(（]\d+[)）]|[一二三四五六七八九十]+[、．]|\||[A-Z]{2,}\b.*:|\S{1,12}[:：]\s*\S)|^(\t| {4})|[{};|]\s*$|\|.*\||:\s*$|[=<>]{1,2}\s.*[;)]|^\s*["'“「].{0,60}["'”」]?$/u;
const LINE_END = /[\p{P}]["'”’」』）)]*$/u;

function isProse(lines: readonly string[]): boolean {
  if (lines.some((line) => STRUCTURE.test(line))) return false;
  if (lines.length === 1)
    return splitSentences(lines[0]).length > 1 || comparableWords(lines[0]).length >= PARAGRAPH_WORDS;
  // Lines that end in punctuation were broken on purpose: verse, lyrics, dialogue.
  const broken = lines.slice(0, -1).filter((line) => LINE_END.test(line)).length;
  return (
    broken < 0.5 * (lines.length - 1) && lines.slice(0, -1).every((line) => comparableWords(line).length >= 8)
  );
}

function paragraphRemovals(text: string): Found[] {
  const known = new Map<string, TextPiece>();
  return proseBlocks(text).flatMap((block): Found[] => {
    const words = comparableWords(block.text);
    if (words.length < PARAGRAPH_WORDS) return [];
    const key = words.join(' ');
    const first = known.get(key);
    if (!first) known.set(key, block);
    return first ? [{ kind: 'paragraph', start: block.start, end: block.end, repeats: rangeOf(first) }] : [];
  });
}

/** Sentences in wrapped prose run over line ends: those are read as spaces. */
function sentenceRemovals(text: string, similarity: number): Found[] {
  return proseBlocks(text).flatMap((block) => {
    const found: Found[] = [];
    const kept: { words: string[]; piece: TextPiece }[] = [];
    const sentences = splitSentences(block.text.replaceAll('\n', ' '));
    sentences.forEach((sentence, i) => {
      const words = comparableWords(sentence.text);
      const recent = kept.slice(-NEIGHBOURS);
      const same = words.length >= SENTENCE_WORDS && recent.find((other) => isEqual(other.words, words));
      const near = !same && similarity < 1 && recent.find((other) => isNear(other.words, words, similarity));
      const like = same || near;
      if (!like) {
        kept.push({ words, piece: sentence });
        return;
      }
      // With the white space before it, so that the next sentence keeps its own.
      const start = i === 0 ? sentence.start : sentences[i - 1].end;
      found.push({
        kind: same ? 'sentence' : 'near-sentence',
        start: block.start + start,
        end: block.start + sentence.end,
        repeats: { start: block.start + like.piece.start, end: block.start + like.piece.end },
      });
    });
    return found;
  });
}

const rangeOf = ({ start, end }: TextPiece) => ({ start, end });
const isEqual = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((word, i) => word === b[i]);

/** Dice similarity of the word pairs, for long sentences in which no number, and no word at the same place only, was changed. */
function isNear(a: readonly string[], b: readonly string[], similarity: number): boolean {
  if (Math.min(a.length, b.length) < NEAR_WORDS || a.length === b.length) return false;
  const numbers = (words: readonly string[]) => words.filter((word) => /\p{N}/u.test(word)).join(' ');
  if (numbers(a) !== numbers(b)) return false;
  const pairs = (words: readonly string[]) => words.slice(1).map((word, i) => `${words[i]} ${word}`);
  const counts = new Map<string, number>();
  for (const pair of pairs(a)) counts.set(pair, (counts.get(pair) ?? 0) + 1);
  let common = 0;
  for (const pair of pairs(b)) {
    const left = counts.get(pair) ?? 0;
    if (left > 0) common++;
    counts.set(pair, left - 1);
  }
  return (2 * common) / (a.length + b.length - 2) >= similarity;
}

/** Five words or more, said twice in a row: the second time is taken out. */
function phraseRemovals(text: string): Found[] {
  const pattern = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[^\P{L}\p{Script=Han}]+|\p{N}+/gu;
  return proseBlocks(text).flatMap((block) => {
    const words = [...block.text.matchAll(pattern)].map((match) => ({ text: match[0], at: match.index }));
    const isHan = /\p{Script=Han}/u;
    const end = (i: number) => block.start + words[i].at + words[i].text.length;
    const last = new Map<string, number>();
    const found: Found[] = [];
    for (let i = 0; i < words.length; i++) {
      const first = last.get(words[i].text);
      last.set(words[i].text, i);
      if (first === undefined) continue;
      const period = i - first;
      const least = isHan.test(words[i].text) ? PHRASE_WORDS + 3 : PHRASE_WORDS;
      if (period < least || i + period > words.length) continue;
      const same = Array.from({ length: period }).every(
        (_, k) => words[first + k].text === words[i + k].text,
      );
      if (!same) continue;
      const stop = i + period - 1;
      found.push({
        kind: 'phrase',
        start: end(i - 1),
        end: end(stop),
        repeats: { start: block.start + words[first].at, end: end(i - 1) },
      });
      i = stop;
      last.clear();
    }
    return found;
  });
}
