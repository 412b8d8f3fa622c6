/** Look-back decoding (Xu et al. 2023, arXiv 2305.13477): greedy, but where a repeat threatens, drawn towards the prompt. */

import { createRng, type Rng } from '../rng.ts';
import type { FinishReason, Sequence } from '../types.ts';
import { fail } from './errors.ts';
import { createHistory, type History } from './history.ts';
import { logSoftmax } from './log-softmax.ts';
import { checkInteger, checkNumber } from './options.ts';
import { checkNamedIds, collectProcessors, type ProcessorOptions } from './processor-table.ts';
import { checkLogits, likeliest, sample } from './samplers.ts';
import { type ChosenScore, createScorer, noScores } from './scores.ts';
import { topIds } from './select.ts';
import {
  type DecodeEvent,
  type DecodeTask,
  type FinishEvent,
  offerToken,
  type Reply,
  runStep,
  type Strategy,
  takeTurn,
} from './strategy.ts';

export interface LookBackSearchOptions extends ProcessorOptions {
  /** How near, in nats, a distribution must come to an earlier one for a repeat to threaten. Default 1. */
  readonly alpha?: number;
  /** How many of the likeliest tokens may be drawn there. Default 5. */
  readonly k?: number;
  /** The gate looks at the last so many places only. Default: all, the prompt's too. */
  readonly window?: number;
}

/** One of the texts being written. */
interface Draft {
  readonly index: number;
  readonly history: History;
  readonly rng: Rng;
  /** Log-probabilities at every place before. */
  readonly past: Float32Array[];
  sequence: Sequence;
  logits: Float32Array;
  next: number;
  /** Whether `logits` are those after `next` already. */
  isRead: boolean;
}

/** One round of a text: its scores, and the candidates to weigh; none where the likeliest is taken. */
interface Plan {
  readonly draft: Draft;
  readonly score: (chosen: number) => ChosenScore;
  readonly candidates: readonly number[];
}

/**
 * With KL(p ‖ q) between the distributions of two places: where the least KL of this place to all before is above `alpha`,
 * the likeliest token. Elsewhere each of the k likeliest is read, on a fork of the text, and one is drawn by
 * softmax(−KLv), KLv being the least KL of the place behind v to the places of the prompt: what may repeat is left, what
 * keeps to the topic preferred. Distances are those of the model's own distributions, candidates what the processors leave.
 * O(places × vocabulary) time a token and that much memory. `lookBack` of the processors is the gate alone.
 */
export function lookBackSearch(options: LookBackSearchOptions = {}): Strategy {
  const { alpha = 1, k = 5, window = Number.POSITIVE_INFINITY } = options;
  checkNumber('alpha', alpha, 'a number > 0', (a) => a > 0);
  checkInteger('k', k, 1);
  if (options.window !== undefined) checkInteger('window', window, 1);
  checkNumber('temperature', options.temperature ?? 1, 'a number > 0', (t) => t > 0);
  const processors = collectProcessors(options);
  const draw = sample();

  return function* (task: DecodeTask) {
    const { model, promptIds, promptLength, n, maxTokens, eosIds } = task;
    checkNamedIds(options, model.vocabSize);
    const scorer = task.logprobs === undefined ? noScores : createScorer(task.logprobs);
    const opened = new Set<Sequence>();
    const keep = (sequence: Sequence): Sequence => {
      opened.add(sequence);
      return sequence;
    };
    const close = (sequence: Sequence): void => {
      sequence.close();
      opened.delete(sequence);
    };
    const finish = (
      { index, history, sequence }: Draft,
      reason: FinishReason,
      error?: unknown,
    ): FinishEvent => {
      close(sequence);
      const completionTokens = history.ids.length - promptIds.length;
      return { type: 'finish', index, reason, completionTokens, ...(error !== undefined && { error }) };
    };

    /** What one round may write: the likeliest token alone, or several; the place becomes part of the past. */
    const planOf = (draft: Draft): Plan => {
      const { history, past, logits } = draft;
      const position = history.ids.length;
      checkLogits(logits, position);
      const now = logProbabilities(logits);
      const isNear = leastDistance(now, past.slice(-window)) <= alpha;
      past.push(now);
      const row = logits.slice();
      for (const process of processors) process(row, history);
      const best = likeliest(row, position);
      if (best < 0) throw fail('decode/all-banned', { position, vocabSize: row.length });
      draft.next = best;
      draft.isRead = false;
      const isWeighed = isNear && draft.sequence.length < model.contextLength;
      const candidates = isWeighed ? topIds(row, k).filter((id) => row[id] > Number.NEGATIVE_INFINITY) : [];
      return { draft, score: scorer(logits), candidates };
    };

    /** Reads all candidates in one step, draws one for each text by where it leads, and goes on from it. */
    function* readCandidates(plans: readonly Plan[], promptPlaces: readonly Float32Array[]) {
      const forks = plans.map(({ draft, candidates }) => candidates.map(() => keep(draft.sequence.fork())));
      const batch = plans.flatMap(({ candidates }, i) =>
        candidates.map((id, j) => ({ sequence: forks[i][j], ids: [id] })),
      );
      const results = yield* runStep(batch);
      let at = 0;
      plans.forEach(({ draft, candidates }, i) => {
        const rows = candidates.map(() => results[at++].logits[0]);
        const weights = rows.map((row) => -Math.min(FAR, leastDistance(logProbabilities(row), promptPlaces)));
        const chosen = draw(Float32Array.from(weights), draft.rng, draft.history.ids.length);
        for (const other of [draft.sequence, ...forks[i]]) if (other !== forks[i][chosen]) close(other);
        draft.sequence = forks[i][chosen];
        draft.next = candidates[chosen];
        draft.logits = rows[chosen];
        draft.isRead = true;
      });
    }

    /** Offers the next token; whether the text goes on. */
    function* offer({ draft, score }: Plan): Generator<DecodeEvent, boolean, Reply> {
      const { index, history, sequence, next } = draft;
      if (eosIds.has(next)) {
        yield finish(draft, 'eos');
        return false;
      }
      history.push(next);
      const verdict = yield* offerToken({ index, id: next, ...score(next) });
      const isFull = !draft.isRead && sequence.length >= model.contextLength;
      if (verdict || isFull) yield finish(draft, verdict?.reason ?? 'length');
      return !verdict && !isFull;
    }

    try {
      // Each of its places would know what comes next.
      if (model.hasPrefix) throw fail('decode/look-back-prefix', undefined);
      const first = keep(model.open());
      const [{ logits }] = yield* runStep([{ sequence: first, ids: promptIds }], { logits: 'all' });
      const places = logits.map(logProbabilities);
      const rng = createRng(task.seed);
      const history = createHistory(promptIds, promptLength, { rng: rng.split(0), eosIds });
      let live = Array.from({ length: n }, (_, index): Draft => {
        const own = rng.split(index);
        return {
          index,
          history: index === 0 ? history : history.fork(own),
          rng: own,
          past: places.slice(0, -1),
          sequence: index === 0 ? first : keep(first.fork()),
          logits: logits.at(-1)!,
          next: -1,
          isRead: false,
        };
      });
      for (let length = 0; live.length > 0; length++) {
        const plans: Plan[] = [];
        for (const draft of live) {
          if (length === maxTokens) yield finish(draft, 'length');
          else {
            yield* takeTurn();
            try {
              plans.push(planOf(draft));
            } catch (error) {
              yield finish(draft, 'error', error);
            }
          }
        }
        const weighed = plans.filter(({ candidates }) => candidates.length > 0);
        if (weighed.length > 0) yield* readCandidates(weighed, places.slice(0, promptLength));
        live = [];
        for (const plan of plans) if (yield* offer(plan)) live.push(plan.draft);
        const unread = live.filter(({ isRead }) => !isRead && length + 1 < maxTokens);
        if (unread.length === 0) continue;
        const results = yield* runStep(unread.map(({ sequence, next }) => ({ sequence, ids: [next] })));
        unread.forEach((draft, i) => {
          draft.logits = results[i].logits[0];
        });
      }
    } finally {
      for (const sequence of opened) sequence.close();
    }
  };
}

/** Stands for a distance without end, so that weights stay numbers. */
const FAR = 1e30;

function logProbabilities(logits: Float32Array): Float32Array {
  const row = logits.slice();
  logSoftmax(row);
  return row;
}

/** The least KL(now ‖ then) in nats over earlier places, all as log-probabilities; ∞ if there is none. */
export function leastDistance(now: Float32Array, earlier: readonly Float32Array[]): number {
  const probabilities = Float64Array.from(now, Math.exp);
  const expected = (row: Float32Array): number => {
    let sum = 0;
    for (let id = 0; id < row.length; id++) if (probabilities[id] > 0) sum += probabilities[id] * row[id];
    return sum;
  };
  const own = expected(now);
  return earlier.reduce((least, then) => Math.min(least, own - expected(then)), Number.POSITIVE_INFINITY);
}
