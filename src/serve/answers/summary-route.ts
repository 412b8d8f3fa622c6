/** `/v1/summaries`: a text of any length summed up, by its own sentences or by a model. */

import { z } from 'zod';
import {
  MOST_QUESTION_CHARACTERS,
  type SummarizeOptions,
  type SummaryPart,
  summarize,
  summaryMethods,
} from '../../apps/index.ts';
import type { AppContext } from '../app.ts';
import { limits } from '../limits.ts';
import { eventStream } from '../openai/event-stream.ts';
import { followClient } from '../openai/stream.ts';
import type { RequestScope } from '../openai/to-request.ts';
import type { RemoteServed, ServedModel } from '../served-model.ts';
import type { QuoteWatch } from '../watch/watched-quotes.ts';
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
  scope: RequestScope & { readonly quotes: QuoteWatch },
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
  // What a model reads and writes the rules have looked at by themselves.
  const isWritten = model && body.method !== 'extract';
  const parts = isWritten ? summarize(body.text, options) : toldSummary(body.text, options, scope.quotes);
  if (!body.stream) {
    for await (const part of parts) {
      if (part.type === 'summary') return c.json({ ...head, object: 'summary', ...onWire(part) });
    }
    throw new Error('a summary has no end');
  }
  const eventOfPart = (part: ToldPart): object => {
    if (part.type === 'progress') return { ...part, type: 'summary.progress' };
    if (part.type === 'text-delta') return { type: 'summary.delta', delta: part.text };
    return { type: 'summary.done', ...head, ...onWire(part) };
  };
  // Behind the first progress a model has written, or refused to.
  let told = 0;
  const begun = await firstParts(parts, () => ++told === 2);
  return eventStream(c, tellParts<ToldPart>(c, { parts, begun, eventOfPart }, controller), controller);
}

/** A summary as the rules let it through. */
type ToldPart =
  | Exclude<SummaryPart, { readonly type: 'summary' }>
  | (Extract<SummaryPart, { readonly type: 'summary' }> & {
      /** Where a rule changed it: what was read, in which the places are. */
      readonly text?: string;
      /** A rule ended it. */
      readonly isBlocked?: boolean;
    });

/** Sentences of the caller's text, whose rules hold for what is sent and for what is told. @throws `serve/blocked` */
async function* toldSummary(
  given: string,
  options: SummarizeOptions,
  quotes: QuoteWatch,
): AsyncGenerator<ToldPart, void> {
  const leave = quotes.begin();
  try {
    const question = options.question === undefined ? undefined : quotes.ask(options.question);
    const text = quotes.ask(given);
    for await (const part of summarize(text, { ...options, question })) {
      if (part.type === 'text-delta') continue;
      if (part.type === 'progress' || part.method !== 'extract') {
        yield part;
        continue;
      }
      const { whole, stretch } = quotes.tell(part.summary);
      let at = 0;
      const sentences = part.sentences.map((sentence) => {
        const told = stretch(at, at + sentence.text.length);
        at += sentence.text.length + 1;
        return { ...sentence, ...told };
      });
      const ended = sentences.findIndex(({ moderated }) => moderated === 'block');
      const kept = ended < 0 ? sentences : sentences.slice(0, ended);
      const summary = ended < 0 ? whole.text : kept.map((sentence) => sentence.text).join('\n');
      quotes.end(summary);
      if (summary !== '') yield { type: 'text-delta', text: summary };
      const isChanged = text !== given;
      yield {
        ...part,
        summary,
        sentences: kept,
        ...(isChanged && { text }),
        ...(ended >= 0 && { isBlocked: true }),
      };
    }
  } finally {
    leave();
  }
}

/** Foreign spelling begins here. */
function onWire(summary: Extract<ToldPart, { readonly type: 'summary' }>) {
  const { method, lang, question, parts, text, isBlocked } = summary;
  return {
    ...{ method, lang, question, parts, summary: summary.summary },
    ...(summary.method === 'extract'
      ? {
          sentences: summary.sentences,
          ...(text !== undefined && { text }),
          ...(isBlocked && { finish_reason: 'blocked' }),
        }
      : { levels: summary.levels, finish_reason: summary.finish, finish_reasons: summary.finishes }),
  };
}
