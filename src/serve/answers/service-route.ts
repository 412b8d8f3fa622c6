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
} from '../../apps/index.ts';
import type { AppContext } from '../app.ts';
import { fail } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Told } from '../moderation/moderate-quote.ts';
import { followClient } from '../openai/stream.ts';
import type { RequestScope } from '../openai/to-request.ts';
import type { RemoteServed, ServedModel } from '../served-model.ts';
import type { QuoteWatch } from '../watch/watched-quotes.ts';
import { countedWriter } from './answer-writer.ts';
import type { DocumentsPort } from './documents-port.ts';
import type { ServicePort } from './service-port.ts';

export const serviceBody = z.strictObject({
  message: z.string().min(1).max(MOST_QUESTION_CHARACTERS),
  /** As an earlier turn named it; without, a new one begins. */
  conversation: z.uuid().nullish(),
  /** Who writes answers from documents; without, sentences are quoted. */
  model: z.string().nullish(),
});

/** The answer to one message; what is kept of the conversation is what the rules let through. */
export async function answerService(
  c: AppContext,
  { message, conversation: known }: z.infer<typeof serviceBody>,
  model: ServedModel | RemoteServed | undefined,
  scope: RequestScope & {
    readonly service: ServicePort;
    readonly documents: DocumentsPort | undefined;
    readonly quotes: QuoteWatch;
  },
): Promise<Response> {
  const { service, quotes, tenant } = scope;
  const { signal } = followClient(c);
  const { serve, notes } = service.open(tenant, {
    collections: await scope.documents?.readable(tenant),
    writer: model && countedWriter(c, model, scope),
  });
  const leave = quotes.begin();
  try {
    const words = quotes.ask(message);
    const id = known ?? randomUUID();
    return await service.inTurn(`${tenant} ${id}`, async () => {
      const before = known == null ? await begin(notes, id) : await goOn(notes, id);
      let intent: FoundIntent | undefined;
      let reason: HandOverReason | undefined;
      let moderated: Told['moderated'];
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
        quotes.end(answer, { isSeen: false });
        return c.json({
          object: 'service.turn',
          id: c.get('requestId').replace('req_', 'srv-'),
          created: Math.floor(Date.now() / 1000),
          ...{ model: model?.id ?? null, conversation: id, answer, intent: intent ?? null },
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

async function goOn(notes: Notes, id: string): Promise<ServiceConversation> {
  const conversation = await findConversation(notes, id);
  if (!conversation) throw fail('serve/missing', { what: 'conversation', zhWhat: '对话', id });
  if (conversation.turns.length >= limits.serviceTurns) {
    throw fail('serve/service-turns', { most: limits.serviceTurns });
  }
  return conversation;
}
