import type { LanguageModel } from '../types.ts';

/** The longest sequence that a model reads with an adapter or without. */
export const contextOf = (
  model: Pick<LanguageModel, 'contextLength' | 'contextWith'>,
  adapter: string | undefined,
): number =>
  adapter === undefined ? model.contextLength : (model.contextWith?.(adapter) ?? model.contextLength);
