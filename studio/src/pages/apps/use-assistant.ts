/** A conversation with the assistant: what was asked, what it called, what waits for a yes. It lasts as long as the tab. */

import { queryOptions, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { request } from '../../api/client.ts';

export type CallStatus = 'done' | 'failed' | 'refused' | 'waiting';

export interface Call {
  readonly id: string;
  readonly name: string;
  readonly arguments: unknown;
  readonly status: CallStatus;
  readonly text: string;
}

/** What was asked, and what came of it. */
export interface Exchange {
  readonly words: string;
  /** Who decided; without, rules. */
  readonly model: string | undefined;
  readonly status: 'busy' | 'done' | 'stopped' | 'failed';
  readonly answer: string;
  readonly calls: readonly Call[];
  readonly reminders: readonly string[];
  readonly finish: string;
  readonly error?: unknown;
}

interface Answer {
  readonly answer: string;
  readonly calls: readonly Call[];
  readonly reminders: readonly string[];
  readonly finish_reason: string;
}

interface About {
  readonly tools: readonly {
    readonly name: string;
    readonly description: string;
    readonly has_effect: boolean;
  }[];
  readonly reminders: readonly {
    readonly id: string;
    readonly text: string;
    readonly due: string;
    readonly is_due: boolean;
  }[];
}

/** How often reminders are looked for, in ms. */
const FRESH = 15_000;

export const assistantQuery = queryOptions({
  queryKey: ['assistant'],
  queryFn: ({ signal }) => request<About>('/v1/assistant', { signal }),
  refetchInterval: FRESH,
});

/** As the server has it: turns of one request. */
const MOST_TURNS = 200;
const KEPT = 'inkstone-assistant';

/** What this tab said before it was loaded again. */
function kept(): Exchange[] {
  try {
    const read = JSON.parse(sessionStorage.getItem(KEPT) ?? '[]') as Exchange[];
    return Array.isArray(read) ? read : [];
  } catch {
    return [];
  }
}

function keep(exchanges: readonly Exchange[]): void {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(exchanges.filter(({ status }) => status === 'done')));
  } catch {
    // A private window, or too much: the conversation lasts as long as the page.
  }
}

const sameCall = (a: Pick<Call, 'name' | 'arguments'>, b: Pick<Call, 'name' | 'arguments'>): boolean =>
  a.name === b.name && JSON.stringify(a.arguments) === JSON.stringify(b.arguments);

/** `nothing`: what the assistant is taken to have said where it said nothing. */
function turnsOf(exchanges: readonly Exchange[], nothing: string) {
  const turns = exchanges
    .filter(({ status }) => status === 'done')
    .flatMap(({ words, answer }) => [
      { role: 'user', content: words },
      { role: 'assistant', content: answer || nothing },
    ]);
  return turns.slice(-(MOST_TURNS - 2));
}

export function useAssistant({ saidNo, nothing }: { readonly saidNo: string; readonly nothing: string }) {
  const queries = useQueryClient();
  const [exchanges, setExchanges] = useState(kept);
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const change = (at: number, part: Partial<Exchange>): void =>
    setExchanges((now) => {
      const next = now.map((one, i) => (i === at ? { ...one, ...part } : one));
      keep(next);
      return next;
    });

  /** Asks the exchange at a place, with a yes to one of its calls. */
  const send = async (all: readonly Exchange[], at: number, allowed?: Call): Promise<void> => {
    const controller = new AbortController();
    running.current = controller;
    const { words, model, calls, reminders } = all[at];
    const of = ({ name, arguments: args }: Call) => ({ name, arguments: args });
    const made = calls
      .filter(({ status }) => status === 'done')
      .map((one) => ({ ...of(one), text: one.text }));
    const body = {
      messages: [...turnsOf(all.slice(0, at), nothing), { role: 'user', content: words }],
      ...(model && { model }),
      ...(allowed && { approve: [of(allowed)] }),
      ...(made.length > 0 && { made }),
    };
    try {
      const { signal } = controller;
      const answer = await request<Answer>('/v1/assistant', { method: 'POST', body, signal });
      const refused = calls.filter(({ status, text }) => status === 'refused' && text === saidNo);
      change(at, {
        status: 'done',
        answer: answer.answer,
        finish: answer.finish_reason,
        reminders: [...reminders, ...answer.reminders],
        calls: answer.calls.map((call) =>
          call.status === 'waiting' && refused.some((one) => sameCall(one, call))
            ? { ...call, status: 'refused', text: saidNo }
            : call,
        ),
      });
    } catch (error) {
      change(at, controller.signal.aborted ? { status: 'stopped' } : { status: 'failed', error });
    }
    void queries.invalidateQueries({ queryKey: assistantQuery.queryKey });
  };

  const start = (all: readonly Exchange[], at: number, allowed?: Call): void => {
    setExchanges(all.map((one, i) => (i === at ? { ...one, status: 'busy', error: undefined } : one)));
    void send(all, at, allowed);
  };
  return {
    exchanges,
    isBusy: exchanges.some(({ status }) => status === 'busy'),
    ask(words: string, model: string | undefined): void {
      const exchange = { words, model, answer: '', calls: [], reminders: [], finish: '' };
      start([...exchanges, { ...exchange, status: 'busy' }], exchanges.length);
    },
    again: (at: number): void => start(exchanges, at),
    allow: (at: number, call: Call): void => start(exchanges, at, call),
    refuse: (at: number, call: Call): void =>
      change(at, {
        calls: exchanges[at].calls.map((one) =>
          one.id === call.id ? { ...one, status: 'refused', text: saidNo } : one,
        ),
      }),
    stop: (): void => running.current?.abort(),
    clear(): void {
      running.current?.abort();
      keep([]);
      setExchanges([]);
    },
  };
}
