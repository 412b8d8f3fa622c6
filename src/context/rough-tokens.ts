/** A measure of text where no tokenizer is at hand. */

const PIECE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[^\P{L}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+|\p{N}+|[^\s\p{L}\p{N}]/gu;

/** Counts as a tokenizer does, in its place: words, numbers and marks are one each, Han characters and kana one by one. */
export const roughTokens = {
  /** The place of each piece. */
  encode: (text: string): number[] => Array.from(text.matchAll(PIECE), ({ index }) => index),
};
