/** Byte-level byte-pair encoding (Sennrich et al. 2016; Radford et al. 2019). */

import type { DecodeOptions, EncodeOptions, Tokenizer } from '../types.ts';
import { type AddedToken, createSections, specialTokensOf } from './added-tokens.ts';
import { addedTokensOf, type BpeOptions, stagesOf } from './bpe-options.ts';
import { unspellBytes } from './byte-level.ts';
import { fail } from './errors.ts';
import { createMergeRules, type MergeRow } from './merge-rules.ts';
import { createPieceEncoder } from './piece-encoder.ts';
import { createPreTokenizer } from './pre-tokenizer.ts';
import type { SavableTokenizer } from './save.ts';
import { createTokenDecoder } from './token-decoder.ts';
import { createTokenFinder, type TokenRow } from './token-table.ts';
import type { BpeEntry, TokenizerFile } from './tokenizer-file.ts';
import { writeBpe } from './write-bpe.ts';

/**
 * A byte-level BPE tokenizer. Ids equal those of Hugging Face tokenizers with the same vocabulary, merges and
 * pre-tokenizer, without its post-processor. Errors: `text/duplicate-id`, `text/merge`, `text/option`, `text/pattern`.
 *
 * @example
 * const tokenizer = bpeTokenizer({ vocab, merges, specialTokens: new Map([['<|endoftext|>', 0]]) });
 * tokenizer.encode('床前明月光');
 */
export function bpeTokenizer(options: BpeOptions): SavableTokenizer<BpeEntry> {
  const added = addedTokensOf(options);
  const names = new Set(added.map((token) => token.content));
  const special = new Set(added.filter((token) => token.special !== false).map((token) => token.id));
  const rows: TokenRow[] = [];
  for (const [spelling, id] of options.vocab) {
    if (!names.has(spelling)) rows.push({ id, bytes: unspellBytes(spelling) ?? spelling });
  }
  const merges: MergeRow[] = [];
  const idOf = (spelling: string, index: number): number => {
    const id = options.vocab.get(spelling);
    if (id === undefined) throw fail('text/merge', { index, token: spelling });
    return id;
  };
  options.merges.forEach(([left, right], priority) => {
    const row = {
      left: idOf(left, priority),
      right: idOf(right, priority),
      priority,
      id: idOf(left + right, priority),
    };
    // NOTE: no text may become a special token by merging.
    if (!special.has(row.id) && !special.has(row.left) && !special.has(row.right)) merges.push(row);
  });
  return assembleBpe(rows, merges, added, options, (tokenizer) => writeBpe(tokenizer, options));
}

/** A tokenizer from checked parts; `rows` are the ordinary tokens. */
export function assembleBpe(
  rows: readonly TokenRow[],
  merges: readonly MergeRow[],
  added: readonly AddedToken[],
  options: Omit<BpeOptions, 'vocab' | 'merges'>,
  toJSON: (tokenizer: Tokenizer) => TokenizerFile<BpeEntry>,
): SavableTokenizer<BpeEntry> {
  const { specialTokens, eosId } = specialTokensOf(added, options.eosToken, 'bpeTokenizer');
  const decoder = createTokenDecoder(rows, added);
  const { table, vocabSize } = decoder;

  const byteIds = new Int32Array(256).fill(-1);
  for (const { id } of rows) {
    if (table.starts[id + 1] - table.starts[id] === 1) byteIds[table.bytes[table.starts[id]]] = id;
  }
  const rules = createMergeRules(vocabSize, merges);
  const ordinary = rows.map((row) => row.id);
  const findWhole = options.ignoreMerges ? createTokenFinder(table, ordinary) : undefined;
  const encodePiece = createPieceEncoder({ byteIds, rules, findWhole });
  const preTokenizer = createPreTokenizer(stagesOf(options.pattern, options.addPrefixSpace));
  const { normalizer } = options;

  const sections = createSections(added, normalizer ? (text) => text.normalize(normalizer) : undefined);

  function encode(text: string, { allowSpecial = false }: EncodeOptions = {}): number[] {
    const ids: number[] = [];
    const onPiece = (piece: string, start: number, end: number): void => encodePiece(piece, start, end, ids);
    sections(
      text,
      allowSpecial,
      (part) => preTokenizer.pieces(part, onPiece),
      (token) => ids.push(token.id),
    );
    return ids;
  }

  const tokenizer: SavableTokenizer<BpeEntry> = {
    vocabSize,
    specialTokens,
    eosId,
    encode,
    decode: (ids: Iterable<number>, decodeOptions?: DecodeOptions) => decoder.decode(ids, decodeOptions),
    tokenBytes: decoder.tokenBytes,
    postProcessor: options.postProcessor,
    toJSON: () => toJSON(tokenizer),
  };
  return tokenizer;
}
