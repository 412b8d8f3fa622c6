/** Items for a reader as they are asked for, and what is said of them. */

import { useCallback, useEffect, useRef, useState } from 'react';
import type { ToldRecommendation } from '../../../../src/serve/answers/recommend-route.ts';
import { request } from '../../api/client.ts';

export interface RecommendOrder {
  readonly user?: string;
  readonly text?: string;
  readonly top: number;
  readonly diversity?: number;
  readonly new_only?: true;
}

export interface RecommendAnswer {
  readonly by: 'taste' | 'popularity';
  readonly items: readonly ToldRecommendation[];
  readonly scale: { readonly low: number; readonly high: number };
}

export interface RecommendState {
  readonly isBusy: boolean;
  readonly answer?: RecommendAnswer;
  /** What it answers. */
  readonly asked?: RecommendOrder;
  readonly error?: unknown;
}

export const RECOMMEND_PATH = '/v1/recommendations';

const get = (body: RecommendOrder, signal: AbortSignal): Promise<RecommendAnswer> =>
  request<RecommendAnswer>(RECOMMEND_PATH, { method: 'POST', body, signal });

export function useRecommend() {
  const [state, setState] = useState<RecommendState>({ isBusy: false });
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const run = useCallback((body: RecommendOrder, work: (signal: AbortSignal) => Promise<RecommendAnswer>) => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    const tell = (next: (now: RecommendState) => RecommendState): void => {
      if (running.current === controller) setState(next);
    };
    tell(({ answer, asked }) => ({ isBusy: true, answer, asked }));
    work(controller.signal)
      .then((answer) => tell(() => ({ isBusy: false, answer, asked: body })))
      .catch((error: unknown) => tell(({ answer, asked }) => ({ isBusy: false, answer, asked, error })));
  }, []);
  return {
    ...state,
    ask: useCallback((body: RecommendOrder) => run(body, (signal) => get(body, signal)), [run]),
    /** Keeps what a reader says of an item, and asks again. */
    tell: useCallback(
      (
        event: { readonly user: string; readonly item: string; readonly rating: number },
        body: RecommendOrder,
      ) =>
        run(body, async (signal) => {
          const events = { method: 'POST', body: { events: [event] }, signal } as const;
          await request(`${RECOMMEND_PATH}/events`, events);
          return get(body, signal);
        }),
      [run],
    ),
  };
}
