/** What `/v1/responses` is asked, as the chat that it means. */

import type { ChatBody, ResponseBody, ResponseItem } from './schemas.ts';

type Message = ChatBody['messages'][number];

/** The items of a request; one text is a user's turn. */
export const itemsOf = (input: ResponseBody['input']): readonly ResponseItem[] =>
  typeof input === 'string' ? [{ role: 'user', content: input }] : input;

/** The chat body of a request; `before` are the items of the conversation that it goes on with. */
export function chatOf(body: ResponseBody, before: readonly ResponseItem[]): ChatBody {
  const {
    input,
    instructions,
    text,
    tools,
    tool_choice,
    max_output_tokens,
    include: _include,
    previous_response_id: _previous,
    truncation: _truncation,
    top_logprobs,
    ...same
  } = body;
  const format = text?.format;
  const wantsScores = top_logprobs != null || (body.include?.length ?? 0) > 0;
  return {
    ...same,
    messages: [
      ...(instructions != null ? [{ role: 'system' as const, content: instructions }] : []),
      ...messagesOf([...before, ...itemsOf(input)]),
    ],
    max_completion_tokens: max_output_tokens,
    ...(wantsScores && { logprobs: true, top_logprobs: top_logprobs ?? 0 }),
    ...(format && { response_format: chatFormat(format) }),
    ...(tools && {
      tools: tools.map(({ type, ...called }) => ({ type, function: called })),
    }),
    ...(tool_choice != null && {
      tool_choice:
        typeof tool_choice === 'string'
          ? tool_choice
          : { type: 'function' as const, function: { name: tool_choice.name } },
    }),
  };
}

type Format = NonNullable<NonNullable<ResponseBody['text']>['format']>;

function chatFormat(format: Format): NonNullable<ChatBody['response_format']> {
  if (format.type !== 'json_schema') return format;
  const { type, ...json_schema } = format;
  return { type, json_schema };
}

/** Calls that follow each other belong to one turn of the assistant, as its text before them does. */
function messagesOf(items: readonly ResponseItem[]): Message[] {
  const messages: Message[] = [];
  for (const item of items) {
    if ('role' in item) messages.push({ role: item.role, content: textOf(item.content) });
    else if (item.type === 'function_call_output') {
      messages.push({ role: 'tool', tool_call_id: item.call_id, content: textOf(item.output) });
    } else {
      const call = {
        id: item.call_id,
        type: 'function' as const,
        function: { name: item.name, arguments: item.arguments },
      };
      const last = messages.at(-1);
      if (last?.role === 'assistant') {
        messages[messages.length - 1] = { ...last, tool_calls: [...(last.tool_calls ?? []), call] };
      } else messages.push({ role: 'assistant', content: '', tool_calls: [call] });
    }
  }
  return messages;
}

const textOf = (content: string | readonly { readonly text: string }[]): string =>
  typeof content === 'string' ? content : content.map(({ text }) => text).join('');
