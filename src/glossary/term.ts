/** What a word of the glossary is. */

import type { Language } from '../language.ts';

type Words = { readonly [L in Language]: string };

/** A word that the product shows, and what it means. */
export interface Term {
  /** As it is called where it is shown. */
  readonly name: Words;
  /** Other names by which it is found. */
  readonly also: readonly string[];
  /** Two to four sentences. */
  readonly text: Words;
}

/** A table of words; keeps their ids for the compiler. */
export function defineTerms<const Id extends string>(table: { readonly [Name in Id]: Term }) {
  return table;
}
