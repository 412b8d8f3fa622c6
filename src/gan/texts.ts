/** Texts of one length as rows of ids: written, taken, cut at their ends. */

import type { Rng } from '../rng.ts';
import { chooseTokens, fromArray, lastingScope, type Tensor } from '../tensor/index.ts';
import type { Reading, Writer } from './writer.ts';

export interface Texts {
  /** One text behind the other; behind its end token a text is filled up with it. */
  readonly ids: Int32Array;
  readonly count: number;
  readonly length: number;
  /** How many tokens of each text were given: what follows is written. Default: none. */
  readonly given?: Int32Array;
}

/** The tokens around a text. */
export interface Ends {
  /** Stands before every text. */
  readonly startId: number;
  /** Ends a text that is shorter than the others; without one none is. */
  readonly endId?: number;
}

export const rowOf = ({ ids, length }: Texts, row: number): Int32Array =>
  ids.subarray(row * length, (row + 1) * length);

/** These of the texts, in this order. */
export function takeTexts(texts: Texts, rows: Int32Array): Texts {
  const { length, given } = texts;
  const ids = new Int32Array(rows.length * length);
  rows.forEach((row, i) => {
    ids.set(rowOf(texts, row), i * length);
  });
  return { ids, count: rows.length, length, ...(given && { given: rows.map((row) => given[row]) }) };
}

/** The numbers below `count`, at most `size` of them at a time. */
export function* rowsInParts(count: number, size: number): Generator<Int32Array> {
  for (let from = 0; from < count; from += size) {
    yield Int32Array.from({ length: Math.min(size, count - from) }, (_, i) => from + i);
  }
}

/** So many of the texts by chance. */
export const drawTexts = (texts: Texts, count: number, rng: Rng): Texts =>
  takeTexts(
    texts,
    Int32Array.from({ length: count }, () => rng.integer(texts.count)),
  );

/** Tokens of each text up to its end token, that included. */
export function textLengths(texts: Texts, endId: number | undefined): Int32Array {
  const lengths = new Int32Array(texts.count).fill(texts.length);
  if (endId === undefined) return lengths;
  return lengths.map((whole, row) => {
    const { [row]: given = 0 } = texts.given ?? [];
    const end = rowOf(texts, row).indexOf(endId, given);
    return end < 0 ? whole : end + 1;
  });
}

/** What was written of each text, without what was given and without end tokens. */
export function writtenIds(texts: Texts, endId: number | undefined): Int32Array[] {
  return Array.from(textLengths(texts, endId), (end, row) => {
    const ids = rowOf(texts, row).subarray(texts.given?.[row] ?? 0, end);
    return ids.at(-1) === endId ? ids.subarray(0, -1) : ids;
  });
}

/** 1 at each place [texts, length] that was written, its end token included; else 0. */
export function writtenPlaces(texts: Texts, endId: number | undefined): Float32Array {
  const places = new Float32Array(texts.ids.length);
  textLengths(texts, endId).forEach((end, row) => {
    places.fill(1, row * texts.length + (texts.given?.[row] ?? 0), row * texts.length + end);
  });
  return places;
}

/** The ids i32 [texts, length] from which each token is guessed: the start token, then all but the last. */
export function readBefore({ ids, count, length }: Texts, startId: number): Tensor<'i32'> {
  const shifted = new Int32Array(ids.length);
  shifted.set(ids.subarray(0, -1), 1);
  for (let row = 0; row < count; row++) shifted[row * length] = startId;
  return fromArray<'i32'>(shifted, [count, length], 'i32');
}

/** Draws the next token of each text from its logits; `place` is that of the token. */
export type Choose = (logits: Tensor, place: number) => Int32Array;

/** From the whole vocabulary, softened by a temperature. */
export function drawIds(rng: Rng, temperature = 1): Choose {
  return (logits) => {
    const [rows, size] = logits.shape;
    const choices = new Float64Array(6 * rows);
    for (let row = 0; row < rows; row++) {
      choices.set([temperature, 0, 1, Number.NEGATIVE_INFINITY, rng.uniform(), size], 6 * row);
    }
    const ids = chooseTokens(logits, choices).data as Int32Array;
    return ids.map((id, row) =>
      id >= 0 ? id : drawExactly(logits, row, { temperature, draw: choices[6 * row + 4] }),
    );
  };
}

/** What the kernel leaves to whoever asked: a draw at a border. Of logits that are no numbers the first: what is learned from it says so. */
function drawExactly(
  { data, shape: [, size] }: Tensor,
  row: number,
  { temperature, draw }: { readonly temperature: number; readonly draw: number },
): number {
  const x = (data as Float32Array).subarray(row * size, (row + 1) * size);
  const most = x.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const weights = Float64Array.from(x, (value) => Math.exp((value - most) / temperature));
  let left = draw * weights.reduce((sum, weight) => sum + weight, 0);
  for (let id = 0; id < size; id++) if ((left -= weights[id]) < 0) return id;
  return Math.max(0, weights.lastIndexOf(1));
}

/** Writes places `from` and after of `ids`; the reading has read all before place `from` − 1, and `begun` are the ids there. */
export function writeOn(
  reading: Reading,
  texts: Texts,
  { from, begun, endId }: { readonly from: number; readonly begun: Int32Array; readonly endId?: number },
  choose: Choose,
): void {
  const { ids, count, length, given } = texts;
  const isOver = new Uint8Array(count);
  begun.forEach((id, row) => {
    if (id === endId && from > (given?.[row] ?? 0)) isOver[row] = 1;
  });
  let last = begun;
  let at = reading;
  // What was read lives until the next token is read, however many there are.
  let memory = lastingScope();
  try {
    for (let place = from; place < length; place++) {
      const before = memory;
      memory = lastingScope();
      const { result, after } = memory.run(() => at.next(last, (logits) => choose(logits, place)));
      before.end();
      last = result.map((id, row) => {
        const isGiven = place < (given?.[row] ?? 0);
        const now = isGiven ? ids[row * length + place] : isOver[row] ? endId! : id;
        if (!isGiven && now === endId) isOver[row] = 1;
        ids[row * length + place] = now;
        return now;
      });
      at = after;
    }
  } finally {
    memory.end();
  }
}

export interface WriteOptions extends Ends {
  readonly count: number;
  readonly length: number;
  readonly choose: Choose;
  /** Texts of which the given tokens are gone on from; as many as `count`. */
  readonly prompts?: Texts;
}

/** Lets a model write. */
export function writeTexts(
  writer: Writer,
  { count, length, startId, endId, choose, prompts }: WriteOptions,
): Texts {
  const { given } = prompts ?? {};
  const ids = given ? prompts!.ids.slice() : new Int32Array(count * length);
  const texts = { ids, count, length, ...(given && { given }) };
  const begun = new Int32Array(count).fill(startId);
  writeOn(writer.begin(count), texts, { from: 0, begun, endId }, choose);
  return texts;
}

/** Logits of a place that are looked at together: 64 MiB. */
const WRITTEN_NUMBERS = 2 ** 24;

/** The same of any number of texts, a part of them at a time. */
export function writeManyTexts(writer: Writer, options: WriteOptions): Texts {
  const { count, length, prompts } = options;
  const ids = new Int32Array(count * length);
  for (const rows of rowsInParts(count, Math.max(1, Math.floor(WRITTEN_NUMBERS / writer.vocabSize)))) {
    const some = prompts && takeTexts(prompts, rows);
    ids.set(writeTexts(writer, { ...options, count: rows.length, prompts: some }).ids, rows[0] * length);
  }
  return { ids, count, length, ...(prompts?.given && { given: prompts.given }) };
}
