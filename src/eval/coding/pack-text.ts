/** A text packed with the probabilities of a language model: lossless, and as short as the model is good. */

import type { LanguageModel, Tokenizer } from '../../types.ts';
import { checkInteger, fail } from '../errors.ts';
import { decodeTokens, encodeTokens } from './code-tokens.ts';
import { packedLimits, readPackedFile, shortHash, writePackedFile } from './packed-file.ts';
import { type CodedPiece, textOfPieces, textPieces } from './text-pieces.ts';

/** What packs and unpacks: both sides need the same. */
export interface Packer {
  readonly model: LanguageModel;
  readonly tokenizer: Tokenizer;
  /** Read before the text. */
  readonly prefixIds?: readonly number[];
  /** Of the weights, the tokenizer and all else that decides the probabilities: `shortHash`. */
  readonly hash: Uint8Array;
  /** What the model is called, and what computes it here: kernels, threads. Only errors show them. */
  readonly name: string;
  readonly engine?: string;
}

export interface PackOptions {
  /** See `TokenCoderOptions`. Default: one for every 16 contexts of tokens, 32 at most. */
  readonly lanes?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface PackedText {
  readonly file: Uint8Array;
  readonly textBytes: number;
  readonly tokens: number;
  /** Bytes of what the tokenizer does not give back exactly. */
  readonly rawBytes: number;
  readonly lanes: number;
  /** Bytes of the code alone, without the header. */
  readonly codeBytes: number;
  /** What the model's probabilities ask for. */
  readonly modelBits: number;
}

/** Contexts that a lane is long at least, so that it hardly matters that it begins without a past. */
const LANE_CONTEXTS = 16;
const MOST_LANES = 32;

/** Packs a text. @throws where it is not well-formed (a lone surrogate). */
export async function packText(text: string, packer: Packer, options: PackOptions = {}): Promise<PackedText> {
  const { model, tokenizer, hash, name, engine = '', prefixIds } = packer;
  // A lone surrogate has no UTF-8.
  const utf8 = new TextEncoder().encode(text);
  if (new TextDecoder('utf-8', { ignoreBOM: true }).decode(utf8) !== text)
    throw fail('eval/lone-surrogate', {});
  checkSize(utf8.length);
  const pieces = textPieces(text, tokenizer, model.vocabSize);
  const ids = Int32Array.from(pieces.flatMap((piece) => (piece.type === 'ids' ? piece.ids : [])));
  const usual = Math.min(
    MOST_LANES,
    Math.max(1, Math.floor(ids.length / (LANE_CONTEXTS * model.contextLength))),
  );
  const { lanes = usual, signal, onProgress } = options;
  checkInteger('packText', 'lanes', lanes, 1);
  if (lanes > packedLimits.lanes) {
    throw fail('eval/option', {
      where: 'packText',
      option: 'lanes',
      rule: `≤ ${packedLimits.lanes}`,
      got: lanes,
    });
  }
  const { code, modelBits } = await encodeTokens(model, ids, { prefixIds, lanes, signal, onProgress });
  const raw = Buffer.concat(pieces.map((piece) => (piece.type === 'bytes' ? piece.bytes : new Uint8Array())));
  const file = writePackedFile({
    modelHash: hash,
    modelName: name,
    engine,
    textHash: shortHash(utf8),
    textBytes: utf8.length,
    lanes,
    pieces: pieces.map((piece) => ({
      type: piece.type,
      length: piece.type === 'ids' ? piece.ids.length : piece.bytes.length,
    })),
    bytes: raw,
    code,
  });
  return {
    file,
    textBytes: utf8.length,
    tokens: ids.length,
    rawBytes: raw.length,
    lanes,
    codeBytes: code.length,
    modelBits,
  };
}

export interface UnpackOptions extends Omit<PackOptions, 'lanes'> {
  /** What the file is called in errors. */
  readonly path?: string;
}

/**
 * Gives back the text. @throws where the file is cut or changed, was packed with another model, or comes out as another text
 * because the probabilities are computed otherwise here.
 */
export async function unpackText(
  file: Uint8Array,
  packer: Packer,
  { path = 'packed text', ...options }: UnpackOptions = {},
): Promise<string> {
  const packed = readPackedFile(file, path);
  const { model, tokenizer, name, hash, engine = '', prefixIds } = packer;
  if (!Buffer.from(packed.modelHash).equals(hash)) {
    throw fail('eval/packed-model', { path, packedWith: packed.modelName, given: name });
  }
  const count = packed.pieces.reduce((sum, { type, length }) => sum + (type === 'ids' ? length : 0), 0);
  const { lanes } = packed;
  const ids = await decodeTokens(model, packed.code, count, { prefixIds, lanes, ...options });
  let [idsAt, bytesAt] = [0, 0];
  const pieces = packed.pieces.map(
    ({ type, length }): CodedPiece =>
      type === 'ids'
        ? { type, ids: Array.from(ids.subarray(idsAt, (idsAt += length))) }
        : { type, bytes: packed.bytes.subarray(bytesAt, (bytesAt += length)) },
  );
  const text = textOfPieces(pieces, tokenizer);
  if (!Buffer.from(shortHash(text)).equals(packed.textHash)) {
    throw fail('eval/packed-engine', { path, packedBy: packed.engine, here: engine });
  }
  return text;
}

function checkSize(textBytes: number): void {
  const { textBytes: most } = packedLimits;
  if (textBytes > most) {
    throw fail('eval/option', { where: 'packText', option: 'text', rule: `≤ ${most} bytes`, got: textBytes });
  }
}
