/** `/v1/chat/completions` */

import type { ToolCallPart } from '../../decode/index.ts';
import type { GenerationPart, TokenScore } from '../../types.ts';
import type { AppContext } from '../app.ts';
import { fail } from '../errors.ts';
import { isRemote, type RemoteServed, type ServedModel } from '../served-model.ts';
import { callId, createAnswerReader, readAnswer } from './answer-parts.ts';
import { chatLogprobs, collect, finishReason } from './responses.ts';
import type { ChatBody } from './schemas.ts';
import { followClient, gather, streamParts } from './stream.ts';
import { chatRequest, type RequestScope } from './to-request.ts';

export async function answerChat(
  c: AppContext,
  body: ChatBody,
  model: ServedModel | RemoteServed,
  scope: RequestScope,
): Promise<Response> {
  const requestId = c.get('requestId');
  const controller = followClient(c);
  const { parts, n, toolNames } = isRemote(model)
    ? { ...askRemote(body, model, controller.signal), n: body.n ?? 1 }
    : await answerHere(body, model, scope, controller.signal);
  const collected = collect(n, n);
  const head = {
    id: requestId.replace('req_', 'chatcmpl-'),
    created: Math.floor(Date.now() / 1000),
    model: model.id,
  };

  if (!body.stream) {
    await gather(c, parts, collected);
    return c.json({
      ...head,
      object: 'chat.completion',
      choices: collected.texts.map(({ text: whole, tokens, finish, repairs }, index) => {
        const { text, calls } = readAnswer(whole, { toolNames, requestId, index });
        return {
          index,
          message: {
            role: 'assistant',
            content: calls.length > 0 && text === '' ? null : text,
            refusal: null,
            ...(calls.length > 0 && {
              tool_calls: calls.map(({ id, ...called }) => ({ id, type: 'function', function: called })),
            }),
          },
          logprobs: body.logprobs ? chatLogprobs(tokens) : null,
          finish_reason: finishReason(finish?.reason ?? 'stop', calls.length > 0),
          ...(body.guard && { loops_repaired: repairs }),
        };
      }),
      usage: collected.usage(),
    });
  }

  const withUsage = Boolean(body.stream_options?.include_usage);
  const chunk = (choices: readonly object[], more: object = {}) => ({
    ...head,
    object: 'chat.completion.chunk',
    choices,
    ...(withUsage && { usage: null }),
    ...more,
  });
  const choice = (index: number, delta: object, more: object = {}) => ({
    index,
    delta,
    logprobs: null,
    finish_reason: null,
    ...more,
  });
  const reader = createAnswerReader(n, toolNames);
  /** Scores whose text is still held back. */
  const scores: TokenScore[][] = collected.texts.map(() => []);
  const takeScores = (index: number) => {
    const taken = scores[index].splice(0);
    return body.logprobs ? { logprobs: taken.length > 0 ? chatLogprobs(taken) : null } : {};
  };
  const deltaOf = (index: number, part: ToolCallPart): object => {
    if (part.type === 'text') return { content: part.text };
    const { call } = part;
    if (part.type === 'arguments')
      return { tool_calls: [{ index: call, function: { arguments: part.text } }] };
    const id = callId(requestId, index, call);
    return {
      tool_calls: [{ index: call, id, type: 'function', function: { name: part.name, arguments: '' } }],
    };
  };
  const chunksOf = (part: GenerationPart): object[] => {
    const index = part.index ?? 0;
    const told = (answers: readonly ToolCallPart[]) =>
      answers.map((one) => chunk([choice(index, deltaOf(index, one), takeScores(index))]));
    if (part.type === 'text-delta') {
      scores[index].push(...(part.tokens ?? []));
      return told(reader.push(index, part.text));
    }
    if (part.type === 'loop-repaired') return [chunk([choice(index, {}, { loop_repaired: loopOf(part) })])];
    const rest = told(reader.flush(index));
    const reason = finishReason(part.reason, reader.hasCalled(index));
    return [...rest, chunk([choice(index, {}, { ...takeScores(index), finish_reason: reason })])];
  };
  return streamParts(c, parts, controller, {
    collected,
    chunksOf,
    first: collected.texts.map((_, index) => chunk([choice(index, { role: 'assistant', content: '' })])),
    last: () => (withUsage ? [chunk([], { usage: collected.usage() })] : []),
  });
}

/** A chat with a model of ours: its parts, and the tools that its texts may call. */
export async function answerHere(
  body: ChatBody,
  model: ServedModel,
  scope: RequestScope,
  signal: AbortSignal,
) {
  const { request, toolNames } = await chatRequest(body, model, scope);
  return { parts: model.write(request, signal), n: request.n, toolNames };
}

/** A chat with a model behind another endpoint. Its calls may stand behind words, which no client of ours expects: no tools. */
export function askRemote(body: ChatBody, model: RemoteServed, signal: AbortSignal) {
  if (body.tools?.length) throw fail('serve/remote-field', { field: 'tools', model: model.id });
  return { parts: model.chat(body, signal), toolNames: [] };
}

/** A repaired loop, for clients that want to show it; others pass over the field. */
export const loopOf = ({ onset, period, action }: Extract<GenerationPart, { type: 'loop-repaired' }>) => ({
  onset,
  period,
  action,
});
