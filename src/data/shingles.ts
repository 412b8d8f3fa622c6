/** Shingles: the runs of words or characters by which two texts are compared (Broder 1997, "On the resemblance and containment of documents"). */

import { hashRun, unitsOf } from './units.ts';

/** Words of a shingle in text of letters; Han characters and kana of a shingle in text of these. */
export const shingleLengths = { words: 3, characters: 3 } as const;

/**
 * The distinct shingles of a text as 53-bit hashes in ascending order; none for a text without letters and digits (`unitsOf`).
 * Where most units are characters, shingles are `shingleLengths.characters` long, else `shingleLengths.words`. A shorter text is one
 * shingle. Time is n log n; while it runs, it takes about 30 bytes for each unit and twice the text.
 */
export function shinglesOf(text: string): Float64Array {
  const units = unitsOf(text);
  const { count, isCharacters } = units;
  if (count === 0) return new Float64Array();
  const wanted = isCharacters ? shingleLengths.characters : shingleLengths.words;
  const length = Math.min(wanted, count);
  const hashes = new Float64Array(count - length + 1);
  for (let i = 0; i < hashes.length; i++) hashes[i] = hashRun(units, i, length);
  hashes.sort();
  let kept = 1;
  for (let i = 1; i < hashes.length; i++) if (hashes[i] !== hashes[i - 1]) hashes[kept++] = hashes[i];
  return hashes.slice(0, kept);
}

/** |A ∩ B| / |A ∪ B| of two ascending lists without repeats; 0 if both are empty. */
export function jaccard(a: Float64Array, b: Float64Array): number {
  let shared = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) {
      shared++;
      i++;
      j++;
    } else if (a[i] < b[j]) i++;
    else j++;
  }
  const union = a.length + b.length - shared;
  return union === 0 ? 0 : shared / union;
}
