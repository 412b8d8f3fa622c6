/** A task on papers as it is done. */

import { useCallback, useEffect, useRef, useState } from 'react';
import { request } from '../../api/client.ts';
import { type PaperAnswers, type PaperOrder, type PaperTask, requestOf } from './tasks.ts';

export type Done = {
  [Task in PaperTask]: { readonly task: Task; readonly answer: PaperAnswers[Task] };
}[PaperTask];

export interface Asked {
  readonly status: 'idle' | 'busy' | 'done' | 'stopped' | 'failed';
  readonly done?: Done;
  readonly error?: unknown;
}

export function usePapers() {
  const [asked, setAsked] = useState<Asked>({ status: 'idle' });
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const ask = useCallback((order: PaperOrder): void => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    const { signal } = controller;
    const { path, body } = requestOf(order);
    setAsked({ status: 'busy' });
    request<Done['answer']>(path, { method: 'POST', body, signal })
      .then((answer) => {
        // Not where another task has begun.
        if (running.current === controller)
          setAsked({ status: 'done', done: { task: order.task, answer } as Done });
      })
      .catch((error: unknown) => {
        if (running.current === controller)
          setAsked(signal.aborted ? { status: 'stopped' } : { status: 'failed', error });
      });
  }, []);
  return { asked, ask, stop: () => running.current?.abort() };
}
