/** Token embeddings in the plane: their two principal components, and who is near whom by cosine. */

import { nextTurn } from '../../decode/index.ts';
import type { Ids } from '../../repeat/index.ts';
import type { LanguageModel, Tokenizer } from '../../types.ts';
import { fail } from '../errors.ts';
import { principalComponents } from '../principal-components.ts';
import { inspectLimits } from './inspect-limits.ts';
import { type Piece, pieceOf } from './inspect-pieces.ts';
import { checkBetween } from './inspect-read.ts';

export interface EmbeddingDot extends Piece {
  readonly x: number;
  readonly y: number;
}

export interface EmbeddingMap {
  readonly dots: readonly EmbeddingDot[];
  /** The share of all variance that lies along x and along y. */
  readonly explained: readonly [number, number];
}

/**
 * Places each different token of `ids` in the plane; without ids the first of the vocabulary that are text: in a trained one,
 * those that were merged first and are the most frequent.
 */
export async function embeddingMap(
  model: LanguageModel,
  tokenizer: Tokenizer,
  { ids, count = 300 }: { readonly ids?: Ids; readonly count?: number } = {},
): Promise<EmbeddingMap> {
  checkBetween('embeddingMap', 'count', count, [2, inspectLimits.dots]);
  const chosen = [...new Set(ids ? Array.from(ids) : firstTexts(tokenizer, count))].slice(0, count);
  if (chosen.length < 2) throw fail('eval/no-texts', { where: 'embeddingMap', least: 2, got: chosen.length });
  const rows = embed(model, 'embeddingMap', chosen).map((row) => Float64Array.from(row));
  await nextTurn();
  const { places, explained } = principalComponents(rows, 2);
  return {
    dots: chosen.map((id, i) => ({ ...pieceOf(tokenizer, id), x: places[i][0], y: places[i][1] })),
    explained: [explained[0], explained[1]],
  };
}

export interface Neighbour extends Piece {
  readonly cosine: number;
}

/** Ids whose vectors are compared at a time. */
const CHUNK = 4096;

/** The tokens of the whole vocabulary whose embeddings point most nearly the same way, nearest first, without itself. */
export async function nearestTokens(
  model: LanguageModel,
  tokenizer: Tokenizer,
  id: number,
  { count = 10, signal }: { readonly count?: number; readonly signal?: AbortSignal } = {},
): Promise<Neighbour[]> {
  checkBetween('nearestTokens', 'id', id, [0, tokenizer.vocabSize - 1]);
  checkBetween('nearestTokens', 'count', count, [1, inspectLimits.neighbours]);
  const [own] = embed(model, 'nearestTokens', [id]);
  let best: { id: number; cosine: number }[] = [];
  for (let from = 0; from < tokenizer.vocabSize; from += CHUNK) {
    await nextTurn();
    signal?.throwIfAborted();
    const size = Math.min(CHUNK, tokenizer.vocabSize - from);
    const others = Array.from({ length: size }, (_, i) => from + i).filter((other) => other !== id);
    const cosines = embed(model, 'nearestTokens', others).map((row) => cosine(own, row));
    const found = others.map((other, i) => ({ id: other, cosine: cosines[i] }));
    best = [...best, ...found].sort((a, b) => b.cosine - a.cosine || a.id - b.id).slice(0, count);
  }
  return best.map((one) => ({ ...pieceOf(tokenizer, one.id), cosine: one.cosine }));
}

function embed(model: LanguageModel, where: string, ids: readonly number[]): Float32Array[] {
  if (!model.embed) throw fail('eval/no-inside', { where, what: 'embeddings' });
  return model.embed(ids);
}

function firstTexts(tokenizer: Tokenizer, count: number): number[] {
  const ids: number[] = [];
  for (let id = 0; id < tokenizer.vocabSize && ids.length < count; id++) {
    const { text, bytes, isSpecial } = pieceOf(tokenizer, id);
    if (!bytes && !isSpecial && /[\p{L}\p{N}\p{P}\p{S}]/u.test(text)) ids.push(id);
  }
  return ids;
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  return ab / (Math.sqrt(aa * bb) || 1);
}
