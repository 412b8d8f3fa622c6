/**
 * Documents that repeat themselves are dropped by the thresholds of Gopher (Rae et al. 2021, "Scaling Language Models: Methods, Analysis
 * & Insights from Training Gopher", table A1).
 */

import type { Sentence } from '../language.ts';
import type { CleaningRule } from './clean.ts';
import { hashRun, type Units, unitsOf } from './units.ts';

/** The largest shares that a document may have; table A1. Copies are all occurrences but the first. */
export const gopherThresholds = {
  /** Of lines, of their characters; of paragraphs, of their characters. */
  lines: 0.3,
  lineCharacters: 0.2,
  paragraphs: 0.3,
  paragraphCharacters: 0.2,
  /** Of characters in all occurrences of the n-gram that takes most of them, by n. */
  topNgram: { 2: 0.2, 3: 0.18, 4: 0.16 },
  /** Of characters in copies of n-grams, by n. */
  copiedNgrams: { 5: 0.15, 6: 0.14, 7: 0.13, 8: 0.12, 9: 0.11, 10: 0.1 },
} as const;

/** Shorter documents are not judged: Gopher's own least length, in words. */
const LEAST_UNITS = 50;
/** A longer document is judged by its beginning. */
const MOST_UNITS = 1_000_000;

const label = (en: string, zh: string): Sentence<void> => ({ en: () => en, zh: () => zh });

/**
 * Rules that drop a document of at least 50 words in which too much is a copy. Words are counted as `unitsOf` does; in Chinese text,
 * where units are characters, each n is doubled, since a Chinese word is mostly one or two characters. Time is linear in the text.
 * Verse with a refrain and tables may be dropped: look at the report's examples.
 */
export function repetitionRules(): CleaningRule[] {
  const dropIf = (isTooMuch: (text: string, units: Units) => boolean) => (text: string) => {
    const units = unitsOf(text, MOST_UNITS);
    return units.count >= LEAST_UNITS && isTooMuch(text, units) ? undefined : text;
  };
  const { lines, lineCharacters, paragraphs, paragraphCharacters, topNgram, copiedNgrams } = gopherThresholds;
  return [
    {
      name: 'copied-lines',
      label: label('too many of their lines are copies (Gopher)', '重复行过多（Gopher 规则）'),
      apply: dropIf((text) => isCopied(text.split('\n'), lines, lineCharacters)),
    },
    {
      name: 'copied-paragraphs',
      label: label('too many of their paragraphs are copies (Gopher)', '重复段落过多（Gopher 规则）'),
      apply: dropIf((text) => isCopied(text.split(/\n\s*\n/), paragraphs, paragraphCharacters)),
    },
    {
      name: 'frequent-n-gram',
      label: label('one phrase takes too much of the text (Gopher)', '同一短语占比过高（Gopher 规则）'),
      apply: dropIf((_, units) => exceeds(topNgram, units, topShare)),
    },
    {
      name: 'copied-n-grams',
      label: label('too much of the text is copied phrases (Gopher)', '重复短语占比过高（Gopher 规则）'),
      apply: dropIf((_, units) => exceeds(copiedNgrams, units, copiedShare)),
    },
  ];
}

function isCopied(parts: readonly string[], most: number, mostCharacters: number): boolean {
  const seen = new Set<string>();
  let [count, copies, size, copiedSize] = [0, 0, 0, 0];
  for (const part of parts) {
    const text = part.trim();
    if (text === '') continue;
    count++;
    size += text.length;
    if (seen.size === seen.add(text).size) {
      copies++;
      copiedSize += text.length;
    }
  }
  return copies > most * count || copiedSize > mostCharacters * size;
}

function exceeds(
  thresholds: Readonly<Record<number, number>>,
  units: Units,
  share: (units: Units, n: number) => number,
): boolean {
  return Object.entries(thresholds).some(
    ([n, most]) => share(units, units.isCharacters ? 2 * Number(n) : Number(n)) > most,
  );
}

const sum = (values: Int32Array, from: number, to: number): number => {
  let total = 0;
  for (let i = from; i < to; i++) total += values[i];
  return total;
};

/** Share of the characters in the n-gram that occurs most often, if it occurs twice; its occurrences do not overlap. */
function topShare(units: Units, n: number): number {
  const counts = new Map<number, { size: number; end: number }>();
  let most = 0;
  for (let i = 0; i + n <= units.count; i++) {
    const key = hashRun(units, i, n);
    const size = sum(units.sizes, i, i + n);
    const known = counts.get(key);
    if (!known) counts.set(key, { size, end: i + n });
    else if (known.end <= i) {
      known.size += size;
      known.end = i + n;
      most = Math.max(most, known.size);
    }
  }
  return most / sum(units.sizes, 0, units.count);
}

/** Share of the characters in n-grams that were there before; each character counts once. */
function copiedShare(units: Units, n: number): number {
  const seen = new Set<number>();
  let copied = 0;
  let counted = 0;
  for (let i = 0; i + n <= units.count; i++) {
    if (seen.size !== seen.add(hashRun(units, i, n)).size) continue;
    copied += sum(units.sizes, Math.max(i, counted), i + n);
    counted = i + n;
  }
  return copied / sum(units.sizes, 0, units.count);
}
