/** What a model reads of a conversation: by its own chat template, or as plain text. */

import { type ChatMessage, encodeParts } from '../../text/index.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { ServedModel } from '../served-model.ts';
import type { ChatBody } from './schemas.ts';
import type { ToolUse } from './tools.ts';

type Message = ChatBody['messages'][number];

/**
 * The ids of a conversation. A model without a template reads the one called plain: the texts of the messages, a line each,
 * from whose end it goes on; it is not told of tools.
 */
export async function chatPrompt(
  { messages, chat_template_kwargs }: Pick<ChatBody, 'messages' | 'chat_template_kwargs'>,
  use: ToolUse | undefined,
  { tokenizer, prefixIds, chatTemplate }: ServedModel,
  sandbox: Sandbox,
): Promise<readonly number[]> {
  if (!chatTemplate) {
    return [...prefixIds, ...tokenizer.encode(messages.map((one) => textOf(one.content)).join('\n'))];
  }
  const tools = use?.tools.map(({ name, description, parameters }) => ({
    type: 'function',
    function: { name, ...(description != null && { description }), parameters: parameters ?? {} },
  }));
  const parts = await sandbox.run('render', {
    source: chatTemplate,
    specialTokens: [...tokenizer.specialTokens.keys()],
    chat: {
      messages: messages.map(templateMessage),
      ...(tools && { tools }),
      ...(chat_template_kwargs && { variables: chat_template_kwargs }),
    },
  });
  return encodeParts(tokenizer, parts);
}

const textOf = (content: Message['content']): string =>
  typeof content === 'string' ? content : (content ?? []).map(({ text }) => text).join('');

/** A message as templates expect it: texts whole, arguments read. */
function templateMessage(message: Message): ChatMessage {
  const { role, content, name, ...rest } = message;
  const calls = 'tool_calls' in rest ? rest.tool_calls : undefined;
  return {
    role: role === 'developer' ? 'system' : role,
    content: textOf(content),
    ...(name != null && { name }),
    ...('tool_call_id' in rest && { tool_call_id: rest.tool_call_id }),
    ...(calls && {
      tool_calls: calls.map(({ id, function: { name: called, arguments: given } }) => ({
        id,
        type: 'function',
        function: { name: called, arguments: parsed(given) },
      })),
    }),
  };
}

/** Arguments as they were written when they are no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
