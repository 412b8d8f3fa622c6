/** A served model as the assistant asks it: told of tools the way it knows, or not at all. */

import {
  type AssistantMessage,
  type AssistantModel,
  type AssistantRequest,
  languageOf,
  toolsInWords,
} from '../../apps/index.ts';
import type { GenerationPart } from '../../types.ts';
import type { ChatBody } from '../openai/schemas.ts';
import { chatRequest, type RequestScope } from '../openai/to-request.ts';
import { isRemote, type RemoteServed, type ServedModel } from '../served-model.ts';

/** Whether it can be asked for tools: one without a chat template only goes on with a text. */
export const knowsTools = (model: ServedModel | RemoteServed): boolean =>
  isRemote(model) || model.chatTemplate !== undefined;

/**
 * The likeliest token each time, and no loops. A model here with a chat template writes calls under a constraint, so that they are
 * always ones that can be read; one without a template is given the person's last words alone.
 */
export function assistantModel(
  model: ServedModel | RemoteServed,
  scope: RequestScope,
  onFinish?: (part: Extract<GenerationPart, { readonly type: 'finish' }>) => void,
): AssistantModel {
  const write = isRemote(model) ? writeRemote(model) : writeOwn(model, scope);
  return {
    async *generate({ signal = new AbortController().signal, ...request }) {
      for await (const part of write({ ...request, signal })) {
        if (part.type === 'finish') onFinish?.(part);
        yield part;
      }
    },
  };
}

type Asked = AssistantRequest & { readonly signal: AbortSignal };

const writeRemote =
  (model: RemoteServed) =>
  ({ messages, tools, maxTokens, signal }: Asked): AsyncIterable<GenerationPart> =>
    model.chat(bodyOf(messages, tools, maxTokens), signal);

const writeOwn = (model: ServedModel, scope: RequestScope) =>
  async function* ({
    prompt,
    messages,
    tools,
    maxTokens,
    signal,
  }: Asked): AsyncGenerator<GenerationPart, void> {
    const { chatTemplate } = model;
    const isPlain = !chatTemplate;
    const told = isPlain
      ? [{ role: 'user' as const, content: prompt }]
      : toldOf(messages, tools, chatTemplate.template);
    const { request } = await chatRequest(bodyOf(told, isPlain ? [] : tools, maxTokens), model, scope);
    yield* model.write(request, signal);
  };

/** A template that never speaks of tools does not tell of them: then the first message does. */
function toldOf(
  messages: readonly AssistantMessage[],
  tools: AssistantRequest['tools'],
  template: string,
): readonly AssistantMessage[] {
  if (tools.length === 0 || /\btools\b/.test(template)) return messages;
  const [rules, ...rest] = messages;
  const words = toolsInWords(tools, languageOf(rules.content));
  return [{ role: 'system', content: `${rules.content}\n\n${words}` }, ...rest];
}

/** Foreign spelling begins here. */
function bodyOf(
  messages: readonly AssistantMessage[],
  tools: AssistantRequest['tools'],
  maxTokens: number,
): ChatBody {
  return {
    ...{ model: '', temperature: 0, max_tokens: maxTokens, guard: true },
    messages: messages.map(onWire),
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, parameters }) => ({
        type: 'function',
        function: { name, description, parameters },
      })),
    }),
  };
}

function onWire(message: AssistantMessage): ChatBody['messages'][number] {
  const { content } = message;
  if (message.role === 'tool') return { role: 'tool', content, tool_call_id: message.callId };
  if (message.role !== 'assistant' || !message.calls) return { role: message.role, content };
  const calls = message.calls.map(({ id, name, arguments: json }) => ({
    ...{ id, type: 'function' as const },
    function: { name, arguments: json },
  }));
  return { role: 'assistant', content, tool_calls: calls };
}
