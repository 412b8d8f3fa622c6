/** Text from ids that arrive one by one. */

import type { DecodeOptions, Detokenizer, Tokenizer } from '../types.ts';
import type { SavableTokenizer } from './save.ts';

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
  let dropsSpace = (tokenizer as Partial<SavableTokenizer>).dropsFirstSpace ?? false;
  return {
    push(id) {
      const name = names.get(id);
      const bytes = name === undefined ? tokenizer.tokenBytes(id) : encoder.encode(name);
      if (bytes.length === 0) return '';
      const text = utf8.decode(bytes, { stream: true });
      const drops = dropsSpace && text.startsWith(' ');
      dropsSpace = false;
      return drops ? text.slice(1) : text;
    },
    flush: () => utf8.decode(),
  };
}
