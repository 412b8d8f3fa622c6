/** What pages ask again and again, under the keys by which the cache knows it. */

import { queryOptions } from '@tanstack/react-query';
import { request } from './client.ts';
import type {
  Kit,
  Machine,
  Model,
  RunDetail,
  RunEstimate,
  RunMetrics,
  RunSummary,
  SpeechEngines,
  StrategyRow,
  TextSource,
  TrainOrder,
  Work,
} from './types.ts';

interface List<Item> {
  readonly data: readonly Item[];
}

/** The models that are served now. */
export const modelsQuery = queryOptions({
  queryKey: ['models'],
  queryFn: ({ signal }) => request<List<Model>>('/api/models', { signal }),
  select: ({ data }) => data,
  refetchInterval: 5000,
});

/** Those of them that are for this work. */
export const modelsFor = (wanted: Work) =>
  queryOptions({ ...modelsQuery, select: ({ data }) => data.filter(({ work }) => work === wanted) });

/** The kits of fields; they do not change. */
export const kitsQuery = queryOptions({
  queryKey: ['kits'],
  queryFn: ({ signal }) => request<List<Kit>>('/v1/domain', { signal }),
  select: ({ data }) => data,
  staleTime: Number.POSITIVE_INFINITY,
});

/** The ways of writing; they do not change. */
export const strategiesQuery = queryOptions({
  queryKey: ['strategies'],
  queryFn: ({ signal }) => request<List<StrategyRow>>('/api/strategies', { signal }),
  select: ({ data }) => data,
  staleTime: Number.POSITIVE_INFINITY,
});

/** Who listens and who reads aloud; they do not change. */
export const speechQuery = queryOptions({
  queryKey: ['speech'],
  queryFn: ({ signal }) => request<SpeechEngines>('/api/speech', { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export const runsQuery = queryOptions({
  queryKey: ['runs'],
  queryFn: ({ signal }) => request<List<RunSummary>>('/api/runs', { signal }),
  select: ({ data }) => data,
  refetchInterval: 3000,
});

export const runPath = (name: string, rest = ''): string => `/api/runs/${encodeURIComponent(name)}${rest}`;

export const runQuery = (name: string) =>
  queryOptions({
    queryKey: ['runs', name],
    queryFn: ({ signal }) => request<RunDetail>(runPath(name), { signal }),
    refetchInterval: ({ state }) =>
      state.data?.status === 'running' || state.data?.status === 'preparing' ? 1500 : 10_000,
  });

export const runMetricsQuery = (name: string) =>
  queryOptions({
    queryKey: ['runs', name, 'metrics'],
    queryFn: ({ signal }) => request<RunMetrics>(runPath(name, '/metrics'), { signal }),
  });

export const sourcesQuery = queryOptions({
  queryKey: ['sources'],
  queryFn: ({ signal }) =>
    request<List<TextSource> & { readonly presets: readonly string[] }>('/api/runs/sources', { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export const estimateQuery = (order: TrainOrder & { readonly data?: string }) =>
  queryOptions({
    queryKey: ['estimate', order],
    queryFn: ({ signal }) =>
      request<RunEstimate>('/api/runs/estimate', { method: 'POST', body: order, signal }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

export const machineQuery = queryOptions({
  queryKey: ['machine'],
  queryFn: ({ signal }) => request<Machine>('/api/machine', { signal }),
  refetchInterval: 2000,
});
