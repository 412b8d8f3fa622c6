/**
 * Loops found while they are written: on-line, O(1) per token, from ids alone.
 *
 * A score (a CUSUM test: Page, "Continuous inspection schemes", 1954) goes up with every id that ends an n-gram already
 * used, more the more copies there were, and down with every new one. Human text falls back to 0 after a quotation or a
 * refrain; text that copies more than it invents climbs, whether its copies are exact, altered, or set apart.
 */

import { type CopyRun, createCopyRun } from './copy-run.ts';
import { fail } from './errors.ts';
import { createGramTrie, type GramTrie } from './gram-trie.ts';
import { positiveInteger } from './ngrams.ts';
import type { TokenClass } from './tokens.ts';

/** A loop that is certain. Positions count ids from 0. */
export interface Loop {
  /** `exact`: copies back to back; `near`: copies that differ in a few ids; `spaced`: copies with other text between. */
  readonly kind: 'exact' | 'near' | 'spaced';
  /** Where the first copy begins. The text is clean up to `onset + period`: one copy kept. */
  readonly onset: number;
  /** Ids from the beginning of the first copy to the beginning of the second. */
  readonly period: number;
  /** Copies begun, the one being written included; in altered or spaced loops, how often the present words were written. */
  readonly copies: number;
  /** One past the last id that was a copy. */
  readonly end: number;
  /** In (0, 1): 1 − 10^(−score/8). Fewer than one human text in a thousand gets to the default threshold. */
  readonly confidence: number;
}

export interface LoopDetectorOptions {
  /**
   * The score that makes a loop certain; default 28. About 3 copies of a sentence. Exact copies of words are certain
   * before, when 24 ids follow the first: 5 copies of a short verse.
   */
  readonly threshold?: number;
  /** How many words in a row make a repeat; 2 to 16, default 4. */
  readonly gramSize?: number;
  /** How many ids an exact loop of marks and numbers only (rules, zeros) may have before it counts; default 64. */
  readonly maxMarks?: number;
  /**
   * What an id is; by default every id is a word. Tell it, and lists, tables and code are not taken for loops:
   * marks (punctuation, white space) say nothing, and numbers say that something changes. See `classifyToken`.
   */
  readonly classify?: (id: number) => TokenClass;
}

/** Watches one growing sequence of ids. */
export interface LoopDetector {
  /** How many ids have been pushed. */
  readonly length: number;
  /** Adds one id; returns the loop in which the sequence now is, if that is certain. O(1). */
  push(id: number): Loop | undefined;
  /**
   * From this position on the ids may turn out to be the start of a repeat: whoever shows the text holds them back.
   * Undefined when nothing is suspect. A loop found later never has `onset + period` before what was let through.
   */
  readonly suspectFrom: number | undefined;
  /** Forgets everything after the first `length` ids. O(1) per forgotten id. */
  rewind(length: number): void;
  /** An independent copy. O(length), plain memory copies. */
  fork(): LoopDetector;
}

/** The score that makes a loop certain. */
export const LOOP_THRESHOLD = 28;

/** What a word adds to the score: repeated for the first time, the second, more often; and what takes from it. */
const FIRST_COPY = 0.4;
const SECOND_COPY = 1;
const LATER_COPY = 1.3;
const NEW_WORD = 0.6;
const NUMBER = 0.4;
/** First copies alone cannot lift the score above this: anything may be said twice. */
const FIRST_COPIES_MOST = 8;
/** Copies count together within one climb of the score, and at most so many words apart. */
const NEARBY = 32;
/** The score stops at so many thresholds, so that a loop that ended is over soon. */
const MOST_THRESHOLDS = 2;
/** Exact copies, three at least, are a loop when so many ids follow the first: no text of people at hand has them. */
const EXACT_RUN = 24;
/** A loop whose new words are more than this share has text between its copies. */
const NEAR_MOST_NEW = 0.2;

/**
 * A detector of loops; knows ids only, no tokenizer and no model.
 *
 * @example
 * const detector = createLoopDetector();
 * for (const id of ids) if (detector.push(id)) break;
 */
export function createLoopDetector(options: LoopDetectorOptions = {}): LoopDetector {
  const { threshold = LOOP_THRESHOLD, gramSize = 4, maxMarks = 64, classify = () => 'word' } = options;
  if (!(threshold > 0 && threshold < Number.POSITIVE_INFINITY)) {
    throw fail('repeat/option', { option: 'threshold', rule: 'a positive number', value: threshold });
  }
  if (!(Number.isInteger(gramSize) && gramSize >= 2 && gramSize <= 16)) {
    throw fail('repeat/option', { option: 'gramSize', rule: 'an integer from 2 to 16', value: gramSize });
  }
  positiveInteger('maxMarks', maxMarks);
  return watch({ threshold, gramSize, maxMarks, classify }, emptyMemory(gramSize));
}

interface Memory {
  readonly grams: GramTrie;
  readonly exact: CopyRun;
  /** Per id: the score after it, how many words there are then, and the word that began the present climb. */
  readonly score: number[];
  readonly words: number[];
  readonly start: number[];
  /** Per word: its position, how many copies came before it in this climb, words covered by repeats so far, the last of them. */
  readonly position: number[];
  readonly copy: number[];
  readonly covered: number[];
  readonly lastCovered: number[];
}

function emptyMemory(gramSize: number): Memory {
  const rows = { score: [], words: [], start: [], position: [], copy: [], covered: [], lastCovered: [] };
  return { grams: createGramTrie(gramSize), exact: createCopyRun(), ...rows };
}

function watch(options: Required<LoopDetectorOptions>, m: Memory): LoopDetector {
  const { threshold, gramSize, maxMarks, classify } = options;

  /** Where the copy begins that made the score rise: the first word of the n-gram that ends at word `start`. */
  const cutAt = (start: number): number => m.position[start - gramSize + 1];

  /** Adds a word; the new score, and the word that began the climb. */
  const pushWord = (id: number, score: number, start: number): readonly [number, number] => {
    const word = m.position.push(m.exact.length - 1) - 1;
    m.grams.push(id);
    const previous = m.grams.previousAt(word + 1) - 1;
    const last = m.lastCovered[word - 1] ?? -1;
    m.covered.push((m.covered[word - 1] ?? 0) + (previous < 0 ? 0 : Math.min(gramSize, word - last)));
    m.lastCovered.push(previous < 0 ? last : word);
    if (previous < 0) {
      m.copy.push(0);
      return [Math.max(0, score - NEW_WORD), start];
    }
    const from = score > 0 ? start : word;
    const isNear = previous >= from || word - previous <= NEARBY;
    const copy = 1 + (isNear ? m.copy[previous] : 0);
    m.copy.push(copy);
    if (copy === 1) return [Math.max(score, Math.min(score + FIRST_COPY, FIRST_COPIES_MOST)), from];
    const more = score + (copy === 2 ? SECOND_COPY : LATER_COPY);
    return [Math.min(more, MOST_THRESHOLDS * threshold), from];
  };

  const wordLoop = (score: number, start: number): Loop => {
    const word = m.position.length - 1;
    const end = m.exact.run > 0 ? m.exact.length : m.position[m.lastCovered[word]] + 1;
    const cut = cutAt(start);
    const first = m.position[m.grams.previousAt(start + 1) - gramSize];
    const total = word - start + gramSize;
    const covered = m.covered[word] - (m.covered[start - 1] ?? 0);
    const isExact = m.exact.length - m.exact.run <= cut + 1;
    return {
      kind: isExact ? 'exact' : covered >= (1 - NEAR_MOST_NEW) * total ? 'near' : 'spaced',
      onset: first,
      period: cut - first,
      copies: isExact ? Math.ceil((end - first) / (cut - first)) : 1 + m.copy[m.lastCovered[word]],
      end,
      confidence: 1 - 10 ** (-score / 8),
    };
  };

  /** Copies back to back, too long to be meant: of marks and numbers alone, or with words in them. */
  const longRun = (): Loop | undefined => {
    const { run, period, start, length } = m.exact;
    if (run === 0) return undefined;
    const before = m.words[start - 1] ?? 0;
    const hasWord = m.words[length - 1] > before;
    // A mark that also stood before the first copy belongs to what it ended there.
    const cut = hasWord ? m.position[before] : length - run;
    const limit = hasWord ? Math.min(EXACT_RUN, maxMarks) : maxMarks;
    if (length - cut < Math.max(limit, 2 * period)) return undefined;
    return {
      kind: 'exact',
      onset: cut - period,
      period,
      copies: 1 + Math.ceil((length - cut) / period),
      end: length,
      confidence: 1 - 10 ** (-(length - cut) / 8),
    };
  };

  return {
    get length() {
      return m.score.length;
    },
    get suspectFrom() {
      const end = m.score.length;
      if (end === 0) return undefined;
      const words = m.words[end - 1];
      const seen = Math.min(m.grams.seenAt(words), gramSize - 1);
      const climb =
        m.score[end - 1] > 0 ? cutAt(m.start[end - 1]) : seen > 0 ? m.position[words - seen] : end;
      const from = Math.min(climb, end - m.exact.run);
      return from < end ? from : undefined;
    },
    push(id) {
      if (!(id >= 0 && id < 2 ** 29 && Number.isInteger(id))) throw fail('repeat/id', { id });
      const at = m.score.length;
      let score = m.score[at - 1] ?? 0;
      let start = m.start[at - 1] ?? 0;
      m.exact.push(id);
      const kind = classify(id);
      if (kind === 'word') [score, start] = pushWord(id, score, start);
      else if (kind === 'number') score = Math.max(0, score - NUMBER);
      m.score.push(score);
      m.start.push(start);
      m.words.push(m.position.length);
      return score >= threshold ? wordLoop(score, start) : longRun();
    },
    rewind(length) {
      if (!(length >= 0 && length <= m.score.length && Number.isInteger(length))) {
        throw fail('repeat/rewind', { length: m.score.length, to: length });
      }
      const words = length === 0 ? 0 : m.words[length - 1];
      m.grams.rewind(words);
      m.exact.rewind(length);
      for (const row of [m.score, m.words, m.start]) row.length = length;
      for (const row of [m.position, m.copy, m.covered, m.lastCovered]) row.length = words;
    },
    fork() {
      const { grams, exact, ...rows } = m;
      const copies = Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, row.slice()]));
      return watch(options, { grams: grams.fork(), exact: exact.fork(), ...copies } as unknown as Memory);
    },
  };
}
