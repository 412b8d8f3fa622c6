/** How diverse a corpus is: by source, by language, in its style and in its words. */

import { chunkDocuments, languageDetector } from '../data/index.ts';
import {
  comparableWords,
  createVocabulary,
  distinctNgrams,
  type Ids,
  selfBleu,
  unigramEntropy,
} from '../repeat/index.ts';
import { createRng } from '../rng.ts';
import { splitSentences } from '../text/index.ts';
import type { TextDocument } from '../types.ts';
import { checkInteger } from './errors.ts';

export interface DiversityOptions {
  /** Of the samples. Default 1. */
  readonly seed?: number;
  /** Words (of Chinese text characters) of each source on which its vocabulary is measured. Default 50,000. */
  readonly sampleWords?: number;
  readonly signal?: AbortSignal;
}

/** Style and vocabulary of some documents. What depends on length is measured on samples of equal length, where there is enough text. */
export interface DiversityRow {
  readonly documents: number;
  /** UTF-16 units. */
  readonly characters: number;
  /** Mean words of a sentence, and their standard deviation. */
  readonly sentenceWords: number;
  readonly sentenceSpread: number;
  /** Share of documents in short lines: verse, lists (see `isShortLined`), in [0, 1]. */
  readonly shortLined: number;
  /** Words in the sample on which the following are measured. */
  readonly sampledWords: number;
  /** distinct-1, -2, -3 of the sample. */
  readonly distinct: readonly [number, number, number];
  /** Moving-average type-token ratio over windows of `MATTR_WINDOW` words; `undefined` for less text. */
  readonly mattr: number | undefined;
  /** Bits a word. */
  readonly entropy: number;
  /** Self-BLEU-4 of up to 200 documents or pieces of long ones, each cut to 200 words; `undefined` for a single one. The higher, the more alike. */
  readonly selfBleu: number | undefined;
}

export interface DiversityReport {
  readonly whole: DiversityRow;
  /** By source, the largest first; none if there is only one. */
  readonly sources: readonly (DiversityRow & { readonly source: string })[];
  /** Documents by language (ISO 639-1), the most frequent first. */
  readonly languages: readonly { readonly language: string; readonly documents: number }[];
}

/** Covington and McFall 2010, "Cutting the Gordian knot: the moving-average type-token ratio". */
export const MATTR_WINDOW = 500;
const SELF_BLEU_TEXTS = 200;
const SELF_BLEU_WORDS = 200;
const SAMPLE_WORDS = 50_000;
const PIECE_CHARACTERS = 4_000;
/** More sources than these are joined by their folder. */
const MOST_SOURCES = 12;
const PAUSE_EVERY = 500;

/** Measures a corpus. Time is linear in the text. */
export async function corpusDiversity(
  documents: readonly TextDocument[],
  options: DiversityOptions = {},
): Promise<DiversityReport> {
  const { seed = 1, sampleWords = SAMPLE_WORDS, signal } = options;
  checkInteger('corpusDiversity', 'sampleWords', sampleWords, 1);
  const detect = await languageDetector();
  const languages = new Map<string, number>();
  const groups = groupBySource(documents);
  const styles = new Map<TextDocument, Style>();
  for (const [i, document] of documents.entries()) {
    const language = detect(document.text);
    languages.set(language, (languages.get(language) ?? 0) + 1);
    styles.set(document, styleOf(document.text));
    if (i % PAUSE_EVERY === 0) await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
  }
  const row = (some: readonly TextDocument[]) => measure(some, styles, seed, sampleWords);
  const apart = groups.size > 1 ? [...groups] : [];
  const sources = apart.map(([source, some]) => ({ source, ...row(some) }));
  return {
    whole: row(documents),
    sources: sources.sort((a, b) => b.characters - a.characters),
    languages: [...languages]
      .map(([language, count]) => ({ language, documents: count }))
      .sort((a, b) => b.documents - a.documents),
  };
}

/** By host where the title is an address (WET), else by file, or by the first folder of many files. */
function groupBySource(documents: readonly TextDocument[]): Map<string, TextDocument[]> {
  const nameOf = ({ title = '', source = '' }: TextDocument) =>
    /^https?:\/\/([^/?#\s]{1,255})/i.exec(title)?.[1].toLowerCase() ?? source;
  const isMany = new Set(documents.map(nameOf)).size > MOST_SOURCES;
  const groups = new Map<string, TextDocument[]>();
  for (const document of documents) {
    const name = nameOf(document);
    const key = isMany && name.includes('/') ? name.slice(0, name.indexOf('/') + 1) : name;
    const known = groups.get(key);
    if (known) known.push(document);
    else groups.set(key, [document]);
  }
  if (groups.size <= MOST_SOURCES) return groups;
  // What is left of too many: the largest by themselves, the others together.
  const bySize = [...groups].sort(([, a], [, b]) => b.length - a.length);
  const rest = bySize.slice(MOST_SOURCES - 1).flatMap(([, some]) => some);
  return new Map([...bySize.slice(0, MOST_SOURCES - 1), ['…', rest]]);
}

interface Style {
  readonly sentences: number;
  readonly words: number;
  readonly squares: number;
  readonly isShortLined: boolean;
}

function styleOf(text: string): Style {
  const lengths = splitSentences(text)
    .map((sentence) => comparableWords(sentence.text).length)
    .filter((length) => length > 0);
  const sum = (of: (length: number) => number) => lengths.reduce((total, length) => total + of(length), 0);
  return {
    sentences: lengths.length,
    words: sum((length) => length),
    squares: sum((length) => length * length),
    isShortLined: isShortLined(text),
  };
}

const LEAST_LINES = 2;
const SHORT_LINE = 16;

/** At least two lines that are not empty, four of five of them of at most 16 words (characters of Chinese). */
export function isShortLined(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length < LEAST_LINES) return false;
  const short = lines.filter((line) => comparableWords(line).length <= SHORT_LINE).length;
  return short >= 0.8 * lines.length;
}

function measure(
  documents: readonly TextDocument[],
  styles: ReadonlyMap<TextDocument, Style>,
  seed: number,
  sampleWords: number,
): DiversityRow {
  const all = documents.map((document) => styles.get(document)!);
  const sum = (of: (style: Style) => number) => all.reduce((total, style) => total + of(style), 0);
  const sentences = Math.max(
    1,
    sum((style) => style.sentences),
  );
  const mean = sum((style) => style.words) / sentences;
  const sample = sampleOf(documents, seed, sampleWords);
  const sampledWords = sample.reduce((total, ids) => total + ids.length, 0);
  const some = sample.slice(0, SELF_BLEU_TEXTS).map((ids) => ids.subarray(0, SELF_BLEU_WORDS));
  return {
    documents: documents.length,
    characters: documents.reduce((total, { text }) => total + text.length, 0),
    sentenceWords: mean,
    sentenceSpread: Math.sqrt(Math.max(0, sum((style) => style.squares) / sentences - mean * mean)),
    shortLined: all.filter((style) => style.isShortLined).length / Math.max(1, all.length),
    sampledWords,
    distinct: [distinctNgrams(sample, 1), distinctNgrams(sample, 2), distinctNgrams(sample, 3)],
    mattr: movingTypeTokenRatio(sample),
    entropy: unigramEntropy(sample),
    selfBleu: some.length < 2 ? undefined : selfBleu(some),
  };
}

/** Pieces of the documents in a random order until there are enough words, as numbers of words: no long document fills the sample alone. */
function sampleOf(documents: readonly TextDocument[], seed: number, sampleWords: number): Int32Array[] {
  const number = createVocabulary();
  const rng = createRng(seed);
  const pieces = [...chunkDocuments(documents, { maxCharacters: PIECE_CHARACTERS })];
  const sample: Int32Array[] = [];
  let left = sampleWords;
  for (let i = 0; i < pieces.length && left > 0; i++) {
    const j = i + rng.integer(pieces.length - i);
    [pieces[i], pieces[j]] = [pieces[j], pieces[i]];
    const ids = number(comparableWords(pieces[i].text)).subarray(0, left);
    if (ids.length === 0) continue;
    sample.push(ids);
    left -= ids.length;
  }
  return sample;
}

/**
 * MATTR: the mean of different words / words over all windows of `window` words in the joined texts, in (0, 1]; `undefined` if there is
 * less than one window. Unlike distinct-1 it does not fall with the length of the text.
 */
export function movingTypeTokenRatio(texts: readonly Ids[], window = MATTR_WINDOW): number | undefined {
  checkInteger('movingTypeTokenRatio', 'window', window, 1);
  const ids = texts.flatMap((text) => Array.from(text));
  if (ids.length < window) return undefined;
  const counts = new Map<number, number>();
  let [types, total] = [0, 0];
  for (let i = 0; i < ids.length; i++) {
    const count = counts.get(ids[i]) ?? 0;
    if (count === 0) types++;
    counts.set(ids[i], count + 1);
    if (i < window - 1) continue;
    total += types / window;
    const first = ids[i - window + 1];
    const left = counts.get(first)! - 1;
    counts.set(first, left);
    if (left === 0) types--;
  }
  return total / (ids.length - window + 1);
}
