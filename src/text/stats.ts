/** How well a tokenizer fits a text. */

import type { Tokenizer } from '../types.ts';
import type { SavableTokenizer } from './save.ts';
import { eachSegment } from './segments.ts';

export interface TokenizerStats {
  /** Unicode code points of the text. */
  readonly characters: number;
  /** Bytes of the text in UTF-8. */
  readonly bytes: number;
  readonly tokens: number;
  readonly charactersPerToken: number;
  readonly bytesPerToken: number;
  readonly tokensPerCharacter: number;
  /** Tokens over words, which are those of Unicode's word breaks, in Chinese by the dictionary of the platform. */
  readonly tokensPerWord: number;
  /** Tokens that hold only a part of a character. */
  readonly fragments: number;
  /** Characters that the vocabulary lacks and that were spelled by fallback bytes. */
  readonly unknownCharacters: number;
  /** Tokens that spell one byte of such a character, as a share of all. */
  readonly fallbackShare: number;
  /** Unknown tokens: text that is lost. */
  readonly unknownTokens: number;
  /** Different ids used, and the share of the vocabulary that they are. */
  readonly distinctTokens: number;
  readonly vocabUsed: number;
  /** The longest tokens of the text, in characters, with the longest first. */
  readonly longestTokens: readonly string[];
}

const LONGEST = 5;
/** Words are counted on so many code units of a longer text. */
const WORD_UNITS = 1_000_000;

/** Counts over one text; ratios are 0 for an empty one. */
export function tokenizerStats(tokenizer: Tokenizer, text: string): TokenizerStats {
  const ids = tokenizer.encode(text);
  const { isFallback, unknownId } = tokenizer as Partial<SavableTokenizer>;
  const whole = new TextDecoder('utf-8', { fatal: true });
  /** Per id: 1 = part of a character, 2 = first byte of an unknown character, 4 = any byte of one. */
  const kinds = new Map<number, number>();
  let bytes = 0;
  let fragments = 0;
  let unknownCharacters = 0;
  let unknownTokens = 0;
  let fallback = 0;
  const texts = new Map<number, string>();
  for (const id of ids) {
    let kind = kinds.get(id);
    const token = kind === undefined ? tokenizer.tokenBytes(id) : undefined;
    if (kind === undefined) {
      kind = 0;
      try {
        const spelled = whole.decode(token);
        if (!isFallback?.(id)) texts.set(id, spelled);
      } catch {
        kind |= 1;
      }
      if (isFallback?.(id)) kind |= 4;
      if (kind & 4 && (token![0] & 0xc0) !== 0x80) kind |= 2;
      kinds.set(id, kind);
    }
    if (kind & 1) fragments++;
    if (kind & 2) unknownCharacters++;
    if (kind & 4) fallback++;
    if (id === unknownId) unknownTokens++;
  }
  bytes = new TextEncoder().encode(text).length;
  let characters = 0;
  for (const _ of text) characters++;
  const lengths = [...texts.values()].map((token) => ({ token, length: Array.from(token).length }));
  const tokensIn = text.length > WORD_UNITS ? tokenizer.encode(text.slice(0, WORD_UNITS)).length : ids.length;
  const words = countWords(text.slice(0, WORD_UNITS));
  const per = (count: number): number => (ids.length === 0 ? 0 : count / ids.length);
  return {
    characters,
    bytes,
    tokens: ids.length,
    charactersPerToken: per(characters),
    bytesPerToken: per(bytes),
    tokensPerCharacter: characters === 0 ? 0 : ids.length / characters,
    tokensPerWord: words === 0 ? 0 : tokensIn / words,
    fragments,
    unknownCharacters,
    fallbackShare: per(fallback),
    unknownTokens,
    distinctTokens: kinds.size,
    vocabUsed: kinds.size / tokenizer.vocabSize,
    longestTokens: lengths
      .sort((a, b) => b.length - a.length)
      .slice(0, LONGEST)
      .map(({ token }) => token),
  };
}

function countWords(text: string): number {
  const segmenter = new Intl.Segmenter('en', { granularity: 'word' });
  let count = 0;
  eachSegment(segmenter, text, (_, isWordLike) => {
    if (isWordLike) count++;
  });
  return count;
}
