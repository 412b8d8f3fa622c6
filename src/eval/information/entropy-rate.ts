/** Two estimates of the entropy rate of a text that look further back than blocks can: by matches, and a bound from above. */

import { createRepetitionIndex, type Ids } from '../../repeat/index.ts';
import { ngramModel } from '../baseline/kneser-ney.ts';
import { checkInteger } from '../errors.ts';

/**
 * Bits a symbol from the lengths of matches with the past: 1/h = mean of Λᵢ/log2 i, where Λᵢ is one more than the longest run
 * ending at the i-th place that was seen before. Right in the limit for any stationary ergodic source, slow to get there: the error
 * falls like 1/log n. Grassberger 1989; Kontoyiannis et al., "Nonparametric entropy estimation for stationary processes", 1998
 * (the estimator with a growing window, read backwards in time). Rows are read one
 * after another. `undefined` for fewer than 2 symbols.
 */
export function matchLengthRate(rows: readonly Ids[]): number | undefined {
  const index = createRepetitionIndex();
  let sum = 0;
  let places = 0;
  rows.forEach((row, r) => {
    for (let i = 0; i < row.length; i++) {
      const longest = index.push(row[i]);
      if (index.length === 1) continue;
      sum += (longest + 1) / Math.log2(index.length);
      places++;
    }
    // An end of its own that matches nothing; it is not measured.
    if (r < rows.length - 1) index.push(MOST_ID - r);
  });
  return places === 0 ? undefined : places / sum;
}

/** The greatest id that the index takes. */
const MOST_ID = 2 ** 29 - 1;

export interface HeldOutRate {
  /** Bits a symbol that the model needs for the part it did not see. */
  readonly bits: number;
  readonly order: number;
  /** Symbols it was counted on, and symbols measured. */
  readonly counted: number;
  readonly measured: number;
}

export interface HeldOutRateOptions {
  /** Symbols of the longest grams of the model. Default 5. */
  readonly order?: number;
  /** The share at the end of each text that is held out. Default 0.1. */
  readonly share?: number;
  /** Symbols measured at most, from the beginning of what is held out. Default 20,000. */
  readonly most?: number;
}

/**
 * What a model that counts (interpolated Kneser–Ney) needs for the end of each text when it has read the beginnings. Any model's
 * cross-entropy is at least the entropy rate of the source, so this is an upper bound of it, up to chance in what is held out.
 * A symbol never seen before counts as one kind, so the bits of spelling it out are not in it. `undefined` if too short.
 */
export function heldOutRate(
  rows: readonly Ids[],
  { order = 5, share = 0.1, most = 20_000 }: HeldOutRateOptions = {},
): HeldOutRate | undefined {
  checkInteger('heldOutRate', 'order', order, 1);
  const parts = rows.map((row) => {
    const border = row.length - Math.floor(row.length * share);
    return { row, border };
  });
  const seen = new Map<number, number>();
  /** 0 ends a text, 1 is any symbol that was not seen. */
  const text: number[] = [];
  for (const { row, border } of parts) {
    for (let i = 0; i < border; i++) {
      if (!seen.has(row[i])) seen.set(row[i], seen.size + 2);
      text.push(seen.get(row[i])!);
    }
    text.push(0);
  }
  if (text.length === rows.length) return undefined;
  const model = ngramModel(text, { order, vocabSize: seen.size + 2, eosId: 0 });
  let bits = 0;
  let measured = 0;
  for (const { row, border } of parts) {
    for (let i = border; i < row.length && measured < most; i++, measured++) {
      const context: number[] = [];
      for (let k = Math.max(0, i - order + 1); k < i; k++) context.push(seen.get(row[k]) ?? 1);
      bits -= model.logProbability(context, seen.get(row[i]) ?? 1) / Math.LN2;
    }
  }
  if (measured === 0) return undefined;
  return { bits: bits / measured, order, counted: text.length - rows.length, measured };
}
