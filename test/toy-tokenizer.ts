/** Tokenizers of a few chosen tokens, for tests that need to know every token. */

import type { Tokenizer } from '../src/types.ts';

/** A tokenizer with these tokens, text or bytes, and one more id at the end that ends a text. It cuts text greedily. */
export function toyTokenizer(
  tokens: readonly (string | Uint8Array)[],
): Tokenizer & { readonly eosId: number } {
  const bytes = tokens.map((token) => (typeof token === 'string' ? new TextEncoder().encode(token) : token));
  const eosId = tokens.length;
  const concat = (ids: Iterable<number>): Uint8Array =>
    Uint8Array.from([...ids].flatMap((id) => [...(bytes[id] ?? [])]));
  return {
    vocabSize: tokens.length + 1,
    specialTokens: new Map([['<end>', eosId]]),
    eosId,
    encode(text) {
      const ids: number[] = [];
      const rest = new TextEncoder().encode(text);
      for (let at = 0; at < rest.length; ) {
        let best = -1;
        bytes.forEach((token, id) => {
          const fits = token.length > 0 && token.every((byte, i) => rest[at + i] === byte);
          if (fits && (best < 0 || token.length > bytes[best].length)) best = id;
        });
        if (best < 0) throw new Error(`toy tokenizer: no token for byte ${rest[at]}`);
        ids.push(best);
        at += bytes[best].length;
      }
      return ids;
    },
    decode: (ids) => new TextDecoder().decode(concat(ids)),
    tokenBytes: (id) => bytes[id] ?? new Uint8Array(0),
  };
}

/** All 256 bytes as tokens, then the given ones. */
export function byteTokenizer(...more: readonly string[]): Tokenizer & { readonly eosId: number } {
  return toyTokenizer([...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)), ...more]);
}
