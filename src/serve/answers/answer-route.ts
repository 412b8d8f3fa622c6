/** `/v1/answers`, `/v1/corrections`, `/v1/documents`: questions answered from documents, which may change at any time. */

import { z } from 'zod';
import {
  type Answer,
  type AnswerPart,
  answerQuestion,
  correctAnswer,
  correctionKey,
  forgetCorrection,
  MOST_QUESTION_CHARACTERS,
} from '../../apps/index.ts';
import type { Collection } from '../../retrieve/index.ts';
import type { AppContext } from '../app.ts';
import { fail, wireError } from '../errors.ts';
import { limits } from '../limits.ts';
import { eventOf, eventStream } from '../openai/event-stream.ts';
import { followClient } from '../openai/stream.ts';
import type { RequestScope } from '../openai/to-request.ts';
import type { RemoteServed, ServedModel } from '../served-model.ts';
import { answerWriter } from './answer-writer.ts';
import type { DocumentsPort } from './documents-port.ts';

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
  /** Keys of documents that go. */
  remove: z.array(key).max(limits.documents).nullish(),
});

type Scope = RequestScope & { readonly documents: DocumentsPort };

/** Answers from what the documents hold now. With `stream` every part is an event of its name; the last is the whole answer. */
export async function answerAnswers(
  c: AppContext,
  body: AnswerBody,
  model: ServedModel | RemoteServed | undefined,
  scope: Scope,
): Promise<Response> {
  const controller = followClient(c);
  const { signal } = controller;
  const parts = answerQuestion(body.question, {
    collections: await scope.documents.readable(scope.tenant),
    writer:
      model &&
      answerWriter(model, {
        ...scope,
        contextTokens: body.context_tokens ?? undefined,
        onFinish: ({ promptTokens, completionTokens, guard }) =>
          c.get('metrics').written({ promptTokens, completionTokens, repairs: guard?.repairs ?? 0 }),
      }),
    top: body.top ?? undefined,
    maxSentences: body.max_sentences ?? undefined,
    maxTokens: body.max_tokens ?? undefined,
    style: body.style ?? undefined,
    minMatch: body.min_match ?? undefined,
    minSupport: body.min_support ?? undefined,
    signal,
  });
  const head = {
    id: c.get('requestId').replace('req_', 'ans-'),
    created: Math.floor(Date.now() / 1000),
    model: model?.id ?? null,
  };
  if (body.stream) {
    // The first word is awaited before the answer begins, so that a refusal has its own status.
    let begun = await parts.next();
    while (!begun.done && begun.value.type === 'passages') begun = await parts.next();
    return eventStream(c, tell(c, { parts, begun, head }, controller), controller);
  }
  for await (const part of parts) {
    if (part.type === 'answer') return c.json({ ...head, object: 'answer', ...onWire(part) });
  }
  throw new Error('an answer has no end');
}

async function* tell(
  c: AppContext,
  {
    parts,
    begun,
    head,
  }: {
    readonly parts: AsyncGenerator<AnswerPart, void>;
    readonly begun: IteratorResult<AnswerPart, void>;
    readonly head: object;
  },
  controller: AbortController,
): AsyncGenerator<string, void> {
  try {
    for (let next = begun; !next.done; next = await parts.next()) {
      const part = next.value;
      if (part.type === 'text-delta') yield eventOf({ type: 'answer.delta', delta: part.text });
      if (part.type === 'answer') yield eventOf({ type: 'answer.done', ...head, ...onWire(part) });
    }
  } catch (error) {
    // The answer has begun: the error is the last thing in it.
    yield eventOf({ type: 'error', ...wireError(error, c.get('lang'), c.get('requestId')).body });
  } finally {
    controller.abort();
    await parts.return();
  }
  yield eventOf('[DONE]');
}

/** Foreign spelling begins here. */
function onWire(part: Answer) {
  const { freshness, claims, passages } = part;
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
  await checkRoom(own, { put: [correctionKey(question)] });
  await correctAnswer(own, { question, answer, ...(source != null && { source }) });
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
  await checkRoom(own, { put: given.map((one) => one.key), remove: remove ?? [] });
  const report = await own.put(given, { signal });
  const removed = await own.remove(remove ?? []);
  return c.json({ object: 'documents', ...report, removed });
}

/** Whether a tenant may have so many documents, those that go left out. @throws `serve/documents` */
async function checkRoom(
  own: Collection,
  { put, remove = [] }: { readonly put: readonly string[]; readonly remove?: readonly string[] },
): Promise<void> {
  const most = limits.tenantDocuments;
  const left = new Set([...(await own.keys()), ...put]);
  for (const one of remove) left.delete(one);
  if (left.size > most) throw fail('serve/documents', { most });
}
