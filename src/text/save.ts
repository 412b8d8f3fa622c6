/** Tokenizers as text, and the name by which a checkpoint knows the tokenizer it belongs to. */

import type { Tokenizer } from '../types.ts';
import { fail } from './errors.ts';
import { sha256 } from './sha256.ts';
import type { ModelEntry, TokenizerFile } from './tokenizer-file.ts';

/** A tokenizer that can be written as `tokenizer.json`. Every tokenizer of this room is one. */
export interface SavableTokenizer<Model extends ModelEntry = ModelEntry> extends Tokenizer {
  /** The whole file as plain data; `JSON.stringify(tokenizer)` uses it. */
  toJSON(): TokenizerFile<Model>;
  /** Whether this id spells a single byte of a character that the vocabulary lacks. Absent where that cannot be. */
  isFallback?(id: number): boolean;
  /** The token that stands for text which the vocabulary cannot spell. Absent where there is none. */
  readonly unknownId?: number;
  /** The `post_processor` as it came: what `encodePairs` puts around texts. */
  readonly postProcessor?: unknown;
  /** Every word brings a space before it, which the first of a text gives up (WordPiece). */
  readonly dropsFirstSpace?: boolean;
}

const prints = new WeakMap<Tokenizer, string>();

/** The content of a `tokenizer.json` that Hugging Face tokenizers reads too. Errors: `text/not-savable`. */
export function saveTokenizer(tokenizer: Tokenizer): string {
  if (typeof (tokenizer as Partial<SavableTokenizer>).toJSON !== 'function')
    throw fail('text/not-savable', undefined);
  return `${JSON.stringify(tokenizer, undefined, 1)}\n`;
}

/**
 * SHA-256 of what `saveTokenizer` writes, in hexadecimal: equal for equal tokenizers, and the same as `sha256sum` of
 * the file. Errors: `text/not-savable`.
 */
export function fingerprint(tokenizer: Tokenizer): string {
  let print = prints.get(tokenizer);
  if (print === undefined) {
    print = sha256(new TextEncoder().encode(saveTokenizer(tokenizer)));
    prints.set(tokenizer, print);
  }
  return print;
}
