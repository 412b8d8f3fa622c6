/** Gathers a streamed generation. */

import type { FinishReason, GenerationPart, GuardStats, TokenScore } from '../types.ts';

/** One finished text. */
export interface GeneratedText {
  readonly text: string;
  readonly reason: FinishReason;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly stop?: string;
  readonly error?: unknown;
  /** What the guard against loops did, when there was one. */
  readonly guard?: GuardStats;
  /** The scores of its tokens, when they were asked for. */
  readonly tokens?: readonly TokenScore[];
}

/**
 * Reads a generation to its end and gives its texts in order. Errors of the stream are thrown; for the other texts of
 * a batch in which one failed, read the parts.
 *
 * @example
 * const [answer] = await collectTexts(model.generate({ prompt: 'To be', seed: 1 }));
 */
export async function collectTexts(parts: AsyncIterable<GenerationPart>): Promise<GeneratedText[]> {
  const texts: string[] = [];
  const scores: TokenScore[][] = [];
  const finished: GeneratedText[] = [];
  for await (const part of parts) {
    if (part.type === 'loop-repaired') continue;
    const index = part.index ?? 0;
    if (part.type === 'text-delta') {
      texts[index] = (texts[index] ?? '') + part.text;
      if (part.tokens) (scores[index] ??= []).push(...part.tokens);
    } else {
      const { type: _type, index: _index, ...end } = part;
      finished[index] = { text: texts[index] ?? '', ...end, ...(scores[index] && { tokens: scores[index] }) };
    }
  }
  return finished;
}
