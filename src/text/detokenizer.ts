/** Text from ids that arrive one by one. */

import type { DecodeOptions, Detokenizer, Tokenizer } from '../types.ts';

/**
 * A streaming decoder: what `push` and `flush` give, joined, equals `decode` of all ids, invalid UTF-8 included, and
 * no part ends inside a character. Special tokens are left out unless `keepSpecial`. Errors of `push`:
 * `text/unknown-id`.
 *
 * @example
 * const detokenizer = createDetokenizer(tokenizer);
 * for (const id of ids) write(detokenizer.push(id));
 * write(detokenizer.flush());
 */
export function createDetokenizer(
  tokenizer: Tokenizer,
  { keepSpecial = false }: DecodeOptions = {},
): Detokenizer {
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
  const encoder = new TextEncoder();
  const names = new Map(keepSpecial ? [...tokenizer.specialTokens].map(([name, id]) => [id, name]) : []);
  return {
    push(id) {
      const name = names.get(id);
      const bytes = name === undefined ? tokenizer.tokenBytes(id) : encoder.encode(name);
      return bytes.length === 0 ? '' : utf8.decode(bytes, { stream: true });
    },
    flush: () => utf8.decode(),
  };
}
