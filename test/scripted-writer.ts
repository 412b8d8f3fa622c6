/** A writer without weights: it says what the prompt makes it say, and keeps what it was asked. */

import type { AnswerPrompt } from '../src/apps/answer-prompt.ts';
import { type AnswerWriter, promptTokens } from '../src/apps/answer-writer.ts';
import type { GenerationPart } from '../src/types.ts';

export function scriptedWriter(
  say: (prompt: string) => string,
  contextTokens = 4000,
): AnswerWriter & { readonly prompts: AnswerPrompt[] } {
  const prompts: AnswerPrompt[] = [];
  return {
    contextTokens,
    prompts,
    count: (prompt) => promptTokens(prompt),
    async *write(prompt): AsyncGenerator<GenerationPart, void> {
      prompts.push(prompt);
      yield { type: 'text-delta', text: say(prompt.messages.map(({ content }) => content).join('\n')) };
    },
  };
}
