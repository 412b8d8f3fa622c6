/**
 * All n-grams of a text up to an order, with counts: those that begin alike stand together, so that what may follow a context
 * is one row. Made by counting sorts, in time that is linear in the text.
 */

/** The n-grams of one order. A gram's number is its place here. */
export interface NgramOrder {
  /** The row of the context with number c: grams `starts[c]` to `starts[c + 1]`. Unigrams are one row. */
  readonly starts: Uint32Array;
  /** The last token of each gram, ascending within a row. */
  readonly tokens: Uint32Array;
  /**
   * Of the longest grams, how often each occurs; of the others, how many different tokens stand before it, which is what it
   * adds to a longer gram that was never seen (Kneser and Ney 1995). Nothing stands before a gram that begins a text: that
   * one keeps its count.
   */
  readonly counts: Uint32Array;
}

export interface NgramTableOptions {
  /** Tokens of the longest grams; at least 1. */
  readonly order: number;
  readonly vocabSize: number;
  /** Stands behind each text. No gram reaches over it, and those that begin a text begin with it. */
  readonly eosId?: number | undefined;
}

/** Entry n − 1 holds the n-grams of `ids`. */
export function countNgramTable(
  ids: ArrayLike<number>,
  { order, vocabSize, eosId }: NgramTableOptions,
): NgramOrder[] {
  // The first text begins as all others do.
  const before = eosId === undefined ? 0 : 1;
  const text = new Uint32Array(before + ids.length);
  if (eosId !== undefined) text[0] = eosId;
  text.set(ids, before);
  /** The first place that a gram ending here may hold. */
  const begins = new Uint32Array(text.length);
  for (let i = 1; i < text.length; i++) begins[i] = text[i - 1] === eosId ? i - 1 : begins[i - 1];

  // Sorted by token once; a stable sort by context then gives the order of context and token.
  let places = countingSort(
    Uint32Array.from({ length: ids.length }, (_, i) => before + i),
    text,
    vocabSize,
  );
  const orders: NgramOrder[] = [unigrams(text.subarray(before), vocabSize)];
  /** The number of the gram that ends at each place: a unigram's is its token. */
  let numbers = text;
  /** A place where each gram ends. */
  let ends = new Uint32Array();
  for (let n = 2; n <= order; n++) {
    places = wholeGrams(places, begins, n);
    const shorter = orders[n - 2];
    const contexts = numbers;
    const contextCount = shorter.tokens.length;
    const found = groupGrams(countingSort(places, contexts, contextCount, 1), contexts, text);
    const counts = new Uint32Array(shorter.counts.length);
    for (const end of found.ends) counts[numbers[end]]++;
    for (let gram = 0; gram < ends.length; gram++) {
      if (text[ends[gram] - n + 2] === eosId) counts[gram] = shorter.counts[gram];
    }
    orders[n - 2] = { ...shorter, counts };
    orders.push({
      starts: rowStarts(found.ends, contexts, contextCount),
      tokens: found.ends.map((end) => text[end]),
      counts: found.counts,
    });
    ({ numbers, ends } = found);
  }
  return orders;
}

/** Every token is a unigram, seen or not. */
function unigrams(text: Uint32Array, vocabSize: number): NgramOrder {
  const counts = new Uint32Array(vocabSize);
  for (const token of text) counts[token]++;
  return {
    starts: Uint32Array.of(0, vocabSize),
    tokens: Uint32Array.from({ length: vocabSize }, (_, token) => token),
    counts,
  };
}

/** The places at which n tokens of one text end. */
function wholeGrams(places: Uint32Array, begins: Uint32Array, n: number): Uint32Array {
  const whole = new Uint32Array(places.length);
  let count = 0;
  for (const place of places) if (place + 1 >= begins[place] + n) whole[count++] = place;
  return whole.slice(0, count);
}

/** The places in the order of the keys that stand `back` before them, which are below `limit`; equal keys stay in order. */
function countingSort(places: Uint32Array, keys: Uint32Array, limit: number, back = 0): Uint32Array {
  const next = new Uint32Array(limit + 1);
  for (const place of places) next[keys[place - back] + 1]++;
  for (let key = 1; key <= limit; key++) next[key] += next[key - 1];
  const sorted = new Uint32Array(places.length);
  for (const place of places) sorted[next[keys[place - back]]++] = place;
  return sorted;
}

/** Numbers the grams that end at places sorted by context and token; a context ends one place before. */
function groupGrams(sorted: Uint32Array, contexts: Uint32Array, text: Uint32Array) {
  const numbers = new Uint32Array(text.length);
  const ends = new Uint32Array(sorted.length);
  const counts = new Uint32Array(sorted.length);
  let grams = 0;
  let [context, token] = [-1, -1];
  for (const place of sorted) {
    if (contexts[place - 1] !== context || text[place] !== token) {
      ends[grams++] = place;
      [context, token] = [contexts[place - 1], text[place]];
    }
    counts[grams - 1]++;
    numbers[place] = grams - 1;
  }
  return { numbers, ends: ends.slice(0, grams), counts: counts.slice(0, grams) };
}

/** Where the row of each context begins, and at the end how many grams there are. */
function rowStarts(ends: Uint32Array, contexts: Uint32Array, contextCount: number): Uint32Array {
  const starts = new Uint32Array(contextCount + 1);
  for (const end of ends) starts[contexts[end - 1] + 1]++;
  for (let context = 1; context <= contextCount; context++) starts[context] += starts[context - 1];
  return starts;
}

/** The number of a gram among those of its order: its context's number and its last token. */
export function findGram({ starts, tokens }: NgramOrder, context: number, token: number): number | undefined {
  let [low, high] = [starts[context], starts[context + 1]];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tokens[middle] < token) low = middle + 1;
    else high = middle;
  }
  return low < starts[context + 1] && tokens[low] === token ? low : undefined;
}
