/** An answer from the documents as it comes. */

import { useCallback, useEffect, useRef, useState } from 'react';
import type { ToldAnswer, ToldClaim } from '../../../../src/serve/answers/told-answer.ts';
import { readEvents } from '../../api/events.ts';

export interface WholeAnswer {
  readonly kind: 'answer' | 'not-in-documents';
  readonly reason?: 'no-match' | 'model';
  readonly question: string;
  readonly answer: string;
  readonly claims: readonly ToldClaim[];
  readonly passages: readonly (Omit<
    ToldAnswer['passages'][number],
    'changed' | 'checked' | 'isCorrection'
  > & {
    readonly changed: string | null;
    readonly is_correction: boolean;
  })[];
  /** A kit of a field answered in the place of the documents. */
  readonly warning?: { readonly kit: string; readonly rule: string };
  readonly notices?: readonly string[];
  readonly freshness: { readonly as_of: string | null; readonly newest_change: string | null };
}

type AnswerEvent =
  | { readonly type: 'answer.delta'; readonly delta: string }
  | ({ readonly type: 'answer.done' } & WholeAnswer)
  | { readonly type: 'error'; readonly error: { readonly message: string } };

export interface AnswerState {
  /** What has come so far. */
  readonly text: string;
  readonly whole?: WholeAnswer;
  readonly error?: unknown;
  readonly isBusy: boolean;
}

const IDLE: AnswerState = { text: '', isBusy: false };

export interface AnswerOrder {
  readonly question: string;
  readonly model: string | undefined;
  readonly top: number;
}

export const bodyOf = ({ question, model, top }: AnswerOrder) => ({ question, ...(model && { model }), top });

export function useAnswer(): AnswerState & { ask(order: AnswerOrder): void; stop(): void } {
  const [state, setState] = useState(IDLE);
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const ask = useCallback((order: AnswerOrder): void => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    const { signal } = controller;
    const tell = (next: Partial<AnswerState>): void => {
      if (running.current === controller) setState((now) => ({ ...now, ...next }));
    };
    const read = async (): Promise<void> => {
      const body = { ...bodyOf(order), stream: true };
      let text = '';
      for await (const { data } of readEvents('/v1/answers', { method: 'POST', body, signal })) {
        if (data === '[DONE]') break;
        const event = JSON.parse(data) as AnswerEvent;
        if (event.type === 'error') throw new Error(event.error.message);
        if (event.type === 'answer.delta') tell({ text: (text += event.delta) });
        else tell({ whole: event });
      }
    };
    setState({ text: '', isBusy: true });
    read()
      .catch((error: unknown) => !signal.aborted && tell({ error }))
      .finally(() => tell({ isBusy: false }));
  }, []);
  return { ...state, ask, stop: () => running.current?.abort() };
}
