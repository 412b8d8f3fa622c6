/** The longest piece of a text that fits into a number of tokens, in a few calls of the tokenizer. */

import type { Tokenizer } from '../types.ts';

/** How many tokens a piece of text is. */
export type TokenCounter = (text: string) => number;

/** Counts with a tokenizer. */
export const tokenCounter =
  (tokenizer: Pick<Tokenizer, 'encode'>): TokenCounter =>
  (text) =>
    tokenizer.encode(text).length;

/** A piece that fits: how many UTF-16 units, and how many tokens they are. */
export interface Fit {
  readonly units: number;
  readonly tokens: number;
}

/** Trials by proportion; the ones after them halve the range, until it is empty. */
const GUESSES = 8;
/** A guess aims so many tokens past what is enough. */
const AIM = 0.5;

/**
 * A search for pieces of at most `budget` tokens. `take(units)` is the piece of that length, from a fixed place forwards
 * or backwards; it may be one unit shorter, to keep a pair of surrogates together. The piece found is full (`share` of the
 * budget or more), or all there is (`most` units), or one code point more does not fit. Zero units: not even one does.
 */
export function fitFinder(
  count: TokenCounter,
  share = 1,
): (take: (units: number) => string, most: number, budget: number) => Fit {
  /** Units of a token, as the pieces so far had them. */
  let density = 3;
  return (take, most, budget) => {
    let fits: Fit = { units: 0, tokens: 0 };
    let over: Fit = { units: most + 1, tokens: Number.POSITIVE_INFINITY };
    let next = Math.ceil(budget * density);
    for (let trial = 0; over.units - fits.units > 1; trial++) {
      if (trial >= GUESSES) next = (fits.units + over.units) >> 1;
      next = Math.max(fits.units + 1, Math.min(next, over.units - 1));
      let piece = take(next);
      if (piece.length <= fits.units) {
        if (next + 1 >= over.units) break;
        piece = take(next + 1);
      }
      const tokens = count(piece);
      if (tokens > budget) over = { units: piece.length, tokens };
      else {
        fits = { units: piece.length, tokens };
        if (tokens >= share * budget) break;
      }
      const perToken =
        over.tokens === Number.POSITIVE_INFINITY
          ? fits.units / Math.max(1, fits.tokens)
          : (over.units - fits.units) / Math.max(1, over.tokens - fits.tokens);
      next = fits.units + Math.ceil((share * budget - fits.tokens + AIM) * perToken);
    }
    if (fits.tokens > 0) density = fits.units / fits.tokens;
    return fits;
  };
}
