/** What a model reads of a conversation: by its own chat template, or as plain text. */

import { type ChatMessage, encodeParts, type SpecialToken } from '../../text/index.ts';
import { fail } from '../errors.ts';
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
  body: Pick<
    ChatBody,
    'messages' | 'chat_template_kwargs' | 'add_generation_prompt' | 'continue_final_message'
  >,
  use: ToolUse | undefined,
  { tokenizer, prefixIds, chatTemplate }: ServedModel,
  sandbox: Sandbox,
): Promise<readonly number[]> {
  const { messages, chat_template_kwargs, add_generation_prompt, continue_final_message } = body;
  const last = continue_final_message ? textToGoOn(body) : undefined;
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
      addGenerationPrompt: last === undefined && (add_generation_prompt ?? true),
      ...(tools && { tools }),
      ...(chat_template_kwargs && { variables: chat_template_kwargs }),
    },
  });
  return encodeParts(tokenizer, last === undefined ? parts : upToEndOf(last, parts));
}

/** The text of the last message, which the answer goes on from. */
function textToGoOn({
  messages,
  add_generation_prompt,
}: Pick<ChatBody, 'messages' | 'add_generation_prompt'>): string {
  if (add_generation_prompt) {
    const rule = {
      rule: 'false beside continue_final_message',
      zhRule: ' false（与 continue_final_message 同用时）',
    };
    throw fail('serve/field', { field: 'add_generation_prompt', ...rule, got: add_generation_prompt });
  }
  const { role, content } = messages.at(-1)!;
  const text = textOf(content);
  if (role === 'assistant' && text.trim() !== '') return text;
  throw fail('serve/field', {
    field: 'messages',
    rule: 'ended by the assistant, with text to go on from, beside continue_final_message',
    zhRule: '以 assistant 的非空消息结尾（与 continue_final_message 同用时）',
    got: role,
  });
}

/** What was rendered, without what the template writes behind the last message; one may trim it. */
function upToEndOf(
  text: string,
  parts: readonly (string | SpecialToken)[],
): readonly (string | SpecialToken)[] {
  const [whole, trimmed] = [text.trimStart(), text.trim()];
  for (let i = parts.length - 1; i >= 0; i--) {
    const part = parts[i];
    const at = typeof part === 'string' ? part.lastIndexOf(trimmed) : -1;
    if (typeof part !== 'string' || at < 0) continue;
    const end = at + (part.startsWith(whole, at) ? whole : trimmed).length;
    return [...parts.slice(0, i), part.slice(0, end)];
  }
  throw fail('serve/field', {
    field: 'continue_final_message',
    rule: 'false: the chat template of this model does not write the last message as it stands',
    zhRule: ' false：该模型的对话模板不会原样写出最后一条消息',
    got: true,
  });
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
