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
  readonly error?: unknown;
}

export const RECOMMEND_PATH = '/v1/recommendations';

const get = (body: RecommendOrder, signal: AbortSignal): Promise<RecommendAnswer> =>
  request<RecommendAnswer>(RECOMMEND_PATH, { method: 'POST', body, signal });

export function useRecommend() {
  const [state, setState] = useState<RecommendState>({ isBusy: false });
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const run = useCallback((work: (signal: AbortSignal) => Promise<RecommendAnswer>): void => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    const tell = (next: (now: RecommendState) => RecommendState): void => {
      if (running.current === controller) setState(next);
    };
    tell(({ answer }) => ({ isBusy: true, answer }));
    work(controller.signal)
      .then((answer) => tell(() => ({ isBusy: false, answer })))
      .catch((error: unknown) => tell(({ answer }) => ({ isBusy: false, answer, error })));
  }, []);
  return {
    ...state,
    ask: useCallback((body: RecommendOrder) => run((signal) => get(body, signal)), [run]),
    /** Keeps what a reader says of an item, and asks again. */
    tell: useCallback(
      (
        event: { readonly user: string; readonly item: string; readonly rating: number },
        body: RecommendOrder,
      ) =>
        run(async (signal) => {
          const events = { method: 'POST', body: { events: [event] }, signal } as const;
          await request(`${RECOMMEND_PATH}/events`, events);
          return get(body, signal);
        }),
      [run],
    ),
  };
}
