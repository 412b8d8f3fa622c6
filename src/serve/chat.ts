/** `/v1/chat/completions` */

import type { GenerationPart } from '../types.ts';
import type { AppContext } from './app.ts';
import { chatLogprobs, collect, finishReason } from './responses.ts';
import type { ChatBody } from './schemas.ts';
import type { ServedModel } from './served-model.ts';
import { followClient, gather, streamParts } from './stream.ts';
import { chatRequest } from './to-request.ts';

export async function answerChat(c: AppContext, body: ChatBody, model: ServedModel): Promise<Response> {
  const request = chatRequest(body, model, c.get('tenant'));
  const controller = followClient(c);
  const collected = collect(request.n, request.n);
  const parts = model.write(request, controller.signal);
  const head = {
    id: c.get('requestId').replace('req_', 'chatcmpl-'),
    created: Math.floor(Date.now() / 1000),
    model: model.id,
  };

  if (!body.stream) {
    await gather(c, parts, collected);
    return c.json({
      ...head,
      object: 'chat.completion',
      choices: collected.texts.map(({ text, tokens, finish, repairs }, index) => ({
        index,
        message: { role: 'assistant', content: text, refusal: null },
        logprobs: body.logprobs ? chatLogprobs(tokens) : null,
        finish_reason: finishReason(finish?.reason ?? 'stop'),
        ...(body.guard && { loops_repaired: repairs }),
      })),
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
  const chunksOf = (part: GenerationPart): object[] => {
    const index = part.index ?? 0;
    if (part.type === 'text-delta') {
      const logprobs = body.logprobs ? chatLogprobs(part.tokens ?? []) : null;
      return [chunk([choice(index, { content: part.text }, { logprobs })])];
    }
    if (part.type === 'finish')
      return [chunk([choice(index, {}, { finish_reason: finishReason(part.reason) })])];
    return [chunk([choice(index, {}, { loop_repaired: loopOf(part) })])];
  };
  return streamParts(c, parts, controller, {
    collected,
    chunksOf,
    first: collected.texts.map((_, index) => chunk([choice(index, { role: 'assistant', content: '' })])),
    ...(withUsage && { usage: () => chunk([], { usage: collected.usage() }) }),
  });
}

/** A repaired loop, for clients that want to show it; others pass over the field. */
export const loopOf = ({ onset, period, action }: Extract<GenerationPart, { type: 'loop-repaired' }>) => ({
  onset,
  period,
  action,
});
