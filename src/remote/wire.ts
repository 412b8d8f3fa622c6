/** OpenAI's wire format as a client sees it: what is asked, and what a chunk says. Foreign spelling stays here. */

import { z } from 'zod';
import type { FinishReason, TokenScore } from '../types.ts';
import { limits } from './limits.ts';
import type { RemoteRequest } from './remote-model.ts';

/** The body of a streamed request, for `/completions` or, with messages, `/chat/completions`. */
export function bodyOf(model: string, request: RemoteRequest): Record<string, unknown> {
  const { prompt, messages, logprobs, fields } = request;
  const { n, maxTokens, seed, stop, temperature, topP, frequencyPenalty, presencePenalty } = request;
  const shared = {
    n,
    seed,
    stop,
    temperature,
    max_tokens: maxTokens,
    top_p: topP,
    frequency_penalty: frequencyPenalty,
    presence_penalty: presencePenalty,
    stream: true,
    stream_options: { include_usage: true },
    ...fields,
    model,
  };
  if (!messages) return { ...shared, prompt, logprobs };
  return {
    ...shared,
    ...(logprobs !== undefined && { logprobs: true, top_logprobs: logprobs }),
    messages: prompt === '' ? messages : [...messages, { role: 'assistant', content: prompt }],
    // vLLM's names: the answer goes on from the last message. Others read it as an answer already given.
    ...(prompt !== '' && { continue_final_message: true, add_generation_prompt: false }),
  };
}

/** What one chunk adds to one text. */
export interface Delta {
  readonly index: number;
  readonly text: string;
  readonly tokens: readonly TokenScore[];
  /** Pieces of calls of tools. */
  readonly calls: readonly CallPiece[];
  readonly reason: FinishReason | undefined;
}

/** What a chunk adds to one call. */
export interface CallPiece {
  readonly call: number;
  /** Of the call; most servers send it with the first piece only. */
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

export interface Chunk {
  readonly deltas: readonly Delta[];
  readonly usage: { readonly promptTokens: number; readonly completionTokens: number } | undefined;
  /** The server's own sentence, when the stream carries an error. */
  readonly error: string | undefined;
}

/** The endpoint does not say which id a token has. */
const UNKNOWN_ID = -1;

const score = z.object({ token: z.string(), logprob: z.number() });
const callPiece = z.object({
  index: z
    .int()
    .min(0)
    .max(limits.calls - 1)
    .catch(0),
  id: z.string().nullish().catch(undefined),
  function: z.object({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
});
const choice = z.object({
  index: z.int().min(0).catch(0),
  text: z.string().nullish(),
  delta: z
    .object({
      content: z.string().nullish(),
      tool_calls: z.array(callPiece).nullish().catch(undefined),
    })
    .nullish(),
  finish_reason: z.string().nullish(),
  logprobs: z
    .object({
      // Completions: parallel lists.
      tokens: z.array(z.string()).nullish(),
      token_logprobs: z.array(z.number().nullable()).nullish(),
      top_logprobs: z.array(z.record(z.string(), z.number()).nullable()).nullish(),
      // Chats: a list of objects.
      content: z.array(score.extend({ top_logprobs: z.array(score).nullish() })).nullish(),
    })
    .nullish()
    .catch(undefined),
});
const chunk = z.object({
  choices: z.array(choice).nullish(),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish().catch(undefined),
  error: z.union([z.object({ message: z.string() }), z.string()]).nullish(),
});

/** What an event says; `undefined` where it is nothing that we know. */
export function readChunk(event: Record<string, unknown>): Chunk | undefined {
  const { data } = chunk.safeParse(event);
  if (!data) return undefined;
  const { usage, error } = data;
  return {
    deltas: (data.choices ?? []).map((one) => ({
      index: one.index,
      text: one.text ?? one.delta?.content ?? '',
      tokens: scoresOf(one.logprobs),
      calls: (one.delta?.tool_calls ?? []).map(({ index, id, function: called }) => ({
        call: index,
        id: id ?? '',
        name: called?.name ?? '',
        arguments: called?.arguments ?? '',
      })),
      reason: one.finish_reason == null ? undefined : reasonOf(one.finish_reason),
    })),
    usage: usage
      ? { promptTokens: usage.prompt_tokens, completionTokens: usage.completion_tokens }
      : undefined,
    error: typeof error === 'string' ? error : error?.message,
  };
}

function scoresOf(logprobs: z.infer<typeof choice>['logprobs']): TokenScore[] {
  if (logprobs?.content) {
    return logprobs.content.map(({ token, logprob, top_logprobs }) => ({
      id: UNKNOWN_ID,
      text: token,
      logprob,
      ...(top_logprobs && {
        top: top_logprobs.map((one) => ({ id: UNKNOWN_ID, text: one.token, logprob: one.logprob })),
      }),
    }));
  }
  return (logprobs?.tokens ?? []).map((text, i) => {
    const top = logprobs?.top_logprobs?.[i];
    return {
      id: UNKNOWN_ID,
      text,
      logprob: logprobs?.token_logprobs?.[i] ?? Number.NaN,
      ...(top && {
        top: Object.entries(top).map(([word, logprob]) => ({ id: UNKNOWN_ID, text: word, logprob })),
      }),
    };
  });
}

function reasonOf(reason: string): FinishReason {
  return reason === 'length' ? 'length' : 'stop';
}
