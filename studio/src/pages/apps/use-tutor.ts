/** A lesson with the tutor: the question that is open, what came of the last answer, how much is known. */

import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { refresh } from '../../api/tabs.ts';
import { recall, remember } from '../../parts/memory.ts';

export type GradeReason = 'exact' | 'within' | 'spelling' | 'part' | 'wrong' | 'none';

export interface TutorGrade {
  readonly question: string;
  readonly score: number;
  readonly reason: GradeReason;
  readonly answer: string;
  readonly sentence: string;
}

export interface OpenQuestion {
  readonly id: string;
  readonly language: 'en' | 'zh';
  readonly text: string;
  readonly choices: readonly string[];
}

export interface TutorTurn {
  readonly lesson: string;
  readonly title: string;
  readonly learner: string;
  readonly questions: number;
  readonly known: number;
  readonly answers: number;
  readonly level: number;
  readonly level_before: number;
  readonly grade: TutorGrade | null;
  readonly next: OpenQuestion | null;
}

interface About {
  readonly lessons: readonly { readonly id: string; readonly title: string }[];
  readonly learners: readonly string[];
}

const KEY = 'tutor';
const LEARNER = 'inkstone-learner';

/** As the server has them. */
export const MOST_TEXT = 100_000;
export const MOST_ANSWER = 2000;
export const isLearnerName = (name: string): boolean => /^[\p{L}\p{N}_-]{1,40}$/u.test(name);

export const tutorQuery = queryOptions({
  queryKey: [KEY, 'about'],
  queryFn: ({ signal }) => request<About>('/v1/tutor', { signal }),
});

/** Who learns in this browser. */
export function useLearner(): readonly [string, (name: string) => void] {
  const [name, setName] = useState(() => recall(LEARNER) ?? 'me');
  return [
    name,
    (next) => {
      remember(LEARNER, next);
      setName(next);
    },
  ];
}

interface Order {
  readonly learner: string;
  readonly model: string | undefined;
}

const ask = (body: object, signal?: AbortSignal) =>
  request<TutorTurn>('/v1/tutor', { method: 'POST', body, ...(signal && { signal }) });

const bodyOf = ({ learner, model }: Order) => ({ learner, ...(model && { model }) });

/** A new lesson out of a text. */
export function useBegin(onBegun: (turn: TutorTurn) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ text, ...order }: Order & { readonly text: string }) => ask({ ...bodyOf(order), text }),
    async onSuccess(turn) {
      queries.setQueryData(lessonKey(turn.lesson, turn.learner), turn);
      onBegun(turn);
      await refresh(queries, tutorQuery.queryKey);
    },
  });
}

const lessonKey = (lesson: string, learner: string) => [KEY, 'lesson', lesson, learner] as const;

/** The question that is open; after an answer the next. */
export const lessonQuery = (lesson: string, order: Order) =>
  queryOptions({
    queryKey: lessonKey(lesson, order.learner),
    queryFn: ({ signal }) => ask({ ...bodyOf(order), lesson }, signal),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

/** Answers the open question. */
export function useAnswer(lesson: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({
      question,
      answer,
      ...order
    }: Order & { readonly question: string; readonly answer: string }) =>
      ask({ ...bodyOf(order), lesson, question, answer }),
    onSuccess: (turn) => queries.setQueryData(lessonKey(lesson, turn.learner), turn),
  });
}
