/**
 * Which repeats of a corpus a model would learn ("repetition in, repetition out": Li et al., NeurIPS 2023), and the corpus
 * without them. One pass, linear time, bounded memory.
 */

import { cleanRepetition } from './clean.ts';
import { fail } from './errors.ts';
import { positiveInteger } from './ngrams.ts';
import {
  createRepeatCounter,
  hashText,
  joinHashes,
  type LevelRepetition,
  MAX_PASSAGES,
  type Offender,
  WORST,
} from './repeat-counter.ts';
import { comparableWords } from './sentences.ts';
import { detectLoops } from './text-loops.ts';

export interface AuditOptions {
  /** Words (Han characters one by one) of the phrases that are looked for across the corpus; default 10. */
  readonly phraseWords?: number;
  /** Shorter lines and sections are not counted; default 5 words. */
  readonly minWords?: number;
  /** How many different passages of a level are remembered; default 2²¹. */
  readonly maxPassages?: number;
}

/** A document with a loop in it. */
export interface LoopingDocument {
  readonly document: number;
  readonly phrase: string;
  readonly copies: number;
}

export interface RepetitionAudit {
  readonly documents: number;
  readonly characters: number;
  /** Words, a Han character being one. */
  readonly words: number;
  readonly duplicateDocuments: LevelRepetition;
  readonly sections: LevelRepetition;
  readonly lines: LevelRepetition;
  /** `passages` counts the places where a phrase ends; `share` is that of words inside phrases seen before. */
  readonly phrases: LevelRepetition;
  /** Documents in a loop, their share, and the first of them. */
  readonly loops: {
    readonly documents: number;
    readonly share: number;
    readonly worst: readonly LoopingDocument[];
  };
}

const EXAMPLE_LENGTH = 200;
const LOOP_EXAMPLES = 10;

/**
 * Counts what repeats in a corpus: whole documents, sections, lines, phrases, and loops inside documents. Case, width and punctuation
 * do not count. Reads the documents once.
 */
export function auditRepetition(documents: Iterable<string>, options: AuditOptions = {}): RepetitionAudit {
  const { phraseWords, minWords, maxPassages } = checked(options);
  const [whole, sections, lines] = [0, 1, 2].map(() => createRepeatCounter(maxPassages));
  const phrases = createPhraseCounter(phraseWords, maxPassages);
  const worst: LoopingDocument[] = [];
  let count = 0;
  let characters = 0;
  let words = 0;
  let looping = 0;
  for (const text of documents) {
    characters += text.length;
    const inside: string[] = [];
    let section: string[] = [];
    const closeSection = (): void => {
      if (section.length >= minWords) addPassage(sections, section);
      section = [];
    };
    for (const line of text.split('\n')) {
      const own = comparableWords(line);
      if (own.length >= minWords) addPassage(lines, own, line.trim());
      if (line.trim() === '') closeSection();
      for (const word of own) {
        section.push(word);
        inside.push(word);
      }
    }
    closeSection();
    words += inside.length;
    if (inside.length > 0) addPassage(whole, inside);
    phrases.add(inside);
    const [loop] = detectLoops(text);
    if (loop) {
      looping++;
      if (worst.length < LOOP_EXAMPLES)
        worst.push({ document: count, phrase: example(loop.phrase), copies: loop.copies });
    }
    count++;
  }
  if (count === 0) throw fail('repeat/no-texts', { where: 'repetition audit' });
  return {
    documents: count,
    characters,
    words,
    duplicateDocuments: whole.report(),
    sections: sections.report(),
    lines: lines.report(),
    phrases: phrases.report(),
    loops: { documents: looping, share: looping / count, worst },
  };
}

function checked({
  phraseWords = 10,
  minWords = 5,
  maxPassages = MAX_PASSAGES,
}: AuditOptions): Required<AuditOptions> {
  positiveInteger('phraseWords', phraseWords);
  positiveInteger('minWords', minWords);
  positiveInteger('maxPassages', maxPassages);
  return { phraseWords, minWords, maxPassages };
}

const example = (text: string): string =>
  text.length <= EXAMPLE_LENGTH ? text : `${text.slice(0, EXAMPLE_LENGTH)}…`;

function addPassage(
  counter: ReturnType<typeof createRepeatCounter>,
  words: readonly string[],
  text?: string,
): void {
  const key = words.join(' ');
  counter.add(hashText(key), words.length, () => example(text ?? key));
}

/** Every run of `n` words, by rolling hash. */
function createPhraseCounter(
  n: number,
  maxPassages: number,
): { add(words: readonly string[]): void; report(): LevelRepetition } {
  const counter = createRepeatCounter(maxPassages, CANDIDATES);
  const seen = new Map<number, 1>();
  let total = 0;
  let places = 0;
  let added = 0;
  let copied = 0;
  let forgotten = 0;
  const [factorA, factorB] = [0x01000193, 0x5bd1e995];
  const [dropA, dropB] = [factorA, factorB].map((factor) =>
    Array.from({ length: n }).reduce((p: number) => Math.imul(p, factor), 1),
  );
  return {
    add(words) {
      total += words.length;
      const ids = Int32Array.from(words, (word) => hashText(word) | 0);
      let [a, b] = [0, 0];
      let last = -n;
      for (let i = 0; i < ids.length; i++) {
        a = (Math.imul(a, factorA) + ids[i]) | 0;
        b = (Math.imul(b, factorB) + ids[i]) | 0;
        if (i >= n) {
          a = (a - Math.imul(dropA, ids[i - n])) | 0;
          b = (b - Math.imul(dropB, ids[i - n])) | 0;
        }
        if (i < n - 1) continue;
        places++;
        const key = joinHashes(Math.imul(a ^ (a >>> 15), 0x2c1b3c6d), b);
        const known = seen.has(key);
        if (!known && seen.size >= maxPassages) {
          forgotten += seen.size;
          seen.clear();
        }
        if (!known) seen.set(key, 1);
        if (!known) continue;
        copied += Math.min(n, i - last);
        last = i;
        const text = () => words.slice(i - n + 1, i + 1).join(/\p{Script=Han}/u.test(words[i]) ? '' : ' ');
        // The first copy seen stands for the original too.
        added++;
        if (counter.add(key, 1, text) > 0) continue;
        counter.add(key, 1, text);
        added++;
      }
    },
    report() {
      const level = counter.report(Math.max(places - added, 0));
      return { ...level, share: copied / Math.max(total, 1), worst: apart(level.worst), forgotten };
    },
  };
}

/** So many of the most frequent phrases are looked through for the worst. */
const CANDIDATES = 500;

/** The worst phrases without those that are another one moved by a few words. */
function apart(phrases: readonly Offender[]): Offender[] {
  const chosen: { phrase: Offender; words: Set<string> }[] = [];
  for (const phrase of phrases) {
    if (chosen.length === WORST) break;
    const words = comparableWords(phrase.text);
    const isMoved = chosen.some(
      (other) => words.filter((word) => other.words.has(word)).length > words.length / 2,
    );
    if (!isMoved) chosen.push({ phrase, words: new Set(words) });
  }
  return chosen.map(({ phrase }) => phrase);
}

/** What was taken out of a corpus. */
export interface DeduplicationReport {
  readonly documents: number;
  readonly duplicateDocuments: number;
  readonly sections: number;
  readonly lines: number;
  readonly loops: number;
  /** Characters given and characters that stay. */
  readonly charactersBefore: number;
  readonly charactersAfter: number;
}

export interface DeduplicateOptions extends Omit<AuditOptions, 'phraseWords'> {
  /** How many copies of a line or section stay in the corpus; default 1. */
  readonly maxCopies?: number;
  /** Also clean every document (`cleanRepetition`); default true. */
  readonly clean?: boolean;
}

/**
 * The documents without exact duplicates, without lines and sections that came `maxCopies` times before, and without loops; documents that
 * have nothing left are dropped. Streams; the generator returns the report. The first occurrence always stays.
 */
export function* deduplicateCorpus(
  documents: Iterable<string>,
  options: DeduplicateOptions = {},
): Generator<string, DeduplicationReport> {
  const { minWords, maxPassages } = checked(options);
  const { maxCopies = 1, clean = true } = options;
  positiveInteger('maxCopies', maxCopies);
  const [whole, sections, lines] = [0, 1, 2].map(() => createRepeatCounter(maxPassages));
  const removed = { documents: 0, duplicateDocuments: 0, sections: 0, lines: 0, loops: 0 };
  let charactersBefore = 0;
  let charactersAfter = 0;
  const timesBefore = (counter: typeof whole, text: string): number => {
    const words = comparableWords(text);
    return words.length < minWords ? 0 : counter.add(hashText(words.join(' ')), words.length, () => '');
  };
  for (const text of documents) {
    removed.documents++;
    charactersBefore += text.length;
    if (whole.add(hashText(comparableWords(text).join(' ')), 1, () => '') > 0) {
      removed.duplicateDocuments++;
      continue;
    }
    const parts = text.split(/(\n[^\S\n]*\n\s*)/);
    const kept = parts.map((part, i) => {
      if (i % 2 === 1) return part;
      if (timesBefore(sections, part) >= maxCopies) {
        removed.sections++;
        return '';
      }
      const own = part.split(/(?<=\n)/);
      const stay = own.filter((line) => timesBefore(lines, line) < maxCopies);
      removed.lines += own.length - stay.length;
      return stay.join('');
    });
    // A break goes with the section before it.
    let left = kept.filter((_, i) => i % 2 === 0 || kept[i - 1] !== '').join('');
    if (clean) {
      const cleaned = cleanRepetition(left);
      removed.loops += cleaned.removed.filter(({ kind }) => kind === 'loop').length;
      left = cleaned.text;
    }
    if (left.trim() === '') continue;
    charactersAfter += left.length;
    yield left;
  }
  return { ...removed, charactersBefore, charactersAfter };
}
