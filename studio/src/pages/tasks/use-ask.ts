/** A task as it is done: what has come, whether more is coming, what went wrong. */

import { useCallback, useEffect, useRef, useState } from 'react';
import { request } from '../../api/client.ts';
import { readEvents } from '../../api/events.ts';
import { type Answers, type Line, type Order, type TaskName, tasks } from './tasks.ts';

export interface Asked<Name extends TaskName> {
  readonly status: 'idle' | 'busy' | 'done' | 'stopped' | 'failed';
  /** The text that this is about. */
  readonly text: string;
  /** What came before the whole: lines of a translation, the beginning of a summary. */
  readonly lines: readonly Line[];
  readonly begun: string;
  readonly answer?: Answers[Name];
  readonly error?: unknown;
}

const IDLE = { status: 'idle', text: '', lines: [], begun: '' } as const;

type TaskEvent =
  | ({ readonly type: 'translation.line' } & Line)
  | { readonly type: 'summary.delta'; readonly delta: string }
  | { readonly type: 'summary.progress' }
  | { readonly type: 'translation.done' | 'summary.done' }
  | { readonly type: 'error'; readonly error: { readonly message: string } };

export function useAsk<Name extends TaskName>(name: Name) {
  const [asked, setAsked] = useState<Asked<Name>>(IDLE);
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  const ask = useCallback(
    (order: Order): void => {
      running.current?.abort();
      const controller = new AbortController();
      running.current = controller;
      const { signal } = controller;
      const tell = (change: (now: Asked<Name>) => Partial<Asked<Name>>): void => {
        if (running.current === controller) setAsked((now) => ({ ...now, ...change(now) }));
      };
      const { path, bodyOf, isStream } = tasks[name];
      const body = bodyOf(order);
      const follow = async (): Promise<void> => {
        const options = { method: 'POST', body: { ...body, stream: true }, signal } as const;
        for await (const { data } of readEvents(path, options)) {
          if (data === '[DONE]') return;
          const event = JSON.parse(data) as TaskEvent;
          if (event.type === 'error') throw new Error(event.error.message);
          if (event.type === 'translation.line') tell(({ lines }) => ({ lines: [...lines, event] }));
          else if (event.type === 'summary.delta') tell(({ begun }) => ({ begun: begun + event.delta }));
          else if (event.type !== 'summary.progress') tell(() => ({ answer: event as never }));
        }
      };
      setAsked({ ...IDLE, status: 'busy', text: order.text });
      const work = isStream
        ? follow()
        : request<Answers[Name]>(path, { method: 'POST', body, signal }).then((answer) =>
            tell(() => ({ answer })),
          );
      work
        .then(() => tell(() => ({ status: 'done' })))
        .catch((error: unknown) =>
          tell(() => (signal.aborted ? { status: 'stopped' } : { status: 'failed', error })),
        );
    },
    [name],
  );
  return { asked, ask, stop: () => running.current?.abort() };
}
