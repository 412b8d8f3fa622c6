/** The person behind `/v1/service`: who waits, what was said, and the words of a person to a customer. */

import { z } from 'zod';
import {
  answerAsPerson,
  type HandedOver,
  handedOver,
  MOST_QUESTION_CHARACTERS,
  type Notes,
  type ServiceConversation,
  type ServiceTurn,
} from '../../apps/index.ts';
import type { AppContext } from '../app.ts';
import { fail } from '../errors.ts';
import { limits } from '../limits.ts';
import type { QuoteWatch } from '../watch/watched-quotes.ts';
import { goOn, knownConversation, type ServiceScope } from './service-route.ts';

export const personBody = z.strictObject({
  conversation: z.uuid(),
  /** What the customer reads next. */
  text: z.string().max(MOST_QUESTION_CHARACTERS).nullish(),
  /** The service answers again from now on; words are not needed then. */
  is_done: z.boolean().nullish(),
});

const notesOf = async ({ service, tenant }: Omit<ServiceScope, 'serviceTurns'>): Promise<Notes> =>
  (await service.open(tenant, {})).notes;

/** Whose turn it is first, so many at most; `waiting`: for words of a person. */
export async function listHandedOver(
  c: AppContext,
  scope: Omit<ServiceScope, 'serviceTurns'>,
): Promise<Response> {
  const all = await handedOver(await notesOf(scope));
  return c.json({
    object: 'list',
    waiting: all.filter(({ isAnswered }) => !isAnswered).length,
    count: all.length,
    data: all.slice(0, limits.handOvers).map(handOverOnWire),
  });
}

/** A conversation as it is kept: the customer's page reads a person's words here. */
export async function tellConversation(
  c: AppContext,
  id: string,
  scope: Omit<ServiceScope, 'serviceTurns'>,
): Promise<Response> {
  return c.json(conversationOnWire(await knownConversation(await notesOf(scope), id)));
}

/** Rules hold for a person's words as for others that a customer reads. @throws `serve/blocked`, `serve/service-…` */
export async function answerCustomer(
  c: AppContext,
  { conversation: id, text, is_done }: z.infer<typeof personBody>,
  scope: ServiceScope & { readonly quotes: QuoteWatch },
): Promise<Response> {
  const { quotes, tenant, serviceTurns } = scope;
  const isDone = is_done ?? false;
  if (!text?.trim() && !isDone) {
    const rule = { rule: 'words, or is_done must be true', zhRule: '文字，或把 is_done 设为 true' };
    throw fail('serve/field', { field: 'text', ...rule, got: text ?? null });
  }
  const notes = await notesOf(scope);
  const leave = quotes.begin();
  try {
    const words = text?.trim() ? quotes.tell(quotes.ask(text)).whole : undefined;
    // Half of what a person says is not what they said.
    if (words?.moderated === 'block') throw fail('serve/blocked', undefined);
    const after = await serviceTurns(`${tenant} ${id}`, async () => {
      const before = words === undefined ? await knownConversation(notes, id) : await goOn(notes, id);
      if (!before.isHandedOver) throw fail('serve/service-own', { id });
      return answerAsPerson(notes, before, { text: words?.text, isDone });
    });
    quotes.end(words?.text ?? '', { isSeen: false });
    return c.json(conversationOnWire(after));
  } finally {
    leave();
  }
}

/** Foreign spelling begins here. */
function handOverOnWire({ id, reason, since, text, turns, isAnswered }: HandedOver) {
  return { conversation: id, reason, since, text, turns: turns.length, is_answered: isAnswered };
}

const conversationOnWire = ({ id, turns, isHandedOver }: ServiceConversation) => ({
  object: 'service.conversation',
  conversation: id,
  is_handed_over: isHandedOver,
  turns: turns.map(({ role, text, at, intent, sources }: ServiceTurn) => ({
    ...{ role, text, at, intent: intent ?? null, sources: sources ?? [] },
  })),
});
