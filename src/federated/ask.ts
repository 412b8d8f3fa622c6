/** Asking clients: each answer has a deadline, is checked, and its bytes are counted. Who gives none is left out and named. */

import {
  type FederatedClient,
  isAnswer,
  payloadBytes,
  type QuestionName,
  type Questions,
} from './messages.ts';

/** Why a client's answer is missing. */
export interface Missing {
  readonly client: string;
  /** `refused`: it said why; `lost`: it is gone; `nonsense`: what came is no answer; `rehearsed`: left out on purpose. */
  readonly reason: 'deadline' | 'refused' | 'lost' | 'nonsense' | 'rehearsed';
  /** In which question. */
  readonly at: QuestionName;
  readonly detail?: string;
}

/** The way to a client is gone: its process ended, its connection broke. */
export class ClientLost extends Error {}

/** What goes between the coordinator and its clients in one round. */
export interface Conversation {
  readonly missing: Missing[];
  bytesDown: number;
  bytesUp: number;
  /** The answers that came in time and make sense, by name. */
  askAll<Name extends QuestionName>(
    what: Name,
    clients: readonly FederatedClient[],
    questionFor: (client: FederatedClient) => Questions[Name]['question'],
  ): Promise<Map<string, Questions[Name]['answer']>>;
}

export interface ConversationOptions {
  readonly deadlineMs: number;
  /** Numbers in an answer to `learn`. */
  readonly size: number;
  readonly signal?: AbortSignal | undefined;
}

/** Begins to count; `askAll` throws the signal's reason and nothing else. */
export function conversation({ deadlineMs, size, signal }: ConversationOptions): Conversation {
  const talk: Conversation = {
    missing: [],
    bytesDown: 0,
    bytesUp: 0,
    async askAll(what, clients, questionFor) {
      const answers = new Map();
      await Promise.all(
        clients.map(async (client) => {
          const question = questionFor(client);
          const leaveOut = (reason: Missing['reason'], detail?: string): void => {
            talk.missing.push({ client: client.name, reason, at: what, ...(detail && { detail }) });
          };
          talk.bytesDown += payloadBytes(question);
          let answer: unknown;
          try {
            answer = await inTime(deadlineMs, signal, (deadline) => client.ask(what, question, deadline));
          } catch (error) {
            signal?.throwIfAborted();
            if (error === LATE) leaveOut('deadline');
            else leaveOut(error instanceof ClientLost ? 'lost' : 'refused', (error as Error).message);
            return;
          }
          talk.bytesUp += payloadBytes(answer);
          const { name } = client;
          if (isAnswer(what, answer, { size, question, name })) answers.set(name, answer);
          else leaveOut('nonsense');
        }),
      );
      return inOrder(clients, answers);
    },
  };
  return talk;
}

/** Answers come in any order; sums must not depend on it. */
const inOrder = <Answer>(
  clients: readonly FederatedClient[],
  answers: Map<string, Answer>,
): Map<string, Answer> =>
  new Map(clients.flatMap(({ name }) => (answers.has(name) ? [[name, answers.get(name)!]] : [])));

const LATE = new Error('deadline');

/** What a timer of Node can wait, 24 days: beyond it would ring at once. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** @throws `LATE` when time is over, else the signal's reason or what the work throws */
async function inTime<Result>(
  ms: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  outer?.throwIfAborted();
  const controller = new AbortController();
  const { signal } = controller;
  const timer = setTimeout(() => controller.abort(LATE), Math.min(ms, LONGEST_WAIT_MS));
  const abort = (): void => controller.abort(outer!.reason);
  outer?.addEventListener('abort', abort, { once: true });
  const ended = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    return await Promise.race([work(signal), ended]);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', abort);
  }
}
