/** `/v1/answers`, `/v1/corrections`, `/v1/documents`: questions answered from documents, which may change at any time. */

import { z } from 'zod';
import {
  type AskOptions,
  correctAnswer,
  forgetCorrection,
  MOST_QUESTION_CHARACTERS,
} from '../../apps/index.ts';
import type { AppContext } from '../app.ts';
import { guardModel } from '../domain/guard-model.ts';
import { kitQuestion, type Warned, warnedAnswer } from '../domain/kit-answer.ts';
import type { KitGuard } from '../domain/kit-guard.ts';
import { limits } from '../limits.ts';
import { eventStream } from '../openai/event-stream.ts';
import { followClient } from '../openai/stream.ts';
import type { RequestScope } from '../openai/to-request.ts';
import type { RemoteServed, ServedModel } from '../served-model.ts';
import type { QuoteWatch } from '../watch/watched-quotes.ts';
import { countedWriter } from './answer-writer.ts';
import type { DocumentsPort } from './documents-port.ts';
import { firstParts, tellParts } from './tell-parts.ts';
import { type ToldAnswer, type ToldPart, toldAnswer } from './told-answer.ts';

const text = z.string();
const question = text.min(1).max(MOST_QUESTION_CHARACTERS);
const share = z.number().min(0).max(1);

export const answerBody = z.strictObject({
  question,
  /** Who writes; without, sentences of the documents are quoted. */
  model: text.nullish(),
  stream: z.boolean().nullish(),
  top: z.int().min(1).max(limits.passages).nullish(),
  max_sentences: z.int().min(1).max(limits.sentences).nullish(),
  max_tokens: z.int().min(1).max(limits.answerTokens).nullish(),
  style: text.max(limits.styleLength).nullish(),
  min_match: share.nullish(),
  min_support: share.nullish(),
  /** Of a model behind another endpoint: what it reads and writes in all. */
  context_tokens: z.int().min(1).max(limits.answerContext).nullish(),
});
export type AnswerBody = z.infer<typeof answerBody>;

export const correctionBody = z.strictObject({
  question,
  /** Without, the correction is forgotten. */
  answer: text.min(1).max(limits.correctionLength).nullish(),
  source: text.max(limits.styleLength).nullish(),
});

const key = text
  .min(1)
  .max(limits.documentKey)
  .refine((one) => Buffer.byteLength(one) <= limits.documentKey);
export const documentsBody = z.strictObject({
  /** Added; one whose key is there is changed. */
  put: z
    .array(z.strictObject({ key, text, title: text.nullish(), source: text.nullish() }))
    .max(limits.documents)
    .nullish(),
  /** Keys of documents that go; one that is also put stays. */
  remove: z.array(key).max(limits.documents).nullish(),
});

type Scope = RequestScope & { readonly documents: DocumentsPort };

/** Answers from what the documents hold now. With `stream` every part is an event of its name; the last is the whole answer. */
export async function answerAnswers(
  c: AppContext,
  body: AnswerBody,
  model: ServedModel | RemoteServed | undefined,
  scope: Scope & { readonly quotes: QuoteWatch; readonly kits: KitGuard | undefined },
): Promise<Response> {
  const controller = followClient(c);
  const { signal } = controller;
  const { kits } = scope;
  // What is asked is looked at below: the prompt of the model holds passages.
  const writer = model && guardModel(c, model, kits, { asked: null, isForm: true });
  const options: AskOptions = {
    ...(kits && kitQuestion(kits.readers, body.question)),
    collections: await scope.documents.readable(scope.tenant),
    writer: writer && countedWriter(c, writer, { ...scope, contextTokens: body.context_tokens ?? undefined }),
    top: body.top ?? undefined,
    maxSentences: body.max_sentences ?? undefined,
    maxTokens: body.max_tokens ?? undefined,
    style: body.style ?? undefined,
    minMatch: body.min_match ?? undefined,
    minSupport: body.min_support ?? undefined,
    signal,
  };
  const head = {
    id: c.get('requestId').replace('req_', 'ans-'),
    created: Math.floor(Date.now() / 1000),
    model: model?.id ?? null,
  };
  const parts = warnedAnswer(c, body.question, kits, () => toldAnswer(body.question, options, scope.quotes));
  const eventOfPart = (part: ToldPart & Warned): object =>
    part.type === 'text-delta'
      ? { type: 'answer.delta', delta: part.text }
      : { type: 'answer.done', ...head, ...onWire(part) };
  if (body.stream) {
    const begun = await firstParts(parts, () => true);
    return eventStream(c, tellParts(c, { parts, begun, eventOfPart }, controller), controller);
  }
  for await (const part of parts) {
    if (part.type === 'answer') return c.json({ ...head, object: 'answer', ...onWire(part) });
  }
  throw new Error('an answer has no end');
}

/** Foreign spelling begins here. */
function onWire(part: ToldAnswer & Warned) {
  const { freshness, claims, passages, warning, notices } = part;
  return {
    kind: part.kind,
    ...(part.kind === 'not-in-documents' && { reason: part.reason }),
    question: part.question,
    answer: part.answer,
    claims,
    passages: passages.map(({ isCorrection, ...passage }) => ({ ...passage, is_correction: isCorrection })),
    ...(part.kind === 'answer' && {
      unknown_citations: part.unknownCitations,
      finish_reason: part.finish ?? null,
    }),
    ...(warning && { warning }),
    ...(notices && { notices }),
    freshness: { as_of: freshness.asOf, newest_change: freshness.newestChange },
  };
}

/** Keeps or forgets the right answer to a question, for the caller's tenant. */
export async function answerCorrections(
  c: AppContext,
  { question, answer, source }: z.infer<typeof correctionBody>,
  { documents, tenant }: Scope,
): Promise<Response> {
  const own = await documents.own(tenant);
  if (answer == null) {
    const forgotten = await forgetCorrection(own, question);
    return c.json({ object: 'correction', question, answer: null, forgotten });
  }
  const correction = { question, answer, ...(source != null && { source }) };
  await correctAnswer(own, correction, { most: limits.tenantDocuments });
  return c.json({ object: 'correction', question, answer });
}

/** Changes the documents of the caller's tenant; the next answer knows. */
export async function answerDocuments(
  c: AppContext,
  { put, remove }: z.infer<typeof documentsBody>,
  { documents, tenant }: Scope,
): Promise<Response> {
  const own = await documents.own(tenant);
  const { signal } = followClient(c);
  const given = (put ?? []).map(({ key, text: body, title, source }) => ({
    key,
    text: body,
    ...(title != null && { title }),
    ...(source != null && { source }),
  }));
  const kept = new Set(given.map((one) => one.key));
  // Those that go make room first.
  const removed = await own.remove((remove ?? []).filter((one) => !kept.has(one)));
  const report = await own.put(given, { signal, most: limits.tenantDocuments });
  return c.json({ object: 'documents', ...report, removed });
}
