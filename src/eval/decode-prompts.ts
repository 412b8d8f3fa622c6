/** One strategy on many prompts, side by side. */

import { generateTokens, type Strategy } from '../decode/index.ts';
import type { Ids } from '../repeat/index.ts';
import type { FinishReason, LanguageModel } from '../types.ts';
import { checkInteger } from './errors.ts';

export interface DecodePromptsOptions {
  readonly strategy: Strategy;
  /** The most tokens of each continuation. */
  readonly maxTokens: number;
  /** Ids that end a text. */
  readonly eosIds?: Iterable<number>;
  /** Prompt i is decoded with the seed `seed` + i. Default 0. */
  readonly seed?: number;
  /** Prompts in one batch. Default 32. */
  readonly parallel?: number;
  readonly signal?: AbortSignal;
}

export interface Continuation {
  /** Without the prompt. */
  readonly ids: readonly number[];
  readonly reason: FinishReason;
  /** How often the guard repaired a loop. */
  readonly repairs: number;
}

/** One continuation for each prompt, in order: the one that the prompt alone would get. An abort is thrown. */
export async function decodePrompts(
  model: LanguageModel,
  prompts: readonly Ids[],
  options: DecodePromptsOptions,
): Promise<Continuation[]> {
  const { seed = 0, parallel = 32, signal, ...rest } = options;
  checkInteger('decodePrompts', 'parallel', parallel, 1);
  const continuations: Continuation[] = [];
  for (let from = 0; from < prompts.length; from += parallel) {
    const batch = prompts.slice(from, from + parallel);
    const texts = batch.map(() => ({ ids: [] as number[], reason: 'error' as FinishReason, repairs: 0 }));
    for await (const event of generateTokens(model, batch, { ...rest, seed: seed + from, signal })) {
      const text = texts[event.index];
      if (event.type === 'token') text.ids.push(event.id);
      else if (event.type === 'finish') text.reason = event.reason;
      else text.repairs++;
    }
    signal?.throwIfAborted();
    continuations.push(...texts);
  }
  return continuations;
}
