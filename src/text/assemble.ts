/** A tokenizer whose tokens are text, from a model of pieces and the parts around it. */

import type { EncodeOptions } from '../types.ts';
import { type AddedToken, createSections, specialTokensOf } from './added-tokens.ts';
import { addedTokensOf } from './bpe-options.ts';
import { byteTokenName } from './characters.ts';
import type { Component } from './components.ts';
import { readCutter } from './cutters.ts';
import { readDecoder } from './decoders.ts';
import { readNormalizer } from './normalizers.ts';
import type { SavableTokenizer } from './save.ts';
import { createTokenDecoder } from './token-decoder.ts';
import type { TokenRow } from './token-table.ts';
import type { ModelEntry } from './tokenizer-file.ts';
import { writeAddedTokens } from './write-bpe.ts';

/** The parts around a model, the components spelled as in `tokenizer.json`. */
export interface TextParts {
  /** Special tokens by name; short for `addedTokens` with `special: true`. */
  readonly specialTokens?: ReadonlyMap<string, number>;
  readonly addedTokens?: readonly AddedToken[];
  /** The special token that ends documents; default: one with a usual name such as `</s>`. */
  readonly eosToken?: string;
  /** Applied first; then `decode` gives the normalized text. Default none. */
  readonly normalizer?: Component;
  /** Cuts text into the pieces that the model splits. Default: the text stays whole. */
  readonly preTokenizer?: Component;
  /** How tokens read. */
  readonly decoder?: Component;
  /** Kept as it came and written back; `encodePairs` uses it. */
  readonly postProcessor?: unknown;
}

/** What a model brings to `assembleTokenizer`. */
export interface PieceModel<Model extends ModelEntry> {
  /** The function's name for errors. */
  readonly where: string;
  /** Every token of the model, special ones too. */
  readonly vocab: Iterable<readonly [spelling: string, id: number]>;
  /** What unknown text becomes. */
  readonly unknownId: number | undefined;
  /** Tokens named `<0x0A>` spell characters that the vocabulary lacks. */
  readonly byteFallback: boolean;
  /** Appends the ids of `text[start, end)`, which is well-formed. */
  readonly encodePiece: (text: string, start: number, end: number, out: number[]) => void;
  readonly entry: () => Model;
}

const byteNames = new Map(Array.from({ length: 256 }, (_, byte) => [byteTokenName(byte), byte]));

/** The byte that a token's name spells, or `undefined`. */
export const byteOf = (spelling: string): number | undefined => byteNames.get(spelling);

/** Ids that no text may become by its spelling: special tokens, the unknown token, fallback bytes. */
export function reservedIds(
  { vocab, unknownId, byteFallback }: Pick<PieceModel<ModelEntry>, 'vocab' | 'unknownId' | 'byteFallback'>,
  parts: TextParts,
): Set<number> {
  const reserved = new Set(
    addedTokensOf(parts).flatMap(({ id, special }) => (special === false ? [] : [id])),
  );
  if (unknownId !== undefined) reserved.add(unknownId);
  if (byteFallback) for (const [spelling, id] of vocab) if (byteNames.has(spelling)) reserved.add(id);
  return reserved;
}

/** Errors: `text/option`, `text/field`, `text/limit`, `text/unsupported`, `text/duplicate-id`, `text/pattern`. */
export function assembleTokenizer<Model extends ModelEntry>(
  model: PieceModel<Model>,
  parts: TextParts,
): SavableTokenizer<Model> {
  const added = addedTokensOf(parts);
  const { specialTokens, eosId } = specialTokensOf(added, parts.eosToken, model.where);
  const normalize = readNormalizer(parts.normalizer);
  const cut = readCutter(parts.preTokenizer);
  const reading = readDecoder(parts.decoder);
  const names = new Set(added.map(({ content }) => content));
  const rows: TokenRow[] = [];
  const fallback = new Set<number>();
  for (const [spelling, id] of model.vocab) {
    const byte = model.byteFallback && reading.bytes ? byteOf(spelling) : undefined;
    if (byte !== undefined) fallback.add(id);
    if (names.has(spelling)) continue;
    rows.push({ id, bytes: byte === undefined ? reading.text(spelling) : Uint8Array.of(byte) });
  }
  const decoder = createTokenDecoder(rows, added, {
    dropFirstSpace: reading.dropsFirstSpace,
    textOf: reading.text,
  });
  const sections = createSections(added, normalize);

  const tokenizer: SavableTokenizer<Model> = {
    vocabSize: decoder.vocabSize,
    specialTokens,
    eosId,
    encode(text: string, { allowSpecial = false }: EncodeOptions = {}) {
      const ids: number[] = [];
      // A lone surrogate is read as U+FFFD, as in UTF-8.
      const wellFormed = text.replace(/\p{Cs}/gu, '\ufffd');
      const piece = (given: string, start: number, end: number): void =>
        model.encodePiece(given, start, end, ids);
      sections(
        wellFormed,
        allowSpecial,
        (part, first) => cut(part, first, piece),
        (token) => ids.push(token.id),
      );
      return ids;
    },
    decode: decoder.decode,
    tokenBytes: decoder.tokenBytes,
    ...(fallback.size > 0 && { isFallback: (id: number) => fallback.has(id) }),
    ...(model.unknownId !== undefined && { unknownId: model.unknownId }),
    postProcessor: parts.postProcessor,
    ...(reading.dropsFirstSpace && { dropsFirstSpace: true }),
    toJSON: () => ({
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: writeAddedTokens(added, tokenizer),
      normalizer: parts.normalizer ?? null,
      pre_tokenizer: parts.preTokenizer ?? null,
      post_processor: parts.postProcessor ?? null,
      decoder: parts.decoder ?? null,
      model: model.entry(),
    }),
  };
  return tokenizer;
}
