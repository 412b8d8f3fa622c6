/** The lab of one model: what it found, and what it is doing, live. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { LabView } from '../../../../src/eval/lab-view.ts';
import type { LabNewsRow, LabOrder, LabState } from '../../../../src/serve/studio/lab.ts';
import { ask, request } from '../../api/client.ts';
import { followEvents } from '../../api/events.ts';

export type { LabView, LabViewRow } from '../../../../src/eval/lab-view.ts';
export type { LabNewsRow, LabOrder, LabState };

interface LabAnswer {
  readonly state: LabState;
  readonly report: LabView | null;
}

const pathOf = (model: string): string => `/api/lab/${encodeURIComponent(model)}`;

export function useLab(model: string) {
  const queries = useQueryClient();
  const lab = useQuery({
    queryKey: ['lab', model],
    queryFn: async ({ signal }) => {
      const text = await (await ask(pathOf(model), { signal })).text();
      return JSON.parse(text, withGaps) as LabAnswer;
    },
  });
  const [live, setLive] = useState<LabState>();
  useEffect(() => {
    let before: LabState['status'] | undefined;
    setLive(undefined);
    return followEvents(pathOf(model).concat('/events'), ['state'], ({ data }) => {
      const state = JSON.parse(data) as LabState;
      setLive(state);
      if (before === 'running' && state.status !== 'running') {
        void queries.invalidateQueries({ queryKey: ['lab', model] });
      }
      before = state.status;
    });
  }, [model, queries]);
  return {
    ...lab,
    state: live ?? lab.data?.state,
    start: (order: LabOrder) => request(pathOf(model), { method: 'POST', body: order }),
    stop: () => request(pathOf(model), { method: 'DELETE' }),
  };
}

/** JSON has no word for a gap in a plot: what was no number came as null. */
const withGaps = (key: string, value: unknown): unknown =>
  value === null && (key === 'x' || key === 'y') ? Number.NaN : value;
