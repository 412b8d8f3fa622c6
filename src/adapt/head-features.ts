/** Examples of a task as rows of tokens, with what is to be said of them. */

import { fromArray } from '../tensor/index.ts';
import type { Tokenizer } from '../types.ts';
import { type HeadBatch, type HeadConfig, isNumeric } from './task-head.ts';

/** A piece of a text and where it stands, in UTF-16 units. */
export interface PlacedWord {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A text, or two, with a label or a number where these are known. */
export interface TextExample {
  readonly text: string;
  readonly second?: string;
  readonly label?: string;
  readonly value?: number;
}

/** A sentence in words, each with its label where these are known. */
export interface WordsExample {
  readonly words: readonly string[];
  readonly labels?: readonly string[];
}

/** A question about a text; `answers` are all that are right, none where there is no answer. */
export interface QuestionExample {
  readonly question: string;
  readonly context: string;
  /** What the context is made of: an answer begins and ends with a word. */
  readonly words: readonly PlacedWord[];
  readonly answers?: readonly { readonly text: string; readonly start: number }[];
}

export type HeadExample = TextExample | WordsExample | QuestionExample;

/** The special tokens around a text, and between two. */
export interface HeadFrame {
  readonly start: readonly number[];
  readonly between: readonly number[];
  readonly end: readonly number[];
  /** The piece of a word that is asked for its label. Default: the first; a model that reads forwards knows the word at the last. */
  readonly asked?: 'first' | 'last';
}

/** A row of tokens. */
export interface HeadFeature {
  readonly ids: readonly number[];
  /** Where the second text begins; `ids.length` where there is none. */
  readonly second: number;
  /** The number of the example that it is of. */
  readonly example: number;
  /** Places whose states are asked, and the word that each is of: one piece of a word (`label`), every piece (`span`). */
  readonly places: readonly number[];
  readonly words: readonly number[];
  /** As the batch has them, where the example says what is right. */
  readonly targets?: readonly number[];
}

export interface HeadReading {
  readonly tokenizer: Pick<Tokenizer, 'encode'>;
  readonly frame: HeadFrame;
  /** Tokens of a row at most. */
  readonly maxTokens: number;
}

/** The rows of examples, in their order. A text is cut at the end; long sentences and contexts become several rows. */
export function headFeatures(
  examples: readonly HeadExample[],
  config: HeadConfig,
  reading: HeadReading,
): HeadFeature[] {
  const labels = new Map(config.labels?.map((label, i) => [label, i]));
  return examples.flatMap((example, i) => {
    if ('words' in example && !('context' in example)) return wordRows(example, i, labels, reading);
    if ('context' in example) return questionRows(example, i, reading);
    return [textRow(example, i, config, labels, reading)];
  });
}

function textRow(
  { text, second, label, value }: TextExample,
  example: number,
  { task, scale }: HeadConfig,
  labels: ReadonlyMap<string, number>,
  { tokenizer, frame, maxTokens }: HeadReading,
): HeadFeature {
  const { start, between, end } = frame;
  const texts = [text, ...(second === undefined ? [] : [second])].map((each) => tokenizer.encode(each));
  const room = maxTokens - start.length - end.length - (texts.length > 1 ? between.length : 0);
  const [first, other] = cutTogether(texts, Math.max(1, room));
  const head = [...start, ...first, ...(other ? between : [])];
  const ids = [...head, ...(other ?? []), ...end];
  // A row needs a token: an empty text without a frame has none.
  if (ids.length === 0) ids.push(0);
  const target = isNumeric(task)
    ? value === undefined
      ? undefined
      : (value - scale!.mean) / scale!.deviation
    : labels.get(label ?? '');
  return {
    ids,
    second: other ? head.length : ids.length,
    example,
    places: [],
    words: [],
    ...(target !== undefined && { targets: [target] }),
  };
}

/** Texts cut so that they fit into `room` together: the longer one first. */
function cutTogether(texts: readonly number[][], room: number): number[][] {
  if (texts.length === 1) return [texts[0].slice(0, room)];
  const [a, b] = texts.map(({ length }) => length);
  const half = Math.floor(room / 2);
  const first = Math.max(room - b, Math.min(a, half));
  return [texts[0].slice(0, first), texts[1].slice(0, room - Math.min(a, first))];
}

const IDEOGRAPH = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{P}]/u;

/** Words between which a space is written: neither side is an ideograph or a mark. */
const isApart = (before: string, after: string): boolean =>
  !IDEOGRAPH.test(before.slice(-1)) && !IDEOGRAPH.test(after.slice(0, 1));

function wordRows(
  { words, labels: given }: WordsExample,
  example: number,
  labels: ReadonlyMap<string, number>,
  { tokenizer, frame: { start, end, asked }, maxTokens }: HeadReading,
): HeadFeature[] {
  const room = Math.max(1, maxTokens - start.length - end.length);
  const rows: { ids: number[]; places: number[]; words: number[] }[] = [];
  const open = () => {
    rows.push({ ids: [...start], places: [], words: [] });
    return rows[rows.length - 1];
  };
  let row = open();
  words.forEach((word, i) => {
    const spaced = i > 0 && isApart(words[i - 1], word) ? ` ${word}` : word;
    const pieces = tokenizer.encode(spaced).slice(0, room);
    // A word that the tokenizer reads as nothing gets no label of the head's.
    if (pieces.length === 0) return;
    if (row.ids.length - start.length + pieces.length > room) row = open();
    row.places.push(row.ids.length + (asked === 'last' ? pieces.length - 1 : 0));
    row.words.push(i);
    row.ids.push(...pieces);
  });
  return rows
    .filter(({ places }) => places.length > 0)
    .map(({ ids, places, words: numbers }) => ({
      ids: [...ids, ...end],
      second: ids.length + end.length,
      example,
      places,
      words: numbers,
      ...(given && { targets: numbers.map((word) => labels.get(given[word]) ?? -1) }),
    }));
}

/** A question takes at most this share of a row; each window of its context begins half a window behind the one before. */
const QUESTION_SHARE = 0.5;

/**
 * Windows over the context, each behind the question. A window that does not hold the whole answer is to answer with its first place,
 * which says that there is none.
 */
function questionRows(
  { question, context, words, answers }: QuestionExample,
  example: number,
  { tokenizer, frame: { start, between, end }, maxTokens }: HeadReading,
): HeadFeature[] {
  const asked = tokenizer.encode(question).slice(0, Math.floor(maxTokens * QUESTION_SHARE));
  const head = [...start, ...asked, ...between];
  const room = Math.max(1, maxTokens - head.length - end.length);
  const pieces = words.flatMap(({ start: from, end: to }, word) => {
    const spaced = /\s/.test(context[from - 1] ?? '')
      ? ` ${context.slice(from, to)}`
      : context.slice(from, to);
    return tokenizer.encode(spaced).map((id) => ({ id, word }));
  });
  const answer = answers && answerWords(answers[0], words);
  const rows: HeadFeature[] = [];
  for (let from = 0; from === 0 || from + room / 2 < pieces.length; from += Math.ceil(room / 2)) {
    const window = pieces.slice(from, from + room);
    const numbers = window.map(({ word }) => word);
    const ids = [...head, ...window.map(({ id }) => id), ...end];
    const places = numbers.map((_, k) => head.length + k);
    const isWhole = answer && numbers.includes(answer[0]) && numbers.includes(answer[1]);
    const targets = isWhole
      ? [places[numbers.indexOf(answer[0])], places[numbers.lastIndexOf(answer[1])]]
      : [0, 0];
    const row = { ids, second: head.length, example, places, words: numbers };
    rows.push(answers ? { ...row, targets } : row);
    if (from + room >= pieces.length) break;
  }
  return rows;
}

/** The first and the last word that an answer touches; none of an answer that is none, or lies nowhere. */
function answerWords(
  answer: { readonly text: string; readonly start: number } | undefined,
  words: readonly PlacedWord[],
): readonly [number, number] | undefined {
  if (!answer) return undefined;
  const to = answer.start + answer.text.length;
  const first = words.findIndex(({ end }) => end > answer.start);
  const last = words.findLastIndex(({ start }) => start < to);
  return first >= 0 && last >= first ? [first, last] : undefined;
}

/** Rows as one batch. Without targets it is for asking only. */
export function headBatch(rows: readonly HeadFeature[], task: HeadConfig['task']): HeadBatch {
  const lengths = rows.map(({ ids }) => ids.length);
  const length = Math.max(...lengths);
  const shape = [rows.length, length];
  const ids = new Int32Array(rows.length * length);
  const types = new Int32Array(rows.length * length);
  rows.forEach((row, i) => {
    ids.set(row.ids, i * length);
    types.fill(1, i * length + row.second, i * length + row.ids.length);
  });
  const targets = rows.map((row) => row.targets ?? []);
  return {
    ids: fromArray<'i32'>(ids, shape, 'i32'),
    lengths,
    ...(types.includes(1) && { types: fromArray<'i32'>(types, shape, 'i32') }),
    places:
      task === 'label' ? rows.flatMap(({ places }, i) => places.map((place) => i * length + place)) : [],
    targets: task === 'span' ? [0, 1].flatMap((side) => targets.map((both) => both[side])) : targets.flat(),
  };
}

/** A text cut where answers may begin and end: words of letters and digits, ideographs and marks one by one, each with its place. */
export function placedWords(text: string): PlacedWord[] {
  return Array.from(text.matchAll(PLACED), ({ 0: word, index }) => ({
    text: word,
    start: index,
    end: index + word.length,
  }));
}

const PLACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{N}\p{M}_])+|\S/gu;
