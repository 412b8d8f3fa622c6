/** Conversations with customers, and the queue of those whom a person has, as the server tells of them. */

import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { request } from '../../api/client.ts';
import { refresh } from '../../api/tabs.ts';

export interface CustomerTurn {
  readonly role: 'customer' | 'service' | 'person';
  readonly text: string;
  readonly at: string;
  readonly intent: { readonly name: string; readonly score: number } | null;
  readonly sources: readonly {
    readonly key: string;
    readonly source: string;
    readonly start: number;
    readonly end: number;
  }[];
}

export interface CustomerTalk {
  readonly conversation: string;
  readonly is_handed_over: boolean;
  readonly turns: readonly CustomerTurn[];
}

export type HandOverReason = 'wish' | 'rule' | 'intent' | 'failures';

export interface QueuedCustomer {
  readonly conversation: string;
  readonly reason?: HandOverReason;
  readonly since: string;
  readonly text: string;
  readonly turns: number;
  readonly is_answered: boolean;
}

interface Queue {
  readonly waiting: number;
  readonly count: number;
  readonly data: readonly QueuedCustomer[];
}

interface Service {
  readonly greeting: string | null;
  readonly intents: readonly { readonly name: string; readonly examples: readonly string[] }[];
}

/** Characters of a message, as the server has it. */
export const MOST_MESSAGE = 2000;

const KEY = 'service';
/** Another tab may speak for the other side: so often it is looked for, in ms. */
const FRESH = 3000;

/** In the reader's language. */
export const serviceQuery = (language: string) =>
  queryOptions({
    queryKey: [KEY, 'about', language],
    queryFn: ({ signal }) => request<Service>('/v1/service', { signal }),
  });

export const queueQuery = queryOptions({
  queryKey: [KEY, 'queue'],
  queryFn: ({ signal }) => request<Queue>('/v1/service/hand-overs', { signal }),
  refetchInterval: FRESH,
});

export const talkQuery = (id: string | undefined) =>
  queryOptions({
    queryKey: [KEY, 'talk', id],
    queryFn: ({ signal }) =>
      request<CustomerTalk>(`/v1/service/conversations/${encodeURIComponent(id!)}`, { signal }),
    enabled: id !== undefined,
    refetchInterval: FRESH,
  });

interface Spoken {
  readonly conversation: string;
}

/** The words of a customer. */
export function useSpeak(onSaid: (spoken: Spoken) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: {
      readonly message: string;
      readonly conversation: string | undefined;
      readonly model: string | undefined;
    }) => request<Spoken>('/v1/service', { method: 'POST', body }),
    async onSuccess(spoken) {
      onSaid(spoken);
      await refresh(queries, [KEY]);
    },
  });
}

/** The words of a person. */
export function useReply(onSaid: (talk: CustomerTalk) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: {
      readonly conversation: string;
      readonly text: string | undefined;
      readonly is_done: boolean;
    }) => request<CustomerTalk>('/v1/service/replies', { method: 'POST', body }),
    async onSuccess(talk) {
      onSaid(talk);
      await refresh(queries, [KEY]);
    },
  });
}
