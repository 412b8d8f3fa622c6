/** The metrics of a run: what is there, and from then on what comes. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { type Connection, followEvents } from '../../api/events.ts';
import { runMetricsQuery, runPath, runQuery } from '../../api/queries.ts';
import type { Evaluation, RunDetail, RunMetrics, RunSummary, Sample, StepColumns } from '../../api/types.ts';

/** Points kept; beyond them the server is asked for a thinned curve. */
const MOST_POINTS = 6000;

interface Record {
  readonly type: string;
  readonly [key: string]: unknown;
}

export function useRunMetrics(name: string): {
  readonly metrics: RunMetrics | undefined;
  readonly error: Error | null;
  readonly connection: Connection;
} {
  const queries = useQueryClient();
  const { data, error } = useQuery({ ...runMetricsQuery(name), staleTime: Number.POSITIVE_INFINITY });
  const [connection, setConnection] = useState<Connection>('open');
  const isThere = data !== undefined;
  useEffect(() => {
    if (!isThere) return;
    const { queryKey } = runMetricsQuery(name);
    const from = queries.getQueryData(queryKey)?.offset ?? 0;
    return followEvents(
      runPath(name, `/events?from=${from}`),
      ['records', 'summary', 'reset'],
      ({ event, data: text, id }) => {
        if (event === 'reset') void queries.resetQueries({ queryKey });
        else if (event === 'records') {
          const records = JSON.parse(text) as Record[];
          queries.setQueryData(queryKey, (before) => before && grow(before, records, Number(id)));
          const count = queries.getQueryData(queryKey)?.columns.step.length ?? 0;
          if (count > MOST_POINTS) void queries.invalidateQueries({ queryKey });
        } else {
          const summary = JSON.parse(text) as RunSummary;
          queries.setQueryData(runQuery(name).queryKey, (before: RunDetail | undefined) =>
            before ? { ...before, ...summary } : undefined,
          );
        }
      },
      setConnection,
    );
  }, [isThere, name, queries]);
  return { metrics: data, error, connection };
}

/** NOTE Records that were there already come again when the page was away; they are passed over. */
function grow(before: RunMetrics, records: readonly Record[], offset: number): RunMetrics {
  const last = before.columns.step.at(-1) ?? 0;
  const columns = Object.fromEntries(
    Object.entries(before.columns).map(([key, values]) => [key, [...values]]),
  ) as unknown as StepColumns;
  const keys = Object.keys(columns) as (keyof StepColumns)[];
  for (const record of records) {
    if (record.type === 'step' && Number(record.step) > last) {
      for (const key of keys) columns[key].push(Number(record[key]));
    }
  }
  const added = <Item extends { readonly step: number }>(type: string, known: readonly Item[]): Item[] => {
    const steps = new Set(known.map(({ step }) => step));
    const found = records.filter((record) => record.type === type) as unknown as Item[];
    return [...known, ...found.filter(({ step }) => !steps.has(step))];
  };
  return {
    columns,
    evaluations: added<Evaluation>('evaluation', before.evaluations),
    samples: added<Sample>('sample', before.samples),
    offset: offset || before.offset,
  };
}
