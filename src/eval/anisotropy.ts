/**
 * How alike the hidden states of different tokens are. Contrastive search tells candidates apart by them: where all point
 * one way it cannot (Su et al., "A contrastive framework for neural text generation", 2022; Su and Collier 2023).
 */

import { nextTurn } from '../decode/index.ts';
import type { Ids } from '../repeat/index.ts';
import type { LanguageModel } from '../types.ts';
import { fail } from './errors.ts';

export interface Anisotropy {
  /** Mean cosine of the last hidden states of two different places of one text. */
  readonly within: number;
  /** The same for places of different texts; NaN for a single text. */
  readonly across: number;
  /** Hidden states looked at. */
  readonly tokens: number;
}

/** Mean pairwise cosine over texts; O(tokens): the sum of all pairs is the square of the sum. */
export async function anisotropy(
  model: LanguageModel,
  texts: readonly Ids[],
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<Anisotropy> {
  let [tokens, within, withinPairs, squares] = [0, 0, 0, 0];
  let total: Float64Array | undefined;
  for (const ids of texts) {
    await nextTurn();
    signal?.throwIfAborted();
    const units = hiddenDirections(model, ids);
    const sum = new Float64Array(units[0].length);
    for (const unit of units) for (let i = 0; i < sum.length; i++) sum[i] += unit[i];
    total ??= new Float64Array(sum.length);
    for (let i = 0; i < sum.length; i++) total[i] += sum[i];
    const square = dot(sum, sum);
    tokens += units.length;
    within += square - units.length;
    withinPairs += units.length * (units.length - 1);
    squares += square;
  }
  if (!total) throw fail('eval/no-texts', { where: 'anisotropy', least: 1, got: 0 });
  const acrossPairs = tokens * (tokens - 1) - withinPairs;
  return { within: within / withinPairs, across: (dot(total, total) - squares) / acrossPairs, tokens };
}

/** The cosine of each pair of places of one text, in rows: what a contrastive decoder sees of it. */
export function similarityMatrix(model: LanguageModel, ids: Ids): number[][] {
  const units = hiddenDirections(model, ids);
  return units.map((a) => units.map((b) => dot(a, b)));
}

/** The last hidden states after each token, at length 1. */
function hiddenDirections(model: LanguageModel, ids: Ids): Float64Array[] {
  const sequence = model.open();
  try {
    const { hidden } = model.step([{ sequence, ids }], { logits: 'all', hidden: true })[0];
    if (!hidden) throw fail('eval/no-hidden', { where: 'anisotropy' });
    return hidden.map((row) => {
      const unit = Float64Array.from(row);
      const norm = Math.sqrt(dot(unit, unit)) || 1;
      return unit.map((value) => value / norm);
    });
  } finally {
    sequence.close();
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
