/** Writes a text: asks the server, and shows what comes as it comes. */

import { useCallback, useEffect, useRef, useState } from 'react';
import { readEvents } from '../../api/events.ts';
import {
  type Alternative,
  addRepair,
  type CompletionChunk,
  type Draft,
  emptyDraft,
  type Piece,
  piecesOf,
  promptOf,
  type WriteOrder,
} from './draft.ts';

/** Alternatives asked for with each token. */
const ALTERNATIVES = 8;

export interface DraftWriter {
  readonly draft: Draft;
  /** Begins anew. */
  write(prompt: string, order: WriteOrder): void;
  /** Keeps the pieces before `at`, puts `instead` there if given, and writes on. */
  rewrite(at: number, instead: Alternative | undefined, order: WriteOrder): void;
  stop(): void;
}

export function useDraft(): DraftWriter {
  const [draft, setDraft] = useState(emptyDraft);
  const running = useRef<AbortController>(undefined);
  const latest = useRef(draft);

  const show = useCallback((next: Draft) => {
    latest.current = next;
    setDraft(next);
  }, []);

  const stop = useCallback(() => {
    running.current?.abort();
    running.current = undefined;
    if (latest.current.status === 'writing') show({ ...latest.current, status: 'done' });
  }, [show]);

  const run = useCallback(
    async (start: Draft, order: WriteOrder) => {
      stop();
      const controller = new AbortController();
      running.current = controller;
      const isCurrent = (): boolean => running.current === controller;
      show(start);
      const begun = performance.now();
      let first: number | undefined;
      let frame = 0;
      let next = start;
      // Several tokens may come between two pictures.
      const paint = (): void => {
        // Who stops now keeps also what is not painted yet.
        if (isCurrent()) latest.current = next;
        frame ||= requestAnimationFrame(() => {
          frame = 0;
          if (isCurrent()) show(next);
        });
      };
      try {
        for await (const { data } of readEvents('/v1/completions', {
          method: 'POST',
          signal: controller.signal,
          body: bodyOf(start, order),
        })) {
          if (data === '[DONE]') break;
          const chunk = JSON.parse(data) as CompletionChunk;
          if (chunk.error) throw new Error(chunk.error.message);
          const now = performance.now();
          const pieces = piecesOf(chunk);
          if (pieces.length > 0) first ??= now;
          next = grow(next, chunk, pieces, { asked: start.pieces.length, begun, first, now });
          paint();
        }
        next = { ...next, status: 'done' };
      } catch (error) {
        next = controller.signal.aborted ? { ...next, status: 'done' } : { ...next, status: 'failed', error };
      } finally {
        cancelAnimationFrame(frame);
        if (isCurrent()) {
          running.current = undefined;
          show(next);
        }
      }
    },
    [show, stop],
  );

  useEffect(() => () => running.current?.abort(), []);

  return {
    draft,
    stop,
    write: (prompt, order) => void run({ ...emptyDraft, status: 'writing', prompt, order }, order),
    rewrite(at, instead, order) {
      const { prompt, promptIds, pieces, repairs } = latest.current;
      const before = pieces[at];
      const kept: readonly Piece[] = [
        ...pieces.slice(0, at),
        ...(instead ? [{ ...instead, top: before.top, isChosen: true as const }] : []),
      ];
      const start = { ...emptyDraft, status: 'writing' as const, prompt, promptIds, pieces: kept };
      const done = repairs.filter((repair) => repair.at <= at);
      void run({ ...start, order, repairs: done }, order);
    },
  };
}

const bodyOf = (start: Draft, { model, strategy, guard, seed, tokens, isRemote }: WriteOrder) => ({
  model,
  prompt: promptOf(start),
  ...(!isRemote && { strategy, return_token_ids: true }),
  ...(guard && { guard }),
  seed,
  max_tokens: Math.max(1, tokens - start.pieces.length),
  logprobs: ALTERNATIVES,
  stream: true,
});

function grow(
  draft: Draft,
  chunk: CompletionChunk,
  pieces: readonly Piece[],
  {
    asked,
    begun,
    first,
    now,
  }: {
    readonly asked: number;
    readonly begun: number;
    readonly first: number | undefined;
    readonly now: number;
  },
): Draft {
  const choice = chunk.choices?.[0];
  const repaired = choice?.loop_repaired;
  return {
    ...draft,
    // A text that goes on from ids keeps the ids of its first prompt.
    promptIds: draft.promptIds ?? (draft.pieces.length === 0 ? choice?.prompt_token_ids : undefined),
    pieces: [...draft.pieces, ...pieces],
    repairs: repaired
      ? addRepair(draft.repairs, repaired, { asked, shown: draft.pieces.length })
      : draft.repairs,
    ending: choice?.finish_reason ?? draft.ending,
    ...(first !== undefined && {
      firstTokenMs: first - begun,
      paced: { tokens: draft.paced.tokens + pieces.length, ms: now - first },
    }),
  };
}
