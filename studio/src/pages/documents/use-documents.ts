/** The documents of this server, as its API tells of them. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type {
  DocumentView,
  DocumentInfo as StoredInfo,
  Passage as StoredPassage,
} from '../../../../src/retrieve/index.ts';
import type { Placed } from '../../../../src/serve/answers/told-answer.ts';
import { ask, request } from '../../api/client.ts';
import { refresh } from '../../api/tabs.ts';

/** Times come as text. */
type Sent<Row> = Omit<Row, 'changed' | 'checked'> & {
  readonly changed: string | null;
  readonly checked: string | null;
};
export type DocumentInfo = Sent<StoredInfo> & {
  /** Whether this reader may change it. */
  readonly isOwn: boolean;
};
export type OpenDocument = Sent<DocumentView> & { readonly isOwn: boolean };
export type Passage = Sent<Placed<StoredPassage>>;

export interface DocumentList {
  readonly data: readonly DocumentInfo[];
  readonly next: string | null;
  readonly isByMeaning: boolean;
  readonly takesFiles: boolean;
}

export interface PutReport {
  readonly added: number;
  readonly changed: number;
  readonly same: number;
  readonly chunks: number;
}

const KEY = 'documents';
/** Files that end so are read as they are; the rest is taken as text. */
export const FILE_TYPES = '.txt,.md,.pdf,.docx,.epub,.html,.htm,.csv,.tsv,.json,.jsonl';

const asked = (values: Readonly<Record<string, string | number | undefined>>): string =>
  String(
    new URLSearchParams(
      Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
    ),
  );

export const useDocuments = (search: string | undefined, after: string | undefined) =>
  useQuery({
    queryKey: [KEY, 'list', search, after],
    queryFn: ({ signal }) => request<DocumentList>(`/api/documents?${asked({ search, after })}`, { signal }),
    placeholderData: (before) => before,
    refetchInterval: 10_000,
  });

export const useDocument = (key: string | undefined, at: number) =>
  useQuery({
    queryKey: [KEY, 'view', key, at],
    queryFn: ({ signal }) =>
      request<{ readonly data: readonly OpenDocument[] }>(`/api/documents/view?${asked({ key, at })}`, {
        signal,
      }),
    enabled: key !== undefined,
    placeholderData: (before) => (before?.data[0].key === key ? before : undefined),
    select: ({ data }) => data,
  });

export const useSearch = (query: string | undefined, top: number) =>
  useQuery({
    queryKey: [KEY, 'search', query, top],
    queryFn: ({ signal }) =>
      request<{ readonly data: readonly Passage[] }>('/api/documents/search', {
        method: 'POST',
        body: { query, top },
        signal,
      }),
    enabled: query !== undefined,
    select: ({ data }) => data,
  });

export interface NewText {
  readonly key: string;
  readonly text: string;
  readonly title?: string;
  /** Where it comes from, when its name does not say so. */
  readonly source?: string;
}

/** Adds, changes and removes; every list and every answer knows at once. */
export function useDocumentChanges() {
  const queries = useQueryClient();
  const onSuccess = () => refresh(queries, [KEY]);
  const put = useMutation({
    mutationFn: (document: NewText) =>
      request<PutReport>('/v1/documents', { method: 'POST', body: { put: [document] } }),
    onSuccess,
  });
  const send = useMutation({
    mutationFn: async (files: readonly File[]): Promise<PutReport> => {
      const sum = { added: 0, changed: 0, same: 0, chunks: 0 };
      for (const file of files) {
        const path = `/api/documents/files?${asked({ name: file.name })}`;
        const response = await ask(path, { method: 'POST', file });
        const report = (await response.json()) as PutReport;
        for (const name of ['added', 'changed', 'same', 'chunks'] as const) sum[name] += report[name];
      }
      return sum;
    },
    // Of several files those before the one that was refused are in.
    onSettled: onSuccess,
  });
  const remove = useMutation({
    mutationFn: (key: string) => request('/v1/documents', { method: 'POST', body: { remove: [key] } }),
    onSuccess,
  });
  return { put, send, remove };
}
