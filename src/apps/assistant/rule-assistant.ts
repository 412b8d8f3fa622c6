/** An assistant without a model: the person's words call tools by their patterns, and results are said as they are. */

import { defineMessages } from '../../language.ts';
import type { GenerationPart } from '../../types.ts';
import { languageOf } from '../prompt-text.ts';
import { resultText } from './assist-prompt.ts';
import { spellCall } from './call-reader.ts';
import type { AssistantMessage, AssistantModel, AssistantRequest } from './message.ts';
import type { AssistantTool } from './tool.ts';

const say = defineMessages({
  unknown: {
    en: (d: { tools: string }) => `I did not understand. I have these tools: ${d.tools}.`,
    zh: (d) => `没听懂。我有这些工具：${d.tools}。`,
  },
});

export interface RuleAssistantOptions {
  /** Says what no tool is asked for. Default: that it was not understood. */
  readonly otherwise?: AssistantModel | undefined;
  /** For tests. */
  readonly now?: () => Date;
}

/**
 * A model that calls the first tool whose patterns take the person's last words, for models that know no tools. Only the
 * person's words are read so, never a result: a document cannot call.
 */
export function ruleAssistant(
  tools: readonly AssistantTool[],
  { otherwise, now = () => new Date() }: RuleAssistantOptions = {},
): AssistantModel {
  const answerTo = ({ messages, prompt, tools: allowed }: AssistantRequest): string | undefined => {
    const results = lastResults(messages);
    if (results.length > 0) return results.map(({ content }) => resultText(content)).join('\n');
    const language = languageOf(prompt);
    for (const { name, fromWords } of tools) {
      if (!allowed.some((one) => one.name === name)) continue;
      const args = fromWords?.(prompt, { now: now(), language });
      if (args) return spellCall(name, args);
    }
    if (otherwise) return undefined;
    return say('unknown', { tools: allowed.map(({ name }) => name).join(', ') }, language);
  };
  return {
    async *generate(request): AsyncGenerator<GenerationPart, void> {
      const text = answerTo(request);
      if (text === undefined) yield* otherwise!.generate(request);
      else {
        yield { type: 'text-delta', text };
        yield { type: 'finish', reason: 'stop', promptTokens: 0, completionTokens: 0 };
      }
    },
  };
}

/** The results behind the last call, if nothing was said since. */
function lastResults(messages: readonly AssistantMessage[]) {
  const results: Extract<AssistantMessage, { role: 'tool' }>[] = [];
  for (const message of [...messages].reverse()) {
    if (message.role !== 'tool') break;
    results.unshift(message);
  }
  return results;
}
