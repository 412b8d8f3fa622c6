/** WordPiece and Unigram models of `tokenizer.json`, and what all models share. */

import type { AddedToken } from './added-tokens.ts';
import type { TextParts } from './assemble.ts';
import { bound, type Component } from './components.ts';
import { fail } from './errors.ts';
import { type JsonObject, list, object, optional, text, truth } from './json-fields.ts';
import { limits } from './limits.ts';
import type { SavableTokenizer } from './save.ts';
import { unigramTokenizer } from './unigram.ts';
import { wordPieceTokenizer } from './word-piece.ts';

/** A parsed file with what was read of it before its model. */
export interface ModelSource {
  readonly file: JsonObject;
  readonly model: JsonObject;
  readonly added: readonly AddedToken[];
  readonly eosToken: string | undefined;
  readonly postProcessor: unknown;
}

/** The parts around a model whose tokens are text. */
export function partsOf({ file, added, eosToken, postProcessor }: ModelSource): TextParts {
  const part = (name: string): Component | undefined => {
    const value = optional(file, name, object);
    return value && { ...value, type: text(value, 'type', `${name}.`) };
  };
  return {
    addedTokens: added,
    eosToken,
    normalizer: part('normalizer'),
    preTokenizer: part('pre_tokenizer'),
    decoder: part('decoder'),
    postProcessor,
  };
}

/** Refuses added tokens that the vocabulary has under another id. Errors: `text/field`. */
export function checkAdded(vocab: ReadonlyMap<string, number>, added: readonly AddedToken[]): void {
  for (const { id, content } of added) {
    const other = vocab.get(content);
    if (other !== undefined && other !== id) {
      throw fail('text/field', {
        where: 'added_tokens',
        must: `id ${other} of the vocabulary for ${content}`,
        got: id,
      });
    }
  }
}

/** The tokenizer of a WordPiece file. Errors: `text/field`, `text/limit`, `text/unsupported`, `text/duplicate-id`. */
export function readWordPiece(source: ModelSource): SavableTokenizer {
  const { model, added } = source;
  const vocab = readVocab(model);
  checkAdded(vocab, added);
  return wordPieceTokenizer({
    ...partsOf(source),
    vocab,
    unknownToken: text(model, 'unk_token', 'model.'),
    continuingPrefix: text(model, 'continuing_subword_prefix', 'model.'),
    maxWordCharacters: wholeNumber(model.max_input_chars_per_word, 'model.max_input_chars_per_word'),
  });
}

/** The tokenizer of a Unigram file. Errors: `text/field`, `text/limit`, `text/unsupported`, `text/duplicate-id`. */
export function readUnigram(source: ModelSource): SavableTokenizer {
  const { model, added } = source;
  const entries = list(model, 'vocab', 'model.');
  bound('model.vocab', 'size', entries.length, limits.vocabSize);
  const vocab = entries.map((entry, i) => {
    const [piece, score] = Array.isArray(entry) && entry.length === 2 ? entry : [];
    if (typeof piece !== 'string' || typeof score !== 'number' || !Number.isFinite(score)) {
      throw fail('text/field', {
        where: `model.vocab[${i}]`,
        must: 'a piece and its finite score',
        got: entry,
      });
    }
    bound('model.vocab', 'token length', piece.length, limits.tokenLength);
    return [piece, score] as const;
  });
  checkAdded(new Map(vocab.map(([piece], id) => [piece, id])), added);
  const unknownId = model.unk_id == null ? undefined : wholeNumber(model.unk_id, 'model.unk_id');
  return unigramTokenizer({
    ...partsOf(source),
    vocab,
    unknownId,
    byteFallback: truth(model, 'byte_fallback', false, 'model.'),
  });
}

function wholeNumber(value: unknown, where: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    throw fail('text/field', { where, must: 'a whole number, 0 or larger', got: value });
  }
  return value;
}

/** Ids by spelling from `model.vocab`. Errors: `text/field`, `text/limit`. */
export function readVocab(model: JsonObject): Map<string, number> {
  const entries = Object.entries(object(model, 'vocab', 'model.'));
  bound('model.vocab', 'size', entries.length, limits.vocabSize);
  const vocab = new Map<string, number>();
  for (const [spelling, id] of entries) {
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0) {
      throw fail('text/field', {
        where: `model.vocab[${brief(spelling)}]`,
        must: 'a whole number, 0 or larger',
        got: id,
      });
    }
    bound('model.vocab', 'id', id, limits.vocabSize - 1);
    bound('model.vocab', 'token length', spelling.length, limits.tokenLength);
    vocab.set(spelling, id);
  }
  return vocab;
}

/** The start of a long spelling, for errors. */
export const brief = (spelling: string): string =>
  JSON.stringify(spelling.length > 20 ? `${spelling.slice(0, 20)}…` : spelling);
