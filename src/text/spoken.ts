/** Text that is read aloud: sentence by sentence as it is written, without the marks of Markdown, code and addresses. */

import type { Language } from '../language.ts';
import { sentenceEnds } from './sentences.ts';
import { sayNumbers } from './spoken-numbers.ts';

/** A sentence as a voice shall say it. */
export interface SpokenSentence {
  readonly text: string;
  readonly language: Language;
}

/** What is said in place of code. */
const codeLeftOut: { readonly [L in Language]: string } = {
  en: 'Code is left out.',
  zh: '此处略去代码。',
};

/** A sentence without an end is said in pieces of so many UTF-16 units at most. */
const LONGEST = 600;
/** So long a line is looked at together: a bracket that is never closed holds no more back. */
const LONGEST_LINE = 2000;

const FENCE = /^\s{0,3}(?:```|~~~)/;
const RULE = /^\s{0,3}(?:[-*_]\s*){3,}$/;
const TABLE_RULE = /^\s*\|?(?:\s*:?-+:?\s*\|)+\s*:?-*:?\s*$/;
const HAN = /\p{Script=Han}/u;
const SAYABLE = /[\p{L}\p{N}]/u;

const languageOf = (text: string): Language => (HAN.test(text) ? 'zh' : 'en');

/** Marks within a line; what is shown of them is said. */
const marks: readonly (readonly [RegExp, string])[] = [
  [/!?\[([^\]]{0,500})\]\([^)]{0,500}\)/g, '$1'],
  [/\[\^?\d+\]/g, ''],
  [/<(https?:\/\/[^>\s]+)>/g, '$1'],
  [/<\/?[A-Za-z][^<>]{0,200}>/g, ''],
  [
    /https?:\/\/(?:www\.)?([\p{L}\p{N}-]+(?:[.:][\p{L}\p{N}-]+)*)(?:[^\s）)，。；"'<>]*[^\s）)，。；"'<>.,;:!?])?/gu,
    '$1',
  ],
  [/`+([^`]*)`+/g, '$1'],
  [/(\*\*|__|~~)(?=\S)(.{0,500}?\S)\1/g, '$2'],
  [/(?<![\p{L}\p{N}])([*_])(?=\S)(.{0,500}?\S)\1(?![\p{L}\p{N}])/gu, '$2'],
  [/\\([\\`*_{}[\]()#+\-.!|>~])/g, '$1'],
  [/&nbsp;/g, ' '],
  [/&lt;/g, '<'],
  [/&gt;/g, '>'],
  [/&amp;/g, '&'],
  [/\p{Extended_Pictographic}|\u{fe0f}|\u{200d}|\u{20e3}/gu, ''],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are taken out
  [/[\u0000-\u0008\u000b-\u001f\u007f\u200b\ufeff]/g, ''],
];

/** What opens a line: headings, quotations, items of lists. */
const LINE_HEAD = /^\s{0,12}(?:(?:>\s?)+|#{1,6}\s+|[-*+•]\s+(?:\[[ xX]\]\s+)?)*/;

/** The number of an item: it ends no sentence. */
const NUMBERED = /^(\d{1,3})[.)、]\s+(?=\S)/;

/** What is said of a line, or of a part of one: only its beginning can be a heading, an item or a row of a table. */
function saidLine(line: string, isStart: boolean): string {
  let text = isStart ? withoutHead(line) : line;
  for (const [pattern, shown] of marks) text = text.replace(pattern, shown);
  return text.replace(/\s+/g, ' ').trim();
}

function withoutHead(line: string): string {
  if (RULE.test(line) || TABLE_RULE.test(line)) return '';
  const comma = HAN.test(line) ? '，' : ', ';
  const text = line.replace(LINE_HEAD, '').replace(/ #+$/, '').replace(NUMBERED, `$1${comma}`);
  if (!/^\s*\|.*\|\s*$/.test(text)) return text;
  // Cells of a table are said one after another.
  const cells = text.split('|').map((cell) => cell.trim());
  return cells.filter((cell) => cell !== '').join(comma);
}

/** One line, or the sentences of it that are finished, as sentences to say. */
function* sentencesOf(line: string, isStart: boolean): Generator<SpokenSentence, void> {
  let isHead = isStart;
  for (const piece of cutAt(LONGEST_LINE, line.trim())) {
    yield* sentencesOfPiece(saidLine(piece, isHead));
    isHead = false;
  }
}

function* sentencesOfPiece(text: string): Generator<SpokenSentence, void> {
  let from = 0;
  for (const end of [...sentenceEnds(text), text.length]) {
    const sentence = text.slice(from, end).trim();
    from = end;
    for (const piece of cutAt(LONGEST, sentence)) {
      if (!SAYABLE.test(piece)) continue;
      const language = languageOf(piece);
      yield { text: sayNumbers(piece, language), language };
    }
  }
}

/** Pieces of so many units at most, cut behind a mark, a space, or where they must be. */
function* cutAt(most: number, text: string): Generator<string, void> {
  let from = 0;
  while (text.length - from > most) {
    const head = text.slice(from, from + most);
    const mark = Math.max(...CUTS.map((one) => head.lastIndexOf(one)));
    const space = head.lastIndexOf(' ');
    const cut = mark > 0 ? mark + 1 : space > 0 ? space : wholeUnits(head);
    yield head.slice(0, cut).trim();
    from += cut;
  }
  yield text.slice(from).trim();
}

const CUTS = ['。', '，', '；', '、', ', ', '; ', ': ', '. '];

/** Not in the middle of a character. */
const wholeUnits = (text: string): number => (/[\ud800-\udbff]$/.test(text) ? text.length - 1 : text.length);

/** A mark that closes, for each that opens, in the part of a line that is not finished. */
function isOpen(text: string): boolean {
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  if (count(/`/g) % 2 === 1 || count(/\*\*/g) % 2 === 1) return true;
  return /\[[^\]]*$|\]\([^)]*$/.test(text);
}

/**
 * The sentences of a text that is still being written, as soon as each is finished: Markdown without its marks, code and
 * pictures left out, addresses by their host, numbers and signs as they are said; each with its own language. In linear
 * time; at most a line is held back.
 *
 * @example
 * for await (const { text, language } of spokenSentences(deltas)) await voice.speak(text, { language });
 */
export async function* spokenSentences(
  pieces: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<SpokenSentence, void> {
  const reader = createReader();
  for await (const piece of pieces) yield* reader.push(piece);
  yield* reader.end();
}

/** All sentences of a whole text, as `spokenSentences` tells them. */
export function spokenText(text: string): SpokenSentence[] {
  const reader = createReader();
  return [...reader.push(text), ...reader.end()];
}

/** What is before the end of a sentence tells whether it is one, in UTF-16 units. */
const LOOK_BACK = 10;
const ITEM_NUMBER = /^\s*\d{1,3}[.)]\s*$/;

function createReader() {
  let rest = '';
  /** Where a sentence of the line that is being written may end: what is before it was looked at. */
  let seen = 0;
  let isCode = false;
  let isLineStart = true;
  let language: Language | undefined;

  function* say(line: string): Generator<SpokenSentence, void> {
    for (const sentence of sentencesOf(line, isLineStart)) {
      language = sentence.language;
      yield sentence;
    }
  }
  function* lineOf(line: string): Generator<SpokenSentence, void> {
    const isFence = isLineStart && FENCE.test(line);
    if (!isFence && !isCode) yield* say(line);
    isLineStart = true;
    if (!isFence) return;
    isCode = !isCode;
    if (isCode) yield { text: codeLeftOut[language ?? 'en'], language: language ?? 'en' };
  }
  return {
    *push(piece: string): Generator<SpokenSentence, void> {
      rest += piece;
      let from = 0;
      for (let at = rest.indexOf('\n'); at >= 0; at = rest.indexOf('\n', from)) {
        yield* lineOf(rest.slice(from, at));
        from = at + 1;
        seen = 0;
      }
      if (from > 0) rest = rest.slice(from);
      // What begins as a fence or as a table is told by its whole line.
      if (isCode || /^\s*(?:[`~|]|$)/.test(rest) || rest.length - seen < 2) return;
      const isLong = rest.length > LONGEST_LINE;
      // An end at the very end may go on: a closing quote, a digit behind a point.
      const tail = rest.slice(Math.max(0, seen - LOOK_BACK));
      const end = sentenceEnds(tail).findLast((place) => place < tail.length);
      seen = rest.length;
      const cut = end === undefined ? (isLong ? wholeUnits(rest) : 0) : rest.length - tail.length + end;
      const done = rest.slice(0, cut);
      const isHead = isLineStart && ITEM_NUMBER.test(done);
      if (cut === 0 || isHead || (!isLong && isOpen(done))) return;
      yield* say(done);
      isLineStart = false;
      rest = rest.slice(cut);
      seen = rest.length;
    },
    *end(): Generator<SpokenSentence, void> {
      if (rest !== '') yield* lineOf(rest);
      rest = '';
    },
  };
}
