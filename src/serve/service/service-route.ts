/** `/v1/service`: a turn of a conversation with a customer, by the plan of the server's owner. */

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import {
  type FoundIntent,
  findConversation,
  type HandOverReason,
  MOST_QUESTION_CHARACTERS,
  type Notes,
  newConversation,
  type ServiceConversation,
  type ServiceSource,
  sentenceIn,
} from '../../apps/index.ts';
import { countedWriter } from '../answers/answer-writer.ts';
import type { DocumentsPort } from '../answers/documents-port.ts';
import type { AppContext } from '../app.ts';
import { fail } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Told } from '../moderation/moderate-quote.ts';
import { followClient } from '../openai/stream.ts';
import type { RequestScope } from '../openai/to-request.ts';
import type { RemoteServed, ServedModel } from '../served-model.ts';
import type { Turns } from '../turns.ts';
import type { QuoteWatch } from '../watch/watched-quotes.ts';
import type { ServicePort } from './service-port.ts';

export const serviceBody = z.strictObject({
  message: z.string().min(1).max(MOST_QUESTION_CHARACTERS),
  /** As an earlier turn named it; without, a new one begins. */
  conversation: z.uuid().nullish(),
  /** Who writes answers from documents; without, sentences are quoted. */
  model: z.string().nullish(),
});

/** What a route of conversations stands on. */
export interface ServiceScope {
  readonly tenant: string;
  readonly service: ServicePort;
  /** Turns of one conversation follow each other. */
  readonly serviceTurns: Turns;
}

/** What customers can want here, and how they are greeted. */
export async function describeService(c: AppContext, service: ServicePort): Promise<Response> {
  const { greeting, intents } = await service.plan();
  return c.json({
    object: 'service',
    greeting: greeting === undefined ? null : sentenceIn(greeting, c.get('lang')),
    intents: intents.map(({ name, examples }) => ({ name, examples: examples.slice(0, SHOWN_EXAMPLES) })),
  });
}

/** Examples of an intent that are told. */
const SHOWN_EXAMPLES = 20;

/** The answer to one message; what is kept of the conversation is what the rules let through. */
export async function answerService(
  c: AppContext,
  { message, conversation: known }: z.infer<typeof serviceBody>,
  model: ServedModel | RemoteServed | undefined,
  scope: RequestScope &
    ServiceScope & { readonly documents: DocumentsPort | undefined; readonly quotes: QuoteWatch },
): Promise<Response> {
  const { service, serviceTurns, quotes, tenant } = scope;
  const { signal } = followClient(c);
  const { serve, notes } = await service.open(tenant, {
    collections: await scope.documents?.readable(tenant),
    writer: model && countedWriter(c, model, scope),
  });
  const leave = quotes.begin();
  try {
    const words = quotes.ask(message);
    const id = known ?? randomUUID();
    return await serviceTurns(`${tenant} ${id}`, async () => {
      signal.throwIfAborted();
      const before = known == null ? await begin(notes, id) : await goOn(notes, id);
      let intent: FoundIntent | undefined;
      let reason: HandOverReason | undefined;
      let moderated: Told['moderated'];
      let sources: readonly ServiceSource[] = [];
      const letThrough = (text: string): string => {
        const { whole } = quotes.tell(text);
        moderated = whole.moderated;
        return whole.text;
      };
      for await (const part of serve(words, before, { signal, letThrough })) {
        if (part.type === 'intent') intent = { name: part.name, score: part.score };
        if (part.type === 'hand-over') reason = part.reason;
        if (part.type !== 'answer') continue;
        const { answer } = part;
        sources = part.conversation.turns.at(-1)?.sources ?? [];
        quotes.end(answer, { isSeen: false });
        return c.json({
          object: 'service.turn',
          id: c.get('requestId').replace('req_', 'srv-'),
          created: Math.floor(Date.now() / 1000),
          ...{ model: model?.id ?? null, conversation: id, answer, intent: intent ?? null, sources },
          is_handed_over: part.conversation.isHandedOver,
          hand_over_reason: reason ?? null,
          ...(moderated && { moderated }),
        });
      }
      throw new Error('a turn has no end');
    });
  } finally {
    leave();
  }
}

async function begin(notes: Notes, id: string): Promise<ServiceConversation> {
  const most = limits.serviceConversations;
  if ((await notes.count('conversation')) >= most) throw fail('serve/service-full', { most });
  return newConversation(id);
}

/** One that can go on. @throws `serve/missing`, `serve/service-turns` */
export async function goOn(notes: Notes, id: string): Promise<ServiceConversation> {
  const conversation = await knownConversation(notes, id);
  if (conversation.turns.length >= limits.serviceTurns) {
    throw fail('serve/service-turns', { most: limits.serviceTurns });
  }
  return conversation;
}

/** @throws `serve/missing` */
export async function knownConversation(notes: Notes, id: string): Promise<ServiceConversation> {
  const conversation = await findConversation(notes, id);
  if (!conversation) throw fail('serve/missing', { what: 'conversation', zhWhat: '对话', id });
  return conversation;
}
