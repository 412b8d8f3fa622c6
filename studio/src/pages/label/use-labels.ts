/** Tasks of labelling, as the server keeps them. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { LabelItem, LabelResults, LabelTask as StoredTask } from '../../../../src/store/index.ts';
import { ask, request } from '../../api/client.ts';
import { refresh } from '../../api/tabs.ts';

export type { LabelItem, LabelResults };
/** Times come as text. */
export type LabelTask = Omit<StoredTask, 'created'> & { readonly created: string };

const KEY = 'labels';

export const useTasks = () =>
  useQuery({
    queryKey: [KEY, 'list'],
    queryFn: ({ signal }) => request<{ readonly data: readonly LabelTask[] }>('/api/labels', { signal }),
    select: ({ data }) => data,
    refetchInterval: 10_000,
  });

export const useTask = (id: string) =>
  useQuery({
    queryKey: [KEY, 'task', id],
    queryFn: ({ signal }) => request<LabelTask>(`/api/labels/${id}`, { signal }),
    refetchInterval: 5000,
  });

export interface Place {
  /** The first item that waits from here on. */
  readonly from: number;
  /** This item instead. */
  readonly number?: number;
}

/** The item in front of a person; null when none waits. */
export const useItem = (id: string, annotator: string, { from, number }: Place) => {
  const asked = new URLSearchParams({
    annotator,
    from: String(from),
    ...(number !== undefined && { number: String(number) }),
  });
  return useQuery({
    queryKey: [KEY, 'item', id, annotator, from, number],
    queryFn: ({ signal }) =>
      request<{ readonly item: LabelItem | null }>(`/api/labels/${id}/next?${asked}`, { signal }),
    select: ({ item }) => item,
    // What was in front of this person before is no longer what waits.
    gcTime: 0,
  });
};

export const useResults = (id: string) =>
  useQuery({
    queryKey: [KEY, 'results', id],
    queryFn: ({ signal }) => request<LabelResults>(`/api/labels/${id}/results`, { signal }),
    refetchInterval: 5000,
  });

export interface NewTask {
  readonly name: string;
  readonly labels: string;
  readonly file: File;
  /** Of the text, in a table or in records. */
  readonly column: string;
}

interface Given {
  readonly number: number;
  readonly annotator: string;
  /** Null takes back what was given. */
  readonly label: string | null;
}

/** Makes and removes tasks. */
export function useTaskChanges() {
  const queries = useQueryClient();
  const onSuccess = () => refresh(queries, [KEY]);
  const make = useMutation({
    mutationFn: async ({ name, labels, file, column }: NewTask): Promise<LabelTask> => {
      const asked = new URLSearchParams({ file: file.name, name, labels, ...(column && { column }) });
      const response = await ask(`/api/labels/files?${asked}`, { method: 'POST', file });
      return (await response.json()) as LabelTask;
    },
    onSuccess,
  });
  const remove = useMutation({
    mutationFn: (id: string) => request(`/api/labels/${id}`, { method: 'DELETE' }),
    onSuccess,
  });
  return { make, remove };
}

/** Gives labels to the items of one task; everything that is shown of it is asked anew before the next. */
export function useItemChanges(id: string) {
  const queries = useQueryClient();
  const onSuccess = () => refresh(queries, [KEY]);
  const give = useMutation({
    mutationFn: ({ number, ...given }: Given) =>
      request(`/api/labels/${id}/items/${number}`, { method: 'PUT', body: given }),
    onSuccess,
  });
  const settle = useMutation({
    mutationFn: ({ number, label }: Omit<Given, 'annotator'>) =>
      request(`/api/labels/${id}/items/${number}/settled`, { method: 'PUT', body: { label } }),
    onSuccess,
  });
  return { give, settle };
}
