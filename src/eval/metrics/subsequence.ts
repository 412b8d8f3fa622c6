/** Longest common subsequences and substrings of ids. */

import type { Ids } from '../../repeat/index.ts';
import { fail } from '../errors.ts';

/** Pairs of ids that are compared at most: a second or two, and where the way back is kept, 400 MB. */
const MOST_PAIRS = 4e8;

function checkPairCount(a: Ids, b: Ids): void {
  if (a.length * b.length <= MOST_PAIRS) return;
  throw fail('eval/pairs', { first: a.length, second: b.length, most: MOST_PAIRS });
}

/** Length of the longest common subsequence. O(a × b) time, O(b) memory. @throws of texts too long */
export function commonLength(a: Ids, b: Ids): number {
  checkPairCount(a, b);
  const row = new Int32Array(b.length + 1);
  for (let i = 0; i < a.length; i++) {
    let before = 0;
    for (let j = 0; j < b.length; j++) {
      const above = row[j + 1];
      row[j + 1] = a[i] === b[j] ? before + 1 : Math.max(above, row[j]);
      before = above;
    }
  }
  return row[b.length];
}

/** Length of the longest run of ids that stands in both. @throws of texts too long */
export function commonRun(a: Ids, b: Ids): number {
  checkPairCount(a, b);
  const row = new Int32Array(b.length + 1);
  let longest = 0;
  for (let i = 0; i < a.length; i++) {
    for (let j = b.length; j > 0; j--) {
      row[j] = a[i] === b[j - 1] ? row[j - 1] + 1 : 0;
      if (row[j] > longest) longest = row[j];
    }
  }
  return longest;
}

/**
 * ROUGE-Lsum's hits (Lin 2004, §3.2): of each line of the reference, the places that a longest common subsequence with some line
 * of the prediction covers; each id counts at most as often as it stands in either text.
 */
export function unionHits(reference: readonly Ids[], prediction: readonly Ids[]): number {
  const left = [reference, prediction].map((lines) => {
    const counts = new Map<number, number>();
    for (const line of lines) {
      for (let i = 0; i < line.length; i++) counts.set(line[i], (counts.get(line[i]) ?? 0) + 1);
    }
    return counts;
  });
  let hits = 0;
  for (const line of reference) {
    const covered = new Uint8Array(line.length);
    for (const other of prediction) markCommon(line, other, covered);
    covered.forEach((isCovered, i) => {
      if (!isCovered || !left.every((counts) => counts.get(line[i])! > 0)) return;
      hits++;
      for (const counts of left) counts.set(line[i], counts.get(line[i])! - 1);
    });
  }
  return hits;
}

/**
 * Marks the places of `a` on one longest common subsequence with `b`. NOTE Of several longest ones the mark falls on that which
 * rouge-score finds (from the end, `b` stepped back only where that alone keeps the length), since a union depends on the choice.
 */
function markCommon(a: Ids, b: Ids, marks: Uint8Array): void {
  checkPairCount(a, b);
  // Where b alone may be stepped back; the lengths themselves are kept for one row only.
  const stepsBack = new Uint8Array(a.length * b.length);
  const row = new Int32Array(b.length + 1);
  for (let i = 0; i < a.length; i++) {
    let before = 0;
    for (let j = 0; j < b.length; j++) {
      const above = row[j + 1];
      if (row[j] > above) stepsBack[i * b.length + j] = 1;
      row[j + 1] = a[i] === b[j] ? before + 1 : Math.max(above, row[j]);
      before = above;
    }
  }
  let i = a.length - 1;
  let j = b.length - 1;
  while (i >= 0 && j >= 0) {
    if (a[i] === b[j]) {
      marks[i--] = 1;
      j--;
    } else if (stepsBack[i * b.length + j]) j--;
    else i--;
  }
}
