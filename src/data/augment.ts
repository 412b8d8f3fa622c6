/**
 * Easy data augmentation: small changes of a text that leave its label as it is (Wei and Zou 2019, "EDA: Easy Data Augmentation Techniques
 * for Boosting Performance on Text Classification Tasks"). Words are cut as Unicode and the system's dictionary say (`Intl.Segmenter`), so
 * that Chinese has words, too; what stands between words stays where it is.
 */

import type { Rng } from '../rng.ts';
import { eachSegment } from '../text/index.ts';
import { fail } from './errors.ts';
import { wordLineLimits, wordLines } from './word-lines.ts';

/** What may be done to a text. */
export const augmentations = ['synonym', 'insert', 'swap', 'delete'] as const;
export type Augmentation = (typeof augmentations)[number];

/** Words with the same meaning, by word in small letters. */
export type Synonyms = ReadonlyMap<string, readonly string[]>;

/**
 * Reads synonyms: words of the same meaning on one line, with commas or tabs between; `#` begins a remark. A word on several lines has the
 * synonyms of all.
 */
export function parseSynonyms(text: string, path: string): Synonyms {
  const synonyms = new Map<string, string[]>();
  const refuse = (line: number, rule: string, got: unknown) =>
    fail('data/synonyms', { path, line, rule, got });
  for (const { line, words } of wordLines(text, refuse)) {
    for (const word of words) {
      const key = word.toLowerCase();
      const known = synonyms.get(key) ?? [];
      for (const other of words) if (other.toLowerCase() !== key && !known.includes(other)) known.push(other);
      synonyms.set(key, known);
      const most = wordLineLimits.words;
      if (synonyms.size > most) throw refuse(line, `at most ${most} words in all`, synonyms.size);
    }
  }
  return synonyms;
}

interface Piece {
  text: string;
  readonly isWord: boolean;
}

// NOTE One locale, so that every machine cuts alike; words of Chinese are found in any.
const segmenter = new Intl.Segmenter('en', { granularity: 'word' });

export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  eachSegment(segmenter, text, (piece, isWord) => void pieces.push({ text: piece, isWord }));
  return pieces;
}

const wordPlaces = (pieces: readonly Piece[]): number[] =>
  pieces.flatMap(({ isWord }, i) => (isWord ? [i] : []));
const pick = <T>(items: readonly T[], rng: Rng): T => items[rng.integer(items.length)];

/** Some of the items, in a random order. */
function sample<T>(items: readonly T[], count: number, rng: Rng): T[] {
  const mixed = [...items];
  const size = Math.min(count, mixed.length);
  for (let i = 0; i < size; i++) {
    const j = i + rng.integer(mixed.length - i);
    [mixed[i], mixed[j]] = [mixed[j], mixed[i]];
  }
  return mixed.slice(0, size);
}

/** The beginning of a sentence keeps its capital. */
export function likeCase(word: string, model: string): string {
  return /^\p{Lu}/u.test(model) ? word.charAt(0).toUpperCase() + word.slice(1) : word;
}

/** Replaces up to `count` different words, wherever they stand, by one of their synonyms each. */
export function replaceSynonyms(text: string, count: number, synonyms: Synonyms, rng: Rng): string {
  const pieces = piecesOf(text);
  const known = wordPlaces(pieces)
    .map((i) => pieces[i].text.toLowerCase())
    .filter((word) => synonyms.has(word));
  for (const word of sample([...new Set(known)], count, rng)) {
    const other = pick(synonyms.get(word)!, rng);
    for (const piece of pieces)
      if (piece.isWord && piece.text.toLowerCase() === word) piece.text = likeCase(other, piece.text);
  }
  return pieces.map((piece) => piece.text).join('');
}

const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]$/u;

/** Inserts, `count` times, a synonym of some word before a word anywhere. */
export function insertSynonyms(text: string, count: number, synonyms: Synonyms, rng: Rng): string {
  const pieces = piecesOf(text);
  const places = wordPlaces(pieces);
  const known = places.filter((i) => synonyms.has(pieces[i].text.toLowerCase()));
  if (known.length === 0) return text;
  const before = new Map<number, string>();
  for (let n = 0; n < count; n++) {
    const word = pick(synonyms.get(pieces[pick(known, rng)].text.toLowerCase())!, rng);
    const place = pick(places, rng);
    before.set(place, `${before.get(place) ?? ''}${word}${UNSPACED.test(word) ? '' : ' '}`);
  }
  return pieces.map((piece, i) => `${before.get(i) ?? ''}${piece.text}`).join('');
}

/** Exchanges two words, `count` times. */
export function swapWords(text: string, count: number, rng: Rng): string {
  const pieces = piecesOf(text);
  const places = wordPlaces(pieces);
  for (let n = 0; n < count && places.length > 1; n++) {
    const first = rng.integer(places.length);
    const [a, b] = [places[first], places[(first + 1 + rng.integer(places.length - 1)) % places.length]];
    [pieces[a].text, pieces[b].text] = [pieces[b].text, pieces[a].text];
  }
  return pieces.map((piece) => piece.text).join('');
}

/** Leaves each word out with probability `rate`; at least one stays. The space behind a word goes with it. */
export function deleteWords(text: string, rate: number, rng: Rng): string {
  const pieces = piecesOf(text);
  const places = wordPlaces(pieces);
  if (places.length < 2) return text;
  const gone = new Set(places.filter(() => rng.uniform() < rate));
  if (gone.size === places.length) gone.delete(pick(places, rng));
  if (gone.size === 0) return text;
  return pieces
    .filter(({ text: own }, i) => !gone.has(i) && !(gone.has(i - 1) && own === ' '))
    .map((piece) => piece.text)
    .join('')
    .trim();
}

export interface AugmentOptions {
  /** Share of the words that is changed, in (0, 1]; at least one word. Default 0.1, as in the paper. */
  readonly rate?: number;
  /** New texts for each. Default 4: the paper's advice for 5,000 texts; 16 for 500, 8 for 2,000. */
  readonly copies?: number;
  /** Which changes, taken in turn. Default: all that can be done with what is given. */
  readonly methods?: readonly Augmentation[];
  /** For `synonym` and `insert`. */
  readonly synonyms?: Synonyms;
}

/** A function that gives up to `copies` different texts made from one; the same seed and number of the text give the same. */
export function augmenter(options: AugmentOptions = {}): (text: string, rng: Rng) => string[] {
  const { rate = 0.1, copies = 4, synonyms } = options;
  const methods = options.methods ?? (synonyms ? augmentations : (['swap', 'delete'] as const));
  const check = (option: string, isGood: boolean, rule: string, got: unknown) => {
    if (!isGood) throw fail('data/option', { where: 'augmenter', option, rule, got });
  };
  check('rate', rate > 0 && rate <= 1, 'in (0, 1]', rate);
  check('copies', Number.isSafeInteger(copies) && copies >= 1 && copies <= 1000, 'from 1 to 1000', copies);
  check('methods', methods.length > 0, 'at least one', 'none');
  const needy = methods.find((method) => method === 'synonym' || method === 'insert');
  check('methods', !needy || synonyms !== undefined, 'given with synonyms', needy);
  const given: Synonyms = synonyms ?? new Map();
  const change: { readonly [Method in Augmentation]: (text: string, count: number, rng: Rng) => string } = {
    synonym: (text, count, rng) => replaceSynonyms(text, count, given, rng),
    insert: (text, count, rng) => insertSynonyms(text, count, given, rng),
    swap: swapWords,
    delete: (text, _count, rng) => deleteWords(text, rate, rng),
  };
  return (text, rng) => {
    const count = Math.max(1, Math.floor(rate * wordPlaces(piecesOf(text)).length));
    const made = new Set<string>();
    for (let n = 0; n < copies; n++) {
      const next = change[methods[n % methods.length]](text, count, rng);
      if (next !== text) made.add(next);
    }
    return [...made];
  };
}
