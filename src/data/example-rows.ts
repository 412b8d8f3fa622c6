/** Rows that are examples of their own: what one of them holds is in no other, so that a training can be private about each. */

import { createRng } from '../rng.ts';
import { fail } from './errors.ts';
import { IGNORE, type RowSource } from './rows.ts';
import type { TokenSource } from './tokens.ts';

export interface ExampleRowOptions {
  readonly tokens: TokenSource;
  readonly contextLength: number;
  /**
   * With it each document is an example: it stands before the document's first token, and ends it. Without it examples are pieces of
   * `contextLength` + 1 tokens, cut anywhere, of which the last may be shorter.
   */
  readonly eosId?: number;
  readonly seed: number;
}

export interface ExampleRows extends RowSource {
  /** How many there are: row r is of example r mod count. */
  readonly rowsPerEpoch: number;
  /** Mean number of targets of a row. */
  readonly meanLength: number;
  /** Places of the row that count, at most `contextLength`. */
  lengthOf(row: number): number;
}

/**
 * Row r is of example r mod count: all of a document, or of one longer than a row a piece drawn by chance, another each time. Throws
 * `data/too-short` where there is nothing to learn from.
 */
export function exampleRows(options: ExampleRowOptions): ExampleRows {
  const { tokens, contextLength, eosId, seed } = options;
  const starts = eosId === undefined ? undefined : (tokens.starts ?? [0, tokens.length]);
  const pieceSize = contextLength + 1;
  const count = starts ? starts.length - 1 : Math.ceil((tokens.length - 1) / pieceSize);
  if (count < 1) throw fail('data/too-short', { tokens: tokens.length, contextLength });
  // Without an end token the first token of an example is only read.
  const readOnly = eosId === undefined ? 1 : 0;
  const pieces = createRng(seed).split('pieces of examples');
  const placeOf = (row: number): { from: number; length: number; isBegin: boolean } => {
    const example = row % count;
    const begin = starts ? starts[example] : example * pieceSize;
    const end = starts ? starts[example + 1] : Math.min(tokens.length, begin + pieceSize);
    const whole = Math.max(0, end - begin - readOnly);
    if (whole <= contextLength) return { from: begin + readOnly, length: whole, isBegin: true };
    const piece = pieces
      .split(Math.floor(row / 2 ** 32))
      .split(row % 2 ** 32)
      .integer(Math.ceil(whole / contextLength));
    const from = begin + readOnly + piece * contextLength;
    return { from, length: Math.min(contextLength, end - from), isBegin: piece === 0 };
  };
  let total = 0;
  for (let example = 0; example < count; example++) total += placeOf(example).length;
  return {
    contextLength,
    rowsPerEpoch: count,
    meanLength: total / count,
    lengthOf: (row) => placeOf(row).length,
    fill(row, inputs, targets, at) {
      const { from, length, isBegin } = placeOf(row);
      tokens.read(from, length, targets, at);
      if (isBegin && eosId !== undefined) inputs[at] = eosId;
      else tokens.read(from - 1, 1, inputs, at);
      inputs.set(targets.subarray(at, at + Math.max(0, length - 1)), at + 1);
      inputs.fill(eosId ?? 0, at + Math.max(1, length), at + contextLength);
      targets.fill(IGNORE, at + length, at + contextLength);
    },
  };
}
