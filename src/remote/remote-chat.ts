/** One whole answer of an endpoint to a conversation, with the tools that it called: for who does not need it as it comes. */

import { z } from 'zod';
import { createEndpoint, type RemoteModelOptions } from './endpoint.ts';
import { fail } from './errors.ts';
import { readJson } from './read-json.ts';
import type { RemoteMessage } from './remote-model.ts';

export interface RemoteChatRequest {
  readonly messages: readonly RemoteMessage[];
  /** Names of tools that take any arguments. */
  readonly tools?: readonly string[];
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

export interface RemoteChatAnswer {
  readonly text: string;
  /** Names of the tools that were called, in order. */
  readonly calls: readonly string[];
}

const answer = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({
          content: z.string().nullish(),
          tool_calls: z.array(z.object({ function: z.object({ name: z.string() }) })).nullish(),
        }),
      }),
    )
    .min(1),
});

/**
 * @throws (while asking) as a remote model
 * @example
 * const ask = createRemoteChat({ url: 'http://127.0.0.1:8000/v1', model: 'qwen' });
 * const { text } = await ask({ messages: [{ role: 'user', content: '春天' }] });
 */
export function createRemoteChat(
  options: RemoteModelOptions,
): (request: RemoteChatRequest) => Promise<RemoteChatAnswer> {
  const { model } = options;
  const { host, post } = createEndpoint(options);
  return async ({ messages, tools = [], maxTokens, temperature, seed, signal }) => {
    const body = {
      model,
      messages,
      temperature,
      seed,
      max_tokens: maxTokens,
      ...(tools.length > 0 && {
        tools: tools.map((name) => ({
          type: 'function',
          function: { name, parameters: { type: 'object' } },
        })),
      }),
    };
    const response = await post('chat/completions', body, { accept: 'application/json', signal });
    const { data } = answer.safeParse(await readJson(response, host));
    if (!data) throw fail('remote/broken', { host, reason: 'it sent no answer to a chat' });
    const [{ message }] = data.choices;
    return {
      text: message.content ?? '',
      calls: (message.tool_calls ?? []).map((call) => call.function.name),
    };
  };
}
