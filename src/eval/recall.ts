/**
 * Which passages a model knows by heart: given the first half, it expects every token of the second most. What a corpus says
 * often is learnt so first (Kandpal et al., "Deduplicating training data mitigates privacy risks in language models", 2022).
 */

import type { Ids } from '../repeat/index.ts';
import type { LanguageModel } from '../types.ts';
import { readTexts } from './read-texts.ts';

export interface Recall {
  /** Passages of at least 4 tokens. */
  readonly passages: number;
  /** Share of these whose second half greedy search would write exactly. */
  readonly recalled: number;
  /** Share of the tokens of second halves that are the likeliest where they stand. */
  readonly tokens: number;
}

const LEAST = 4;

/** Reads each passage after `prefix`; one that does not fit into the context is cut. */
export async function recallPassages(
  model: LanguageModel,
  passages: readonly Ids[],
  { prefix = [], signal }: { readonly prefix?: Ids; readonly signal?: AbortSignal } = {},
): Promise<Recall> {
  const texts = passages
    .filter(({ length }) => length >= LEAST)
    .map((ids) => [...Array.from(prefix), ...Array.from(ids)].slice(0, model.contextLength));
  const read = await readTexts(model, texts, { signal });
  let [recalled, hits, total] = [0, 0, 0];
  for (const { ids, predictions } of read) {
    const from = prefix.length + Math.ceil((ids.length - prefix.length) / 2);
    let own = 0;
    // Entry i of the predictions is about token i + 1.
    for (let at = from; at < ids.length; at++) if (predictions[at - 1] === ids[at]) own++;
    hits += own;
    total += ids.length - from;
    if (own === ids.length - from) recalled++;
  }
  const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  return { passages: texts.length, recalled: share(recalled, texts.length), tokens: share(hits, total) };
}
