import type { LanguageModel } from '../types.ts';

/** The longest sequence that a model reads with an adapter or without. */
export const contextOf = (
  model: Pick<LanguageModel, 'contextLength' | 'contextWith'>,
  adapter: string | undefined,
): number =>
  adapter === undefined ? model.contextLength : (model.contextWith?.(adapter) ?? model.contextLength);

/** The longest text that the memory of a model, as it now is, has room for too. */
export function longestNow(model: LanguageModel, adapter: string | undefined): number {
  const { memory } = model;
  const free = memory?.freeTokens ?? Number.POSITIVE_INFINITY;
  let length = Math.min(contextOf(model, adapter), free);
  if (!memory || adapter === undefined) return length;
  // What already stands before a text ends within a page, which it copies.
  const sequence = model.open(adapter);
  while (length > 0 && memory.tokensFor([{ sequence, ids: { length } }]) > free) length--;
  sequence.close();
  return length;
}
