/** The special tokens that an encoder reads around a text, and the one that hides a token. */

import type { Tokenizer } from '../types.ts';

export interface EncoderFrame {
  /** Stand before and after each text. */
  readonly start: readonly number[];
  readonly end: readonly number[];
  /** The token that hides another, with its spelling. */
  readonly mask?: { readonly id: number; readonly name: string };
}

/** Spellings of BERT, then of RoBERTa. */
const STARTS = ['[CLS]', '<s>'];
const ENDS = ['[SEP]', '</s>'];
export const MASKS = ['[MASK]', '<mask>'];

/** The frame of a vocabulary, by the names of its special tokens; one trained here has its end of text on both sides. */
export function encoderFrame({
  specialTokens,
  eosId,
}: Pick<Tokenizer, 'specialTokens' | 'eosId'>): EncoderFrame {
  const idOf = (names: readonly string[]): number | undefined =>
    names.map((name) => specialTokens.get(name)).find((id) => id !== undefined);
  const ids = (id: number | undefined): number[] => (id === undefined ? [] : [id]);
  const [start, end] = [idOf(STARTS), idOf(ENDS)];
  const isFramed = start !== undefined && end !== undefined;
  const name = MASKS.find((each) => specialTokens.has(each));
  return {
    start: ids(isFramed ? start : eosId),
    end: ids(isFramed ? end : eosId),
    ...(name !== undefined && { mask: { id: specialTokens.get(name)!, name } }),
  };
}
