/** BLEU of texts against a set, and self-BLEU: how much the texts of a set resemble each other (Zhu et al., "Texygen", 2018). */

import { fail } from './errors.ts';
import { createNgramNumbering, type Ids, positiveInteger } from './ngrams.ts';

/** Stands for a zero count of matches (Chen and Cherry 2014, method 1, with the value usual in published scores). */
const EPSILON = 0.1;

/**
 * Mean BLEU-n of every text against all the others, in [0, 1]; the higher, the more alike. Equal weights for
 * 1…n-grams, closest reference length (the shorter of equals), zero matches smoothed to 0.1; a text without one word
 * in common scores 0. Needs two texts. O(tokens × n): each n-gram keeps only its two highest counts.
 */
export function selfBleu(sequences: readonly Ids[], n = 4): number {
  positiveInteger('n', n);
  if (sequences.length < 2) throw fail('repeat/no-texts', { where: 'self-BLEU' });
  return meanBleu(sequences, closestOtherLengths(sequences), n, (order) =>
    clippedPrecisions(sequences, order),
  );
}

/**
 * Mean BLEU-n of every text against all references together, in [0, 1]: how much of what is written also stands there. Otherwise
 * as `selfBleu`. Needs one text and one reference.
 */
export function referenceBleu(sequences: readonly Ids[], references: readonly Ids[], n = 4): number {
  positiveInteger('n', n);
  if (sequences.length === 0 || references.length === 0) throw fail('repeat/no-texts', { where: 'BLEU' });
  const lengths = Array.from(new Set(references.map(({ length }) => length))).sort((a, b) => a - b);
  const closest = sequences.map(({ length }) => lengths.reduce((a, b) => nearerLength(length, a, b)));
  return meanBleu(sequences, closest, n, (order) => {
    const countsOf = createCounter(order);
    const most = new Map<number, number>();
    for (const reference of references) {
      for (const [gram, count] of countsOf(reference)) most.set(gram, Math.max(count, most.get(gram) ?? 0));
    }
    return sequences.map((ids) => {
      let matches = 0;
      for (const [gram, count] of countsOf(ids)) matches += Math.min(count, most.get(gram) ?? 0);
      return { matches, total: Math.max(ids.length - order + 1, 0) };
    });
  });
}

interface Precision {
  readonly matches: number;
  readonly total: number;
}

/** The mean of texts whose reference has `closest` tokens and whose n-grams were found so often. */
function meanBleu(
  sequences: readonly Ids[],
  closest: readonly number[],
  n: number,
  precisionsOf: (order: number) => readonly Precision[],
): number {
  const logPrecisions = new Float64Array(sequences.length);
  const hasWordInCommon = new Uint8Array(sequences.length);
  for (let order = 1; order <= n; order++) {
    precisionsOf(order).forEach(({ matches, total }, i) => {
      if (order === 1 && matches > 0) hasWordInCommon[i] = 1;
      logPrecisions[i] += Math.log((matches || EPSILON) / Math.max(total, 1)) / n;
    });
  }
  let sum = 0;
  sequences.forEach((ids, i) => {
    if (!hasWordInCommon[i]) return;
    const brevity = ids.length > closest[i] ? 1 : Math.exp(1 - closest[i] / ids.length);
    sum += brevity * Math.exp(logPrecisions[i]);
  });
  return sum / sequences.length;
}

/** How often a text has each n-gram; equal n-grams have equal numbers in all texts. */
function createCounter(n: number): (ids: Ids) => Map<number, number> {
  const number = createNgramNumbering(n);
  return (ids) => {
    const counts = new Map<number, number>();
    for (const gram of number(ids)) counts.set(gram, (counts.get(gram) ?? 0) + 1);
    return counts;
  };
}

/** For each text, its n-grams found in another text, each counted at most as often as in the one that has it most. */
function clippedPrecisions(sequences: readonly Ids[], n: number): Precision[] {
  const perText = sequences.map(createCounter(n));
  const most = new Map<number, { first: number; holder: number; second: number }>();
  perText.forEach((counts, text) => {
    for (const [gram, count] of counts) {
      const top = most.get(gram);
      if (!top) most.set(gram, { first: count, holder: text, second: 0 });
      else if (count > top.first) Object.assign(top, { second: top.first, first: count, holder: text });
      else if (count > top.second) top.second = count;
    }
  });
  return perText.map((counts, text) => {
    let matches = 0;
    for (const [gram, count] of counts) {
      const { first, holder, second } = most.get(gram)!;
      matches += Math.min(count, holder === text ? second : first);
    }
    return { matches, total: Math.max(sequences[text].length - n + 1, 0) };
  });
}

/** For each text, the length among the other texts that is nearest to its own. */
function closestOtherLengths(sequences: readonly Ids[]): number[] {
  const order = sequences.map((_, i) => i).sort((a, b) => sequences[a].length - sequences[b].length);
  const closest = new Array<number>(sequences.length);
  order.forEach((text, rank) => {
    const length = sequences[text].length;
    const neighbours = [order[rank - 1], order[rank + 1]].filter((other) => other !== undefined);
    const lengths = neighbours.map((other) => sequences[other].length);
    closest[text] = lengths.reduce((a, b) => nearerLength(length, a, b));
  });
  return closest;
}

/** Which of two lengths is nearer; of two as near, the first. */
const nearerLength = (length: number, a: number, b: number): number =>
  Math.abs(b - length) < Math.abs(a - length) ? b : a;
