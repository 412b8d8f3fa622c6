/** What is kept of conversations with customers, and the person who takes over: who waits, what is answered, how a conversation goes back. */

import type { Note, Notes } from '../assistant/notes.ts';
import type { HandOverReason, ServiceConversation, ServiceTurn } from './serve-customer.ts';

/** A customer whom a person has, or shall have. */
export interface HandedOver {
  /** Of the conversation. */
  readonly id: string;
  readonly reason: HandOverReason | undefined;
  /** When it was handed over; ISO 8601. */
  readonly since: string;
  /** The customer's last words. */
  readonly text: string;
  readonly turns: readonly ServiceTurn[];
  /** A person spoke last. */
  readonly isAnswered: boolean;
}

/** One that is kept; undefined where there is none. */
export async function findConversation(notes: Notes, id: string): Promise<ServiceConversation | undefined> {
  const note = await notes.get('conversation', id);
  return note?.detail as unknown as ServiceConversation | undefined;
}

/** `reason`: it is handed over now. */
export async function keepConversation(
  notes: Notes,
  conversation: ServiceConversation,
  reason?: HandOverReason,
): Promise<void> {
  // The hand-over first: a conversation that says a person has it is never one that nobody was told of.
  if (conversation.isHandedOver) await keepHandOver(notes, conversation, reason);
  await putConversation(notes, conversation);
}

async function putConversation(notes: Notes, conversation: ServiceConversation): Promise<void> {
  const { id, turns } = conversation;
  const { at: created = '', text = '' } = turns.at(0) ?? {};
  await notes.put({ id, created, text, kind: 'conversation', detail: { ...conversation } });
}

async function keepHandOver(
  notes: Notes,
  { id, turns }: ServiceConversation,
  reason: HandOverReason | undefined,
): Promise<void> {
  const known = await notes.get('hand-over', id);
  // A hand-over that a person has taken away is not put back, unless there is a new one.
  if (!known && reason === undefined) return;
  const last = turns.findLast(({ role }) => role === 'customer')!;
  await notes.put({
    id,
    created: known?.created ?? last.at,
    text: last.text,
    kind: 'hand-over',
    detail: { reason: reason ?? known?.detail?.reason, turns },
  });
}

/** Those whom a person has: who waits for words first, and of these who has waited longest. */
export async function handedOver(notes: Pick<Notes, 'list'>): Promise<HandedOver[]> {
  const all = (await notes.list('hand-over')).map(readHandOver);
  return all.sort((a, b) => Number(a.isAnswered) - Number(b.isAnswered) || (a.since < b.since ? -1 : 1));
}

function readHandOver({ id, text, created, detail }: Note): HandedOver {
  const { reason, turns = [] } = (detail ?? {}) as Partial<Pick<HandedOver, 'reason' | 'turns'>>;
  return { id, text, reason, since: created, turns, isAnswered: turns.at(-1)?.role === 'person' };
}

/**
 * What a person says to a customer, kept; with `isDone` the service answers again from now on, and without words too. The
 * conversation as it is then.
 */
export async function answerAsPerson(
  notes: Notes,
  before: ServiceConversation,
  {
    text,
    isDone = false,
    now = () => new Date(),
  }: { readonly text?: string | undefined; readonly isDone?: boolean; readonly now?: () => Date },
): Promise<ServiceConversation> {
  const said = text?.trim() ? [{ role: 'person' as const, text: text.trim(), at: now().toISOString() }] : [];
  const turns = [...before.turns, ...said];
  if (!isDone) {
    const after = { ...before, turns };
    await keepConversation(notes, after);
    return after;
  }
  const after = { ...before, turns, isHandedOver: false, failures: 0, pending: undefined };
  // The conversation first: where the second step fails somebody still waits in the queue, and none is lost.
  await putConversation(notes, after);
  await notes.remove('hand-over', before.id);
  return after;
}
