/** The queue of reviews, as the server keeps it. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type {
  Agreement,
  Decision as StoredDecision,
  Review as StoredReview,
  Verdict,
} from '../../../../src/store/index.ts';
import { request } from '../../api/client.ts';
import { refresh } from '../../api/tabs.ts';
import { RULES } from './use-rules.ts';

export type { Agreement, Verdict };
/** Times come as text. */
export type Decision = Omit<StoredDecision, 'created'> & { readonly created: string };
export type Review = Omit<StoredReview, 'created' | 'decisions'> & {
  readonly created: string;
  readonly decisions: readonly Decision[];
};

export interface NewDecision {
  readonly reviewer: string;
  readonly decision: Verdict;
  readonly edited?: string;
  readonly rule?: {
    readonly name: string;
    readonly pattern: string;
    readonly action: 'block' | 'rewrite' | 'flag';
    readonly replacement?: string;
  };
  /** Refused where this person has decided already, in another tab for example. */
  readonly isFirst?: boolean;
}

interface Page {
  readonly data: readonly Review[];
  readonly next: string | null;
}

export function useReviews(status: 'open' | 'done', reviewer: string) {
  const asked = new URLSearchParams({ status, limit: '50', ...(status === 'open' && { reviewer }) });
  return useQuery({
    queryKey: ['reviews', status, reviewer],
    queryFn: ({ signal }) => request<Page>(`/api/reviews?${asked}`, { signal }),
    refetchInterval: 5000,
  });
}

export const useReview = (id: string | undefined) =>
  useQuery({
    queryKey: ['reviews', 'one', id],
    queryFn: ({ signal }) => request<Review>(`/api/reviews/${id}`, { signal }),
    enabled: id !== undefined,
  });

export const useAgreement = () =>
  useQuery({
    queryKey: ['reviews', 'agreement'],
    queryFn: ({ signal }) => request<Agreement>('/api/reviews/agreement', { signal }),
    refetchInterval: 5000,
  });

/** Decides on one text, or puts one into the queue; both change every list. */
export function useReviewChanges() {
  const queries = useQueryClient();
  const onSuccess = () => refresh(queries, ['reviews']);
  const decide = useMutation({
    mutationFn: ({ id, ...decision }: NewDecision & { readonly id: string }) =>
      request<Review>(`/api/reviews/${id}/decisions`, { method: 'POST', body: decision }),
    onSuccess(_, { rule }) {
      if (rule) void refresh(queries, RULES);
      return onSuccess();
    },
  });
  const add = useMutation({
    mutationFn: (review: { readonly prompt: string; readonly output: string }) =>
      request<Review>('/api/reviews', { method: 'POST', body: review }),
    onSuccess,
  });
  return { decide, add };
}
