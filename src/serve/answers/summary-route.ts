/** `/v1/summaries`: a text of any length summed up, by its own sentences or by a model. */

import { z } from 'zod';
import {
  MOST_QUESTION_CHARACTERS,
  type SummarizeOptions,
  type Summary,
  type SummaryPart,
  summarize,
  summaryMethods,
  summaryOf,
} from '../../apps/index.ts';
import type { AppContext } from '../app.ts';
import { limits } from '../limits.ts';
import { eventStream } from '../openai/event-stream.ts';
import { followClient } from '../openai/stream.ts';
import type { RequestScope } from '../openai/to-request.ts';
import type { RemoteServed, ServedModel } from '../served-model.ts';
import { countedWriter } from './answer-writer.ts';
import { firstParts, tellParts } from './tell-parts.ts';

export const summaryBody = z.strictObject({
  text: z.string().min(1),
  /** Who writes; without, sentences of the text are quoted. */
  model: z.string().nullish(),
  method: z.enum(summaryMethods).nullish(),
  question: z.string().min(1).max(MOST_QUESTION_CHARACTERS).nullish(),
  /** Sentences, and words or Chinese characters, at most; a model is asked to keep to it. */
  sentences: z.int().min(1).max(limits.summarySentences).nullish(),
  length: z.int().min(1).max(limits.summaryLength).nullish(),
  max_tokens: z.int().min(1).max(limits.answerTokens).nullish(),
  /** Of a model behind another endpoint: what it reads and writes in all. */
  context_tokens: z.int().min(1).max(limits.answerContext).nullish(),
  stream: z.boolean().nullish(),
});

/** The summary. With `stream` its progress and its text are events; the last is the whole summary. */
export async function answerSummaries(
  c: AppContext,
  body: z.infer<typeof summaryBody>,
  model: ServedModel | RemoteServed | undefined,
  scope: RequestScope,
): Promise<Response> {
  const controller = followClient(c);
  const options: SummarizeOptions = {
    writer: model && countedWriter(c, model, { ...scope, contextTokens: body.context_tokens ?? undefined }),
    method: body.method ?? undefined,
    question: body.question ?? undefined,
    sentences: body.sentences ?? undefined,
    length: body.length ?? undefined,
    maxTokens: body.max_tokens ?? undefined,
    mostParts: limits.summaryParts,
    signal: controller.signal,
  };
  const head = {
    id: c.get('requestId').replace('req_', 'sum-'),
    created: Math.floor(Date.now() / 1000),
    model: model?.id ?? null,
  };
  if (!body.stream)
    return c.json({ ...head, object: 'summary', ...onWire(await summaryOf(body.text, options)) });
  const eventOfPart = (part: SummaryPart): object => {
    if (part.type === 'progress') return { ...part, type: 'summary.progress' };
    if (part.type === 'text-delta') return { type: 'summary.delta', delta: part.text };
    return { type: 'summary.done', ...head, ...onWire(part) };
  };
  const parts = summarize(body.text, options);
  // Behind the first progress a model has written, or refused to.
  let told = 0;
  const begun = await firstParts(parts, () => ++told === 2);
  return eventStream(c, tellParts(c, { parts, begun, eventOfPart }, controller), controller);
}

/** Foreign spelling begins here. */
function onWire(summary: Summary) {
  const { method, lang, question, parts } = summary;
  return {
    ...{ method, lang, question, parts, summary: summary.summary },
    ...(summary.method === 'extract'
      ? { sentences: summary.sentences }
      : { levels: summary.levels, finish_reason: summary.finish, finish_reasons: summary.finishes }),
  };
}
