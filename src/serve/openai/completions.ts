/** `/v1/completions` */

import type { GenerationPart, TokenScore } from '../../types.ts';
import type { AppContext } from '../app.ts';
import { isRemote, type RemoteServed, type ServedModel, type WriteRequest } from '../served-model.ts';
import { loopOf } from './chat.ts';
import { collect, completionIds, completionLogprobs, finishReason } from './responses.ts';
import type { CompletionBody } from './schemas.ts';
import { followClient, gather, streamParts } from './stream.ts';
import { completionRequest, type RequestScope } from './to-request.ts';

/** What `echo` puts before each text. */
interface Echo {
  readonly text: string;
  /** Its tokens, scored where `logprobs` asks for it. */
  readonly tokens: readonly (TokenScore | { readonly text: string })[];
}

/** What is written: so many texts, n to a prompt. */
interface Writing {
  readonly parts: AsyncIterable<GenerationPart>;
  readonly count: number;
  readonly n: number;
  readonly echoes?: readonly Echo[];
  /** The prompts as the model read them, without what stands before every prompt. */
  readonly promptIds?: readonly (readonly number[])[];
}

export async function answerCompletion(
  c: AppContext,
  body: CompletionBody,
  model: ServedModel | RemoteServed,
  scope: RequestScope,
): Promise<Response> {
  const controller = followClient(c);
  const { signal } = controller;
  const { parts, count, n, echoes, promptIds } = isRemote(model)
    ? writeThere(body, model, signal)
    : await writeHere(body, model, scope, signal);
  const collected = collect(count, n);
  const echoOf = (index: number): Echo => echoes?.[Math.floor(index / n)] ?? { text: '', tokens: [] };
  const head = {
    id: c.get('requestId').replace('req_', 'cmpl-'),
    object: 'text_completion',
    created: Math.floor(Date.now() / 1000),
    model: model.id,
  };
  const wantsScores = body.logprobs != null;
  const wantsIds = Boolean(body.return_token_ids);
  const logprobsOf = (tokens: Echo['tokens'], from: number) => ({
    ...completionLogprobs(tokens, from),
    ...(wantsIds && completionIds(tokens)),
  });
  const promptOf = (index: number) =>
    wantsIds && promptIds && { prompt_token_ids: promptIds[Math.floor(index / n)] };

  if (!body.stream) {
    await gather(c, parts, collected);
    return c.json({
      ...head,
      choices: collected.texts.map(({ text, tokens, finish, repairs }, index) => {
        const echo = echoOf(index);
        return {
          index,
          text: echo.text + text,
          logprobs: wantsScores ? logprobsOf([...echo.tokens, ...tokens], 0) : null,
          finish_reason: finishReason(finish?.reason ?? 'stop'),
          ...(body.guard && { loops_repaired: repairs }),
          ...promptOf(index),
        };
      }),
      usage: collected.usage(),
    });
  }

  const withUsage = Boolean(body.stream_options?.include_usage);
  const chunk = (choices: readonly object[], more: object = {}) => ({
    ...head,
    choices,
    ...(withUsage && { usage: null }),
    ...more,
  });
  const choice = (index: number, text: string, more: object = {}) => ({
    index,
    text,
    logprobs: null,
    finish_reason: null,
    ...more,
  });
  const lengths = collected.texts.map((_, index) => echoOf(index).text.length);
  const chunksOf = (part: GenerationPart): object[] => {
    const index = part.index ?? 0;
    if (part.type === 'text-delta') {
      const logprobs = wantsScores ? logprobsOf(part.tokens ?? [], lengths[index]) : null;
      lengths[index] += part.text.length;
      return [chunk([choice(index, part.text, { logprobs })])];
    }
    if (part.type === 'finish')
      return [chunk([choice(index, '', { finish_reason: finishReason(part.reason) })])];
    return [chunk([choice(index, '', { loop_repaired: loopOf(part) })])];
  };
  return streamParts(c, parts, controller, {
    collected,
    chunksOf,
    first:
      echoes || wantsIds
        ? collected.texts.map((_, index) => {
            const { text, tokens } = echoOf(index);
            const logprobs = wantsScores && echoes ? logprobsOf(tokens, 0) : null;
            return chunk([choice(index, text, { logprobs, ...promptOf(index) })]);
          })
        : [],
    last: () => (withUsage ? [chunk([], { usage: collected.usage() })] : []),
  });
}

async function writeHere(
  body: CompletionBody,
  model: ServedModel,
  scope: RequestScope,
  signal: AbortSignal,
): Promise<Writing> {
  const request = await completionRequest(body, model, scope);
  const { prompts, n } = request;
  const echoes = body.echo ? await readEchoes(request, model, signal) : undefined;
  return {
    parts: model.write(request, signal),
    count: prompts.length * n,
    n,
    promptIds: prompts.map((ids) => ids.slice(model.prefixIds.length)),
    ...(echoes && { echoes }),
  };
}

function writeThere(body: CompletionBody, model: RemoteServed, signal: AbortSignal): Writing {
  const n = body.n ?? 1;
  return { parts: model.complete(body, signal), count: n, n };
}

/** The prompts as text, with scores when they are wanted. */
async function readEchoes(
  { prompts, logprobs, tenant }: WriteRequest,
  { tokenizer, prefixIds, score }: ServedModel,
  signal: AbortSignal,
): Promise<Echo[]> {
  const echoes: Echo[] = [];
  for (const ids of prompts) {
    const shown = ids.slice(prefixIds.length);
    const text = tokenizer.decode(shown, { keepSpecial: true });
    if (logprobs === undefined || shown.length === 0) {
      echoes.push({ text, tokens: [] });
      continue;
    }
    const scores = await score(ids, { top: logprobs, tenant, signal });
    const first = { text: tokenizer.decode(shown.slice(0, 1), { keepSpecial: true }) };
    // With something before it, the first token shown has a score too.
    const tokens = prefixIds.length > 0 ? scores.slice(prefixIds.length - 1) : [first, ...scores];
    echoes.push({ text, tokens });
  }
  return echoes;
}
