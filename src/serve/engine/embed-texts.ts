/** Vectors of texts: the mean of the last hidden states. */

import { nextTurn } from '../../decode/index.ts';
import type { LanguageModel } from '../../types.ts';
import { fail } from '../errors.ts';

/** Tokens read at a time, so that texts being written beside it wait for no more than that. */
const PART = 64;

/**
 * For each text the mean of the last hidden states of its tokens, at least one, which it reads after the prefix.
 * @throws the signal's reason when it aborts, and when the model shows no hidden states.
 */
export async function embedTexts(
  model: LanguageModel,
  texts: readonly (readonly number[])[],
  prefixIds: readonly number[],
  signal: AbortSignal,
): Promise<Float32Array[]> {
  const means: Float32Array[] = [];
  for (const ids of texts) {
    const sequence = model.open();
    let mean: Float32Array | undefined;
    try {
      if (prefixIds.length > 0) model.step([{ sequence, ids: prefixIds }], { logits: 'none' });
      for (let at = 0; at < ids.length; at += PART) {
        await nextTurn();
        signal.throwIfAborted();
        const part = { sequence, ids: ids.slice(at, at + PART) };
        const [{ hidden }] = model.step([part], { logits: 'all', hidden: true });
        if (!hidden) throw fail('serve/no-embeddings', undefined);
        for (const row of hidden) {
          mean ??= new Float32Array(row.length);
          for (let i = 0; i < row.length; i++) mean[i] += row[i] / ids.length;
        }
      }
    } finally {
      sequence.close();
    }
    means.push(mean!);
  }
  return means;
}
