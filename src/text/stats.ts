/** How well a tokenizer fits a text. */

import type { Tokenizer } from '../types.ts';
import type { SavableTokenizer } from './save.ts';

export interface TokenizerStats {
  /** Unicode code points of the text. */
  readonly characters: number;
  /** Bytes of the text in UTF-8. */
  readonly bytes: number;
  readonly tokens: number;
  readonly charactersPerToken: number;
  readonly bytesPerToken: number;
  /** Tokens that hold only a part of a character. */
  readonly fragments: number;
  /** Characters that the vocabulary lacks and that were spelled by fallback bytes. */
  readonly unknownCharacters: number;
  /** Different ids used, and the share of the vocabulary that they are. */
  readonly distinctTokens: number;
  readonly vocabUsed: number;
}

/** Counts over one text; ratios are 0 for an empty one. */
export function tokenizerStats(tokenizer: Tokenizer, text: string): TokenizerStats {
  const ids = tokenizer.encode(text);
  const { isFallback } = tokenizer as Partial<SavableTokenizer>;
  const whole = new TextDecoder('utf-8', { fatal: true });
  /** Per id: 1 = part of a character, 2 = first byte of an unknown character. */
  const kinds = new Map<number, number>();
  let bytes = 0;
  let fragments = 0;
  let unknownCharacters = 0;
  for (const id of ids) {
    let kind = kinds.get(id);
    const token = kind === undefined ? tokenizer.tokenBytes(id) : undefined;
    if (kind === undefined) {
      kind = 0;
      try {
        whole.decode(token);
      } catch {
        kind |= 1;
      }
      if (isFallback?.(id) && (token![0] & 0xc0) !== 0x80) kind |= 2;
      kinds.set(id, kind);
    }
    if (kind & 1) fragments++;
    if (kind & 2) unknownCharacters++;
  }
  bytes = new TextEncoder().encode(text).length;
  let characters = 0;
  for (const _ of text) characters++;
  const per = (count: number): number => (ids.length === 0 ? 0 : count / ids.length);
  return {
    characters,
    bytes,
    tokens: ids.length,
    charactersPerToken: per(characters),
    bytesPerToken: per(bytes),
    fragments,
    unknownCharacters,
    distinctTokens: kinds.size,
    vocabUsed: kinds.size / tokenizer.vocabSize,
  };
}
