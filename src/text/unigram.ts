/** Unigram tokenizers (Kudo 2018), as SentencePiece and Hugging Face tokenizers have them. */

import { assembleTokenizer, reservedIds, type TextParts } from './assemble.ts';
import { fail } from './errors.ts';
import { byteTokenIds, createFallback } from './fallback.ts';
import type { SavableTokenizer } from './save.ts';
import { spellingTrie } from './spelling-trie.ts';
import type { UnigramEntry } from './tokenizer-file.ts';
import { createViterbi } from './viterbi.ts';

/** What a Unigram tokenizer is made of. */
export interface UnigramOptions extends TextParts {
  /** Pieces with their log-probabilities; the id of a piece is its place. Special tokens may stand here too. */
  readonly vocab: readonly (readonly [piece: string, score: number])[];
  /** The piece that stands for characters which the vocabulary lacks. */
  readonly unknownId?: number;
  /** Spells such characters by the tokens of their bytes, `<0x00>` to `<0xFF>`, where the vocabulary has them. Default false. */
  readonly byteFallback?: boolean;
}

/** How much lower than the lowest score a character without a piece stands (SentencePiece). */
export const UNKNOWN_PENALTY = 10;

/**
 * A Unigram tokenizer. Ids equal those of Hugging Face tokenizers with the same file, with one exception that keeps
 * text from forging tokens: text that spells a special token, the unknown token or a byte (`<0x0A>`) never becomes it.
 * Lossless with all 256 bytes; else unknown characters become the unknown token. Errors: `text/option`, `text/field`,
 * `text/limit`, `text/unsupported`, `text/duplicate-id`, `text/pattern`; later `text/no-character`.
 */
export function unigramTokenizer(options: UnigramOptions): SavableTokenizer<UnigramEntry> {
  const { vocab: given, unknownId, byteFallback = false } = options;
  if (
    unknownId !== undefined &&
    !(Number.isInteger(unknownId) && unknownId >= 0 && unknownId < given.length)
  ) {
    throw fail('text/field', {
      where: 'model.unk_id',
      must: `null or a place in the vocabulary (0 to ${given.length - 1})`,
      got: unknownId,
    });
  }
  const vocab = given.map(([piece], id) => [piece, id] as const);
  const ids = new Map(vocab);
  const reserved = reservedIds({ vocab, unknownId, byteFallback }, options);
  let lowest = Number.POSITIVE_INFINITY;
  for (const [, score] of given) lowest = Math.min(lowest, score);
  const encodePiece = createViterbi({
    // NOTE: of equal pieces the last counts, as in the maps of other readers.
    trie: spellingTrie(vocab.filter(([, id]) => !reserved.has(id)).reverse()),
    scores: Float64Array.from(given, ([, score]) => score),
    unknownScore: lowest - UNKNOWN_PENALTY,
    unknown: createFallback(byteFallback ? byteTokenIds((name) => ids.get(name)) : undefined, unknownId),
  });
  return assembleTokenizer(
    {
      where: 'unigramTokenizer',
      vocab,
      unknownId,
      byteFallback,
      encodePiece,
      entry: () => ({
        type: 'Unigram',
        unk_id: unknownId ?? null,
        vocab: given,
        byte_fallback: byteFallback,
      }),
    },
    options,
  );
}
