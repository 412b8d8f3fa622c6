/** Special tokens as values: a prompt is made of text and of tokens that no text can spell. */

import type { Tokenizer } from '../types.ts';
import { fail } from './errors.ts';

/** One special token, by name. Made by `special`; a string is never taken for one. */
export interface SpecialToken {
  readonly special: string;
}

/** The special token `name`, for `encodeParts`. */
export const special = (name: string): SpecialToken => ({ special: name });

/**
 * The ids of texts and special tokens in a row. Errors: `text/special-unknown`.
 *
 * @example
 * encodeParts(tokenizer, [special('<|user|>'), question, special('<|end|>')]);
 */
export function encodeParts(tokenizer: Tokenizer, parts: readonly (string | SpecialToken)[]): number[] {
  const ids: number[] = [];
  for (const part of parts) {
    if (typeof part === 'string') {
      for (const id of tokenizer.encode(part)) ids.push(id);
      continue;
    }
    const id = tokenizer.specialTokens.get(part.special);
    if (id === undefined) {
      throw fail('text/special-unknown', {
        name: part.special,
        known: [...tokenizer.specialTokens.keys()].slice(0, 8).join(', '),
      });
    }
    ids.push(id);
  }
  return ids;
}
