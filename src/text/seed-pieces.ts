/**
 * What Unigram training starts from (SentencePiece): every character, and every substring that occurs in at least two
 * places with different continuations, the inner nodes of the suffix tree. Words count once here, whatever their
 * frequency; a word's end counts as a character, as in SentencePiece and Hugging Face tokenizers.
 */

export interface SeedOptions {
  /** Longest piece, in characters. */
  readonly maxPieceLength: number;
  /** At most so many pieces: the characters, then those with the largest frequency times length. */
  readonly seedSize: number;
  /** A substring of several characters must occur in so many places. */
  readonly minFrequency: number;
}

/** Pieces with their weights, in order. */
export type SeedPieces = readonly (readonly [piece: string, weight: number])[];

/** Compares two texts by code points, where UTF-16 order would put U+E000 behind the supplementary planes. */
function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; ) {
    const left = a.codePointAt(i)!;
    const right = b.codePointAt(i)!;
    if (left !== right) return left - right;
    i += left > 0xffff ? 2 : 1;
  }
  return a.length - b.length;
}

/** Sorts the suffixes of `text` by their first `depth` symbols: prefix doubling (Manber & Myers 1990) with radix sorts. */
function sortSuffixes(text: Int32Array, depth: number): Int32Array {
  const { length } = text;
  const dense = new Map([...new Set(text)].sort((a, b) => a - b).map((symbol, i) => [symbol, i + 1]));
  let ranks = Int32Array.from(text, (symbol) => dense.get(symbol)!);
  const order = new Int32Array(length);
  const other = new Int32Array(length);
  const counts = new Int32Array(Math.max(length, dense.size) + 2);
  /** Stable: `from` in the order of the ranks `width` further on, into `to`. */
  const pass = (from: Int32Array, to: Int32Array, width: number): void => {
    const rank = (at: number): number => (at + width < length ? ranks[at + width] : 0);
    counts.fill(0);
    for (let i = 0; i < length; i++) counts[rank(from[i]) + 1]++;
    for (let i = 1; i < counts.length; i++) counts[i] += counts[i - 1];
    for (let i = 0; i < length; i++) to[counts[rank(from[i])]++] = from[i];
  };
  for (let i = 0; i < length; i++) other[i] = i;
  pass(other, order, 0);
  for (let width = 1; width < depth; width *= 2) {
    pass(order, other, width);
    pass(other, order, 0);
    const next = new Int32Array(length);
    const after = (at: number): number => (at + width < length ? ranks[at + width] : 0);
    let rank = 0;
    for (let i = 0; i < length; i++) {
      const at = order[i];
      const before = i === 0 ? -1 : order[i - 1];
      if (i === 0 || ranks[at] !== ranks[before] || after(at) !== after(before)) rank++;
      next[at] = rank;
    }
    ranks = next;
    if (rank === length) break;
  }
  return order;
}

/** The seed of `words` and how often each occurs. */
export function seedPieces(words: ReadonlyMap<string, number>, options: SeedOptions): SeedPieces {
  const { maxPieceLength, seedSize, minFrequency } = options;
  const characters = new Map<string, number>();
  let units = 0;
  for (const word of words.keys()) units += word.length + 1;
  const text = new Int32Array(units);
  let length = 0;
  for (const [word, count] of words) {
    for (const character of word) {
      const codePoint = character.codePointAt(0)!;
      text[length++] = codePoint;
      if (codePoint !== 0) characters.set(character, (characters.get(character) ?? 0) + count);
    }
    text[length++] = 0;
  }
  const singles = [...characters].sort((a, b) => b[1] - a[1] || compareCodePoints(b[0], a[0]));
  const longer: [string, number][] = [];
  eachRepeat(text.subarray(0, length), maxPieceLength, (start, size, frequency) => {
    if (size < 2 || frequency < minFrequency) return;
    const piece = text.subarray(start, start + size);
    if (!piece.includes(0)) longer.push([String.fromCodePoint(...piece), frequency * size]);
  });
  longer.sort((a, b) => b[1] - a[1] || compareCodePoints(b[0], a[0]));
  return [...singles, ...longer.slice(0, Math.max(1, seedSize - singles.length))];
}

/** Calls `visit` for each inner node of the suffix tree of at most `depth` symbols: where, how long, how often. */
function eachRepeat(
  text: Int32Array,
  depth: number,
  visit: (start: number, size: number, frequency: number) => void,
): void {
  const order = sortSuffixes(text, depth + 1);
  const { length } = text;
  /** Symbols that two neighbours share, `depth + 1` at most. */
  const shared = (a: number, b: number): number => {
    let size = 0;
    while (size <= depth && a + size < length && b + size < length && text[a + size] === text[b + size])
      size++;
    return size;
  };
  // The open nodes, from short to long: their length and the first suffix below them.
  const sizes: number[] = [];
  const firsts: number[] = [];
  for (let i = 1; i <= length; i++) {
    const size = i < length ? shared(order[i - 1], order[i]) : 0;
    let first = i - 1;
    while (sizes.length > 0 && sizes[sizes.length - 1] > size) {
      const closed = sizes.pop()!;
      first = firsts.pop()!;
      if (closed <= depth) visit(order[first], closed, i - first);
    }
    if (size > 0 && sizes[sizes.length - 1] !== size) {
      sizes.push(size);
      firsts.push(first);
    }
  }
}
