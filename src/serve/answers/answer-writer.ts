/** A served model as one that answers from documents, and sums up texts. */

import { type AnswerPrompt, type AnswerWriter, promptTokens } from '../../apps/index.ts';
import type { GenerationPart, Tokenizer } from '../../types.ts';
import type { AppContext } from '../app.ts';
import { chatPrompt } from '../openai/chat-prompt.ts';
import type { ChatBody } from '../openai/schemas.ts';
import { chatRequest, type RequestScope } from '../openai/to-request.ts';
import { isRemote, type RemoteServed, type ServedModel } from '../served-model.ts';

export interface AnswerWriterOptions extends RequestScope {
  /** Of a model behind another endpoint: what it reads and writes in all. Default 4,096 tokens. */
  readonly contextTokens?: number | undefined;
  /** Of such a model: its tokenizer; without, tokens are guessed, see `promptTokens`. */
  readonly tokenizer?: Pick<Tokenizer, 'encode'> | undefined;
  /** Hears what was read and written. */
  readonly onFinish?: (part: Finish) => void;
}

type Finish = Extract<GenerationPart, { readonly type: 'finish' }>;

const REMOTE_CONTEXT = 4096;

/** The likeliest token each time, and no loops. */
export function answerWriter(model: ServedModel | RemoteServed, options: AnswerWriterOptions): AnswerWriter {
  const writer = isRemote(model) ? remoteWriter(model, options) : ownWriter(model, options);
  const { onFinish } = options;
  return {
    ...writer,
    async *write(prompt, how): AsyncGenerator<GenerationPart, void> {
      for await (const part of writer.write(prompt, how)) {
        if (part.type === 'finish') onFinish?.(part);
        yield part;
      }
    },
  };
}

/** The same, for a request whose tokens the metrics count. */
export const countedWriter = (
  c: AppContext,
  model: ServedModel | RemoteServed,
  options: AnswerWriterOptions,
): AnswerWriter =>
  answerWriter(model, {
    ...options,
    onFinish: ({ promptTokens, completionTokens, guard }) =>
      c.get('metrics').written({ promptTokens, completionTokens, repairs: guard?.repairs ?? 0 }),
  });

const bodyOf = (messages: ChatBody['messages'], maxTokens: number): ChatBody => ({
  model: '',
  messages,
  temperature: 0,
  max_tokens: maxTokens,
  guard: true,
});

function ownWriter(model: ServedModel, scope: RequestScope): AnswerWriter {
  // Without a template the answer goes on from the end of the text: there its beginning must stand.
  const messagesOf = ({ messages, cue }: AnswerPrompt): ChatBody['messages'] => [
    ...messages,
    ...(model.chatTemplate ? [] : [{ role: 'assistant' as const, content: cue }]),
  ];
  return {
    contextTokens: model.contextLength,
    tokenizer: model.tokenizer,
    count: async (prompt) =>
      (await chatPrompt({ messages: messagesOf(prompt) }, undefined, model, scope.sandbox)).length,
    async *write(prompt, { maxTokens, signal = never() }): AsyncGenerator<GenerationPart, void> {
      const { request } = await chatRequest(bodyOf(messagesOf(prompt), maxTokens), model, scope);
      yield* model.write(request, signal);
    },
  };
}

function remoteWriter(
  model: RemoteServed,
  { contextTokens = REMOTE_CONTEXT, tokenizer }: AnswerWriterOptions,
): AnswerWriter {
  return {
    contextTokens,
    tokenizer,
    count: (prompt) => promptTokens(prompt, tokenizer),
    write: ({ messages }, { maxTokens, signal = never() }) =>
      model.chat(bodyOf([...messages], maxTokens), signal),
  };
}

const never = (): AbortSignal => new AbortController().signal;
