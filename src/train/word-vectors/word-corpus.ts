/** Words as numbers, most frequent first, in memory that several threads can read. */

/** Words a chunk holds at most: windows do not reach from one chunk into the next. */
const CHUNK_WORDS = 1000;

export interface WordCorpus {
  /** Most frequent first; of equals the one seen first. */
  readonly words: readonly string[];
  readonly counts: Uint32Array;
  /** The text in numbers of words, without the words that are too rare. */
  readonly ids: Int32Array<SharedArrayBuffer>;
  /** Chunk c is `ids` from `starts[c]` to `starts[c + 1]`. */
  readonly starts: Int32Array<SharedArrayBuffer>;
}

/** Numbers the words of texts; those seen less than `minCount` times (default 5) are left out, and the text closes over them. */
export function wordCorpus(
  texts: readonly (readonly string[])[],
  { minCount = 5 }: { readonly minCount?: number } = {},
): WordCorpus {
  const counted = new Map<string, number>();
  for (const text of texts) for (const word of text) counted.set(word, (counted.get(word) ?? 0) + 1);
  const known = [...counted].filter(([, count]) => count >= minCount).sort(([, a], [, b]) => b - a);
  const numbers = new Map(known.map(([word], id) => [word, id]));
  const ids: number[] = [];
  const starts: number[] = [0];
  for (const text of texts) {
    for (const word of text) {
      const id = numbers.get(word);
      if (id === undefined) continue;
      ids.push(id);
      if (ids.length - starts[starts.length - 1] === CHUNK_WORDS) starts.push(ids.length);
    }
    if (starts[starts.length - 1] < ids.length) starts.push(ids.length);
  }
  return {
    words: known.map(([word]) => word),
    counts: Uint32Array.from(known, ([, count]) => count),
    ids: shared(ids),
    starts: shared(starts),
  };
}

function shared(values: readonly number[]): Int32Array<SharedArrayBuffer> {
  const array = new Int32Array(new SharedArrayBuffer(4 * values.length));
  array.set(values);
  return array;
}
