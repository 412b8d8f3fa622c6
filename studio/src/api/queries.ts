/** What pages ask again and again, under the keys by which the cache knows it. */

import { queryOptions } from '@tanstack/react-query';
import { request } from './client.ts';
import type { Model } from './types.ts';

/** The models that are served now. */
export const modelsQuery = queryOptions({
  queryKey: ['models'],
  queryFn: ({ signal }) => request<{ readonly data: readonly Model[] }>('/api/models', { signal }),
  select: ({ data }) => data,
  refetchInterval: 5000,
});
