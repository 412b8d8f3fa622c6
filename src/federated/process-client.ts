/** A client in a process of its own. When the process dies or is too late it is started again at the next question. */

import { type ChildProcess, fork } from 'node:child_process';
import { fromSent, type SentError, toSent } from '../sent-error.ts';
import { ClientLost } from './ask.ts';
import type { ClientSize, FederatedClient, QuestionName, Questions, Respondent } from './messages.ts';

export interface ProcessClientOptions {
  readonly name: string;
  /** The module that calls `answerParent`. */
  readonly script: string;
  /** Options of Node for the process; default: those of this one. */
  readonly execArgv?: readonly string[];
  readonly env?: { readonly [name: string]: string };
  /** What the process is told first: plain data. */
  readonly begin: unknown;
}

export interface ProcessClient extends FederatedClient {
  /** Of the process now running. */
  readonly pid: number | undefined;
  close(): void;
}

type ToClient =
  | { readonly type: 'begin'; readonly begin: unknown }
  | { readonly type: 'ask'; readonly what: QuestionName; readonly question: unknown };
type FromClient =
  | { readonly type: 'ready'; readonly size: ClientSize }
  | { readonly type: 'answer'; readonly answer: unknown }
  | { readonly type: 'refused'; readonly error: SentError };

/** Starts the process. @throws what keeps it from beginning, and the signal's reason */
export async function startProcessClient(
  options: ProcessClientOptions,
  signal: AbortSignal,
): Promise<ProcessClient> {
  const { name, script, execArgv = process.execArgv, begin } = options;
  let child: ChildProcess | undefined;
  let size: ClientSize = { examples: 0, tokensPerRound: 0 };

  /** Sends one message and waits for the one that answers it. An abort ends the process: a late answer can meet no other question. */
  const exchange = (message: ToClient, aborted: AbortSignal): Promise<FromClient> =>
    new Promise((resolve, reject) => {
      const current = child!;
      const settle = (how: () => void): void => {
        current.off('message', hear).off('exit', onExit);
        aborted.removeEventListener('abort', abort);
        how();
      };
      const hear = (heard: FromClient): void => settle(() => resolve(heard));
      const onExit = (code: number | null, killed: string | null): void =>
        settle(() => reject(new ClientLost(`process ended: ${killed ?? `exit ${code}`}`)));
      const abort = (): void => {
        settle(() => reject(aborted.reason));
        current.kill('SIGKILL');
        if (child === current) child = undefined;
      };
      if (aborted.aborted) return abort();
      current.on('message', hear).on('exit', onExit);
      aborted.addEventListener('abort', abort, { once: true });
      current.send(message, (error) => error && onExit(null, error.message));
    });

  const start = async (aborted: AbortSignal): Promise<void> => {
    const started = fork(script, [], {
      execArgv: [...execArgv],
      env: { ...process.env, ...options.env },
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child = started;
    started.on('error', () => {});
    started.on('exit', () => {
      if (child === started) child = undefined;
    });
    const heard = await exchange({ type: 'begin', begin }, aborted);
    if (heard.type === 'ready') {
      size = heard.size;
      return;
    }
    started.kill('SIGKILL');
    throw refusalOf(heard);
  };

  await start(signal);
  return {
    name,
    ...size,
    get pid() {
      return child?.pid;
    },
    async ask<Name extends QuestionName>(
      what: Name,
      question: Questions[Name]['question'],
      deadline: AbortSignal,
    ) {
      if (!child) await start(deadline);
      const heard = await exchange({ type: 'ask', what, question }, deadline);
      if (heard.type !== 'answer') throw refusalOf(heard);
      return heard.answer as Questions[Name]['answer'];
    },
    close() {
      child?.kill('SIGKILL');
    },
  };
}

const refusalOf = (heard: FromClient): Error =>
  heard.type === 'refused' ? fromSent(heard.error) : new Error(`the client said "${heard.type}"`);

/** The child's side: answers the process that started it, and ends with it. */
export function answerParent<Begin>(
  makeRespondent: (begin: Begin) => Promise<{ readonly size: ClientSize; readonly respondent: Respondent }>,
): void {
  let respondent: Respondent | undefined;
  const send = (message: FromClient): void => void process.send!(message);
  const answer = async (message: ToClient): Promise<FromClient> => {
    if (message.type === 'begin') {
      const made = await makeRespondent(message.begin as Begin);
      respondent = made.respondent;
      return { type: 'ready', size: made.size };
    }
    const method = respondent![message.what] as (question: unknown) => unknown;
    return { type: 'answer', answer: await method(message.question) };
  };
  process.on('message', (message: ToClient) => {
    answer(message).then(send, (error) => send({ type: 'refused', error: toSent(error) }));
  });
  // A Ctrl-C reaches the whole group; the coordinator decides when its clients end.
  process.on('SIGINT', () => {});
  process.on('disconnect', () => process.exit(0));
}
