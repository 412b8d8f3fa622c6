/** The plain strategy: one token after another, each chosen from the processed logits of the last one. */

import { createRng, type Rng } from '../rng.ts';
import type { FinishReason, Sequence, StepResult } from '../types.ts';
import { createHistory, type History } from './history.ts';
import { modelChoice } from './model-choice.ts';
import { checkNamedIds, collectProcessors, type ProcessorOptions } from './processor-table.ts';
import { checkLogits, greedy, type Sampler, sample } from './samplers.ts';
import { type ChosenScore, createScorer, noScores } from './scores.ts';
import {
  type DecodeTask,
  type FinishEvent,
  offerToken,
  runStep,
  type Strategy,
  takeTurn,
} from './strategy.ts';

/**
 * Sampling with the given filters; greedy when `temperature` is 0. Text i of n draws from its own stream of random
 * numbers, so it is the same text whatever n is.
 */
export function sampling(options: ProcessorOptions = {}): Strategy {
  return autoregressive(options, options.temperature === 0 ? greedy : sample);
}

/** The likeliest token every time, after the penalties and bans in `options`. */
export function greedySearch(options: Omit<ProcessorOptions, 'temperature'> = {}): Strategy {
  return sampling({ ...options, temperature: 0 });
}

/** One of the texts being written. */
interface Draft {
  readonly index: number;
  readonly sequence: Sequence;
  readonly history: History;
  readonly rng: Rng;
  /** The random number of the next token. */
  draw: number;
  /** What the model said last. */
  result: Pick<StepResult, 'logits' | 'chosen'>;
  next: number;
}

function autoregressive(options: ProcessorOptions, createSampler: () => Sampler): Strategy {
  const processors = collectProcessors(options);
  const chosenByModel = modelChoice(options);

  return function* (task: DecodeTask) {
    const { model, promptIds, promptLength, n, maxTokens, eosIds } = task;
    checkNamedIds(options, model.vocabSize);
    const sampler = createSampler();
    const choiceOf = task.logprobs === undefined ? chosenByModel : () => undefined;
    const scorer = task.logprobs === undefined ? noScores : createScorer(task.logprobs);
    const isEdited = processors.length > 0 || task.logprobs !== undefined;
    const rng = createRng(task.seed);

    const choose = (draft: Draft): ChosenScore => {
      const { history, draw, result } = draft;
      if (result.chosen !== undefined) {
        draft.next = result.chosen;
        return {};
      }
      const [logits] = result.logits;
      // A sampler checks what it is given; processors and scores must not be given less.
      if (isEdited) checkLogits(logits, history.ids.length);
      const score = scorer(logits);
      for (const process of processors) process(logits, history);
      draft.next = sampler(logits, { uniform: () => draw }, history.ids.length);
      return score(draft.next);
    };

    const opened: Sequence[] = [];
    const open = (sequence: Sequence): Sequence => {
      opened.push(sequence);
      return sequence;
    };
    const finish = (
      { index, history, sequence }: Draft,
      reason: FinishReason,
      error?: unknown,
    ): FinishEvent => {
      sequence.close();
      const completionTokens = history.ids.length - promptIds.length;
      return { type: 'finish', index, reason, completionTokens, ...(error !== undefined && { error }) };
    };

    try {
      const first = open(model.open());
      // Several texts draw from the same logits.
      const firstDraw = rng.split(0).uniform();
      const [result] = yield* runStep([
        {
          sequence: first,
          ids: promptIds,
          prefix: task.promptLength,
          choice: n === 1 ? choiceOf(firstDraw) : undefined,
        },
      ]);
      const history = createHistory(promptIds, promptLength, { rng: rng.split(0), eosIds });
      let live = Array.from({ length: n }, (_, index): Draft => {
        const isFirst = index === 0;
        const own = rng.split(index);
        return {
          index,
          sequence: isFirst ? first : open(first.fork()),
          history: isFirst ? history : history.fork(own),
          rng: own,
          draw: own.uniform(),
          result: n === 1 ? result : { logits: result.logits.map((row) => row.slice()) },
          next: -1,
        };
      });

      if (maxTokens === 0) {
        for (const draft of live) yield finish(draft, 'length');
        return;
      }
      while (live.length > 0) {
        const going: Draft[] = [];
        for (const draft of live) {
          const { index, sequence, history } = draft;
          let score: ChosenScore;
          yield* takeTurn();
          try {
            score = choose(draft);
          } catch (error) {
            yield finish(draft, 'error', error);
            continue;
          }
          if (eosIds.has(draft.next)) {
            yield finish(draft, 'eos');
            continue;
          }
          history.push(draft.next);
          const verdict = yield* offerToken({ index, id: draft.next, ...score });
          const isFull =
            history.ids.length - promptIds.length >= maxTokens || sequence.length >= model.contextLength;
          if (verdict) yield finish(draft, verdict.reason);
          else if (isFull) yield finish(draft, 'length');
          else going.push(draft);
        }
        live = going;
        if (live.length === 0) return;
        for (const draft of live) draft.draw = draft.rng.uniform();
        const results = yield* runStep(
          live.map(({ sequence, next, draw }) => ({ sequence, ids: [next], choice: choiceOf(draw) })),
        );
        live.forEach((draft, i) => {
          draft.result = results[i];
        });
      }
    } finally {
      for (const sequence of opened) sequence.close();
    }
  };
}
