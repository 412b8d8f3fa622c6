/** Asks the server to look inside a model; what it saw once it need not look at again. */

import { useQuery } from '@tanstack/react-query';
import type { InspectAnswers, InspectQuestions } from '../../../../src/eval/inspect/inspect.ts';
import { request } from '../../api/client.ts';

export type { InspectAnswers } from '../../../../src/eval/inspect/inspect.ts';
export type { Choice, Expectation, Piece } from '../../../../src/eval/inspect/inspect-pieces.ts';
export { shownPiece } from '../../../../src/eval/inspect/inspect-tables.ts';

type Kind = keyof InspectAnswers;
/** The fields of a question, with the model, and the text where its ids are not known yet. */
export type Question<What extends Kind> = Omit<InspectQuestions[What], 'ids'> & {
  readonly model: string;
  readonly ids?: readonly number[];
  readonly text?: string;
};

/** The answer to a question; nothing is asked while there is none. */
export function useInspect<What extends Kind>(what: What, question: Question<What> | undefined) {
  return useQuery({
    queryKey: ['inspect', what, question],
    queryFn: ({ signal }) =>
      request<InspectAnswers[What]>(`/api/inspect/${what}`, { method: 'POST', body: question, signal }),
    enabled: question !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
}
