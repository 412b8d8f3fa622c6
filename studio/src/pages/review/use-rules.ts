/** The rules that every text is held to, as the server keeps them. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Rule } from '../../../../src/store/index.ts';
import { request } from '../../api/client.ts';
import { refresh } from '../../api/tabs.ts';

export type { Rule };

export const RULES = ['rules'] as const;

export const useRules = () =>
  useQuery({
    queryKey: RULES,
    queryFn: ({ signal }) => request<{ readonly data: readonly Rule[] }>('/api/rules', { signal }),
    select: ({ data }) => data,
  });

const at = (id: string): string => `/api/rules/${encodeURIComponent(id)}`;

/** Switches a rule on or off, or takes it away. */
export function useRuleChanges() {
  const queries = useQueryClient();
  const onSuccess = () => refresh(queries, RULES);
  const turn = useMutation({
    mutationFn: ({ id, isOn }: { readonly id: string; readonly isOn: boolean }) =>
      request<Rule>(at(id), { method: 'PATCH', body: { isOn } }),
    onSuccess,
  });
  const remove = useMutation({
    mutationFn: (id: string) => request(at(id), { method: 'DELETE' }),
    onSuccess,
  });
  return { turn, remove };
}
