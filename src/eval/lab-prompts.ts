/** The beginnings of held-out texts, and how people went on. */

import type { Tokenizer } from '../types.ts';
import { fail } from './errors.ts';

export interface LabPrompt {
  readonly text: string;
  /** With what is read before it. */
  readonly ids: readonly number[];
  /** What people wrote next: at least 2 tokens, at most as many as the model may write. */
  readonly continuation: readonly number[];
}

export interface LabPromptOptions {
  readonly count: number;
  readonly promptTokens: number;
  readonly tokens: number;
  readonly prefixIds: readonly number[];
}

/**
 * At most `count` prompts, spread evenly over the texts. Where there are fewer texts than prompts, long ones are begun at
 * several places.
 */
export function labPrompts(
  texts: readonly string[],
  tokenizer: Tokenizer,
  { count, promptTokens, tokens, prefixIds }: LabPromptOptions,
): LabPrompt[] {
  const least = promptTokens + 2;
  const all: LabPrompt[] = [];
  const perText = Math.ceil(count / Math.max(texts.length, 1));
  const every = Math.max(1, Math.floor(texts.length / (4 * count)));
  // NOTE four times as many as needed are looked at: some texts are too short.
  for (let at = 0; at < texts.length; at += every) {
    const ids = tokenizer.encode(texts[at]);
    const places = Math.max(1, Math.min(perText, Math.floor(ids.length / (promptTokens + tokens))));
    for (let place = 0; place < places; place++) {
      const from = Math.floor((place * ids.length) / places);
      const prompt = ids.slice(from, from + promptTokens);
      const continuation = ids.slice(from + promptTokens, from + promptTokens + tokens);
      if (prompt.length + continuation.length < least) continue;
      all.push({ text: tokenizer.decode(prompt), ids: [...prefixIds, ...prompt], continuation });
    }
  }
  if (all.length < 2) throw fail('eval/no-texts', { where: 'runLab', least: 2, got: all.length });
  const wanted = Math.min(count, all.length);
  return Array.from({ length: wanted }, (_, i) => all[Math.floor((i * all.length) / wanted)]);
}

/** A text cut after each mark that ends a sentence, and at line ends. */
export function sentencesOf(text: string): string[] {
  return (text.match(/[^。！？.!?\n]+[。！？.!?]*/gu) ?? [])
    .map((sentence) => sentence.trim())
    .filter(Boolean);
}
