/** From ids back to bytes and text, for every kind of tokenizer of this room. */

import type { DecodeOptions } from '../types.ts';
import type { AddedToken } from './added-tokens.ts';
import { fail } from './errors.ts';
import { limits } from './limits.ts';
import { createTokenTable, type TokenRow, type TokenTable } from './token-table.ts';

/** Decoding of one vocabulary. */
export interface TokenDecoder {
  readonly vocabSize: number;
  readonly table: TokenTable;
  decode(ids: Iterable<number>, options?: DecodeOptions): string;
  tokenBytes(id: number): Uint8Array;
}

export interface TokenDecoderOptions {
  /** Text that begins with a space gives it up. Default false. */
  readonly dropFirstSpace?: boolean;
  /** How added tokens read that are no special ones. Default: as they are spelled. */
  readonly textOf?: (content: string) => string;
}

const ABSENT = 0;
const ORDINARY = 1;
const SPECIAL = 2;
const SPACE = 0x20;

/**
 * Checks that every id is a whole number in range and has one token, and builds the decoder. `vocabSize` is the
 * largest id plus one. Errors: `text/option`, `text/limit`, `text/duplicate-id`; later `text/unknown-id`.
 */
export function createTokenDecoder(
  rows: readonly TokenRow[],
  added: readonly AddedToken[],
  { dropFirstSpace = false, textOf = (content) => content }: TokenDecoderOptions = {},
): TokenDecoder {
  const all: TokenRow[] = [
    ...rows,
    ...added.map(({ id, content, special }) => ({
      id,
      bytes: special === false ? textOf(content) : content,
    })),
  ];
  const contents = new Set(added.map((token) => token.content));
  if (contents.size < added.length || contents.has('')) {
    throw fail('text/field', {
      where: 'added_tokens',
      must: 'tokens that differ and are not empty',
      got: [...contents],
    });
  }
  let vocabSize = 0;
  for (const { id, bytes } of all) {
    if (bytes.length === 0)
      throw fail('text/field', { where: 'vocab', must: 'tokens that are not empty', got: '' });
    if (!Number.isInteger(id) || id < 0) {
      throw fail('text/field', { where: 'id', must: 'a whole number, 0 or larger', got: id });
    }
    if (id >= limits.vocabSize) {
      throw fail('text/limit', { where: 'vocab', what: 'id', limit: limits.vocabSize - 1, got: id });
    }
    vocabSize = Math.max(vocabSize, id + 1);
  }
  if (vocabSize === 0) throw fail('text/field', { where: 'vocab', must: 'at least one token', got: 0 });
  const kinds = new Uint8Array(vocabSize);
  const nameOf = (row: TokenRow): string =>
    typeof row.bytes === 'string' ? row.bytes : new TextDecoder().decode(row.bytes);
  for (const row of all) {
    if (kinds[row.id] !== ABSENT) {
      const first = all.find((other) => other.id === row.id)!;
      throw fail('text/duplicate-id', { id: row.id, first: nameOf(first), second: nameOf(row) });
    }
    kinds[row.id] = ORDINARY;
  }
  for (const { id, special } of added) if (special !== false) kinds[id] = SPECIAL;
  const table = createTokenTable(vocabSize, all);
  const { bytes, starts } = table;
  // NOTE: `ignoreBOM` keeps U+FEFF in the text; without it the decoder would swallow one at the start.
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

  const kindOf = (id: number): number => {
    const kind = kinds[id];
    if (!kind) throw fail('text/unknown-id', { id, vocabSize });
    return kind;
  };

  return {
    vocabSize,
    table,
    decode(ids, { keepSpecial = false } = {}) {
      let out = new Uint8Array(1024);
      let length = 0;
      for (const id of ids) {
        if (kindOf(id) === SPECIAL && !keepSpecial) continue;
        const end = starts[id + 1];
        if (length + end - starts[id] > out.length) {
          const larger = new Uint8Array((out.length + end - starts[id]) * 2);
          larger.set(out);
          out = larger;
        }
        for (let i = starts[id]; i < end; i++) out[length++] = bytes[i];
      }
      return utf8.decode(out.subarray(dropFirstSpace && length > 0 && out[0] === SPACE ? 1 : 0, length));
    },
    tokenBytes: (id) =>
      kindOf(id) === SPECIAL ? new Uint8Array(0) : bytes.slice(starts[id], starts[id + 1]),
  };
}
