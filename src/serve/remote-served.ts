/** A model behind another endpoint, served like one of ours: same routes, same guard, same limits. */

import { guardText, toolCallForm } from '../decode/index.ts';
import {
  createRemoteEmbedder,
  createRemoteModel,
  type RemoteModelOptions,
  type RemoteRequest,
} from '../remote/index.ts';
import type { GenerationPart } from '../types.ts';
import { fail } from './errors.ts';
import type { ChatBody, CompletionBody } from './openai/schemas.ts';
import type { RemoteServed } from './served-model.ts';

type Asked = RemoteRequest & { readonly guard: boolean };

/** Makes an endpoint one that can be served, under a name of ours. */
export function remoteServed(id: string, options: RemoteModelOptions): RemoteServed {
  const model = createRemoteModel({ ...options, spellCall });
  const guardedModel = guardText(model);
  const write = ({ guard, ...request }: Asked, signal: AbortSignal): AsyncIterable<GenerationPart> =>
    (guard ? guardedModel : model).generate({ ...request, signal });

  const embedder = createRemoteEmbedder(options);
  return {
    id,
    created: Math.floor(Date.now() / 1000),
    host: new URL(options.url).host,
    complete(body, signal) {
      const { prompt, logprobs, ...rest } = body;
      refuse(id, { echo: rest.echo });
      const [only, ...more] = Array.isArray(prompt) ? prompt : [prompt];
      if (typeof only !== 'string' || more.length > 0)
        throw fail('serve/remote-prompt', { field: 'prompt', model: id });
      return write({ ...requestOf(rest), prompt: only, ...(logprobs != null && { logprobs }) }, signal);
    },
    chat(body, signal) {
      const { messages, logprobs, top_logprobs, max_completion_tokens, ...rest } = body;
      // A repair goes on from a message of its own.
      if (rest.guard) refuse(id, { continue_final_message: rest.continue_final_message });
      const maxTokens = max_completion_tokens ?? rest.max_tokens;
      return write(
        {
          ...requestOf(rest),
          prompt: '',
          messages,
          ...(maxTokens != null && { maxTokens }),
          ...(logprobs && { logprobs: top_logprobs ?? 0 }),
        },
        signal,
      );
    },
    embed: ({ input, dimensions }, signal) =>
      embedder.embed(input, { ...(dimensions != null && { dimensions }), signal }),
  };
}

/** As the models here spell calls: the same readers read both. */
const spellCall = (name: string, json: string): string =>
  `${toolCallForm.head(name)}${json}${toolCallForm.tail}`;

/** What is done here with the ids or the words of a model of ours. */
function refuse(model: string, fields: Readonly<Record<string, unknown>>): void {
  for (const [field, value] of Object.entries(fields)) {
    if (value != null && value !== false) throw fail('serve/remote-field', { field, model });
  }
}

type Shared =
  | Omit<CompletionBody, 'prompt' | 'logprobs'>
  | Omit<ChatBody, 'messages' | 'logprobs' | 'top_logprobs'>;

/** The fields that have a name of ours; what is left goes along as it is. */
function requestOf(body: Shared) {
  const {
    model: _,
    stream: _stream,
    stream_options: _options,
    guard,
    n,
    seed,
    stop,
    temperature,
    ...rest
  } = body;
  const { max_tokens: maxTokens, top_p: topP, ...left } = rest;
  const { frequency_penalty: frequencyPenalty, presence_penalty: presencePenalty, ...foreign } = left;
  const own = { n, seed, stop, temperature, maxTokens, topP, frequencyPenalty, presencePenalty };
  return { ...given(own), fields: given(foreign), guard: Boolean(guard) };
}

/** Without what is not there. */
function given<T extends object>(fields: T): { [Key in keyof T]: Exclude<T[Key], null> } {
  const entries = Object.entries(fields).filter(([, value]) => value != null);
  return Object.fromEntries(entries) as { [Key in keyof T]: Exclude<T[Key], null> };
}
