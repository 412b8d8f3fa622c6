/** Captions as a model reads and writes them: a tokenizer learnt from them, and the language each begins with. */

import type { Language } from '../language.ts';
import { div, fromArray, mul, sum, type Tensor } from '../tensor/index.ts';
import { patternSources, type SavableTokenizer, trainBpe } from '../text/index.ts';
import type { Tokenizer } from '../types.ts';
import { limits } from './limits.ts';

const END = '<|endoftext|>';
/** Stand before a caption: so that a model that knows both languages can be told which to write. */
const LANGUAGE_TOKENS: { readonly [L in Language]: string } = { en: '<|en|>', zh: '<|zh|>' };
/** Each Chinese character by itself: whole phrases as single tokens would teach nothing about phrases that were never seen. */
const PIECES = [{ pattern: '[\\u3400-\\u9fff]' }, { pattern: patternSources.gpt2 }];
/** Enough for every word of small sets; of large ones, pieces of words. */
const VOCABULARY = 2000;

export function captionTokenizer(
  captions: Iterable<string>,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<SavableTokenizer> {
  const specialTokens = [END, ...Object.values(LANGUAGE_TOKENS)];
  return trainBpe(captions, { vocabSize: VOCABULARY, specialTokens, eosToken: END, pattern: PIECES, signal });
}

/** Chinese where there is a Chinese character, else English. */
export const languageOf = (text: string): Language => (/\p{Script=Han}/u.test(text) ? 'zh' : 'en');

/** The token that captions of a language begin with. */
export const languageToken = ({ specialTokens }: Tokenizer, language: Language): number =>
  specialTokens.get(LANGUAGE_TOKENS[language])!;

/** Whether a tokenizer has the tokens that captions need. */
export const knowsCaptions = ({ specialTokens, eosId }: Tokenizer): boolean =>
  eosId !== undefined && Object.values(LANGUAGE_TOKENS).every((token) => specialTokens.has(token));

/** A caption's ids: its language, its text, and the end where it is not too long; at most `limits.captionTokens`. */
export function captionIds(tokenizer: Tokenizer, text: string): number[] {
  const ids = [languageToken(tokenizer, languageOf(text)), ...tokenizer.encode(text), tokenizer.eosId!];
  return ids.slice(0, limits.captionTokens);
}

/** Rows of ids as one block [rows, longest], padded behind. */
export function idRows(rows: readonly (readonly number[])[], padding: number): Tensor<'i32'> {
  const longest = Math.max(...rows.map(({ length }) => length));
  const ids = new Int32Array(rows.length * longest).fill(padding);
  rows.forEach((row, i) => {
    ids.set(row, i * longest);
  });
  return fromArray<'i32'>(ids, [rows.length, longest], 'i32');
}

/** The mean of the states [B, T, D] of each caption's own tokens, without the padding behind: [B, D]. */
export function tokenMeans(states: Tensor, lengths: readonly number[]): Tensor {
  const [batch, longest] = states.shape;
  const isToken = Float32Array.from({ length: batch * longest }, (_, i) =>
    i % longest < lengths[Math.floor(i / longest)] ? 1 : 0,
  );
  const total = sum(mul(states, fromArray(isToken, [batch, longest, 1], 'f32')), { axis: 1 });
  return div(total, fromArray(Float32Array.from(lengths), [batch, 1], 'f32'));
}
