/** Longest common subsequences and substrings of ids. */

import type { Ids } from '../../repeat/index.ts';

/** Length of the longest common subsequence. O(a × b) time, O(b) memory. */
export function commonLength(a: Ids, b: Ids): number {
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

/** Length of the longest run of ids that stands in both. */
export function commonRun(a: Ids, b: Ids): number {
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
  const width = b.length + 1;
  const table = new Int32Array((a.length + 1) * width);
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const at = i * width + j;
      table[at] =
        a[i - 1] === b[j - 1] ? table[at - width - 1] + 1 : Math.max(table[at - width], table[at - 1]);
    }
  }
  let i = a.length;
  let j = b.length;
  while (i > 0 && j > 0) {
    if (a[i - 1] === b[j - 1]) {
      marks[--i] = 1;
      j--;
    } else if (table[i * width + j - 1] > table[(i - 1) * width + j]) j--;
    else i--;
  }
}
