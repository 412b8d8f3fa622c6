/**
 * Contrastive search (Su et al. 2022): of the k likeliest tokens the one that is likely and whose hidden state is unlike
 * those of the text so far. Deterministic.
 */

import { createRng } from '../rng.ts';
import type { Sequence, StepResult } from '../types.ts';
import { fail } from './errors.ts';
import { hiddenBank } from './hidden-bank.ts';
import { createHistory } from './history.ts';
import { softmaxInto } from './log-softmax.ts';
import { checkInteger, checkNumber } from './options.ts';
import { checkNamedIds, collectProcessors, type ProcessorOptions } from './processor-table.ts';
import { checkLogits, likeliest } from './samplers.ts';
import { type ChosenScore, createScorer, noScores } from './scores.ts';
import { topIds } from './select.ts';
import { sharedTexts } from './shared-texts.ts';
import { type DecodeTask, runStep, type Strategy } from './strategy.ts';

export interface ContrastiveSearchOptions extends ProcessorOptions {
  /** Candidates at every step. Default 5. */
  readonly k?: number;
  /** Weight of the degeneration penalty, in [0, 1]; 0 is greedy search. Default 0.6. */
  readonly alpha?: number;
}

/**
 * Maximises (1 − alpha) · p(v) − alpha · max cos(h_v, h_j) over the k likeliest tokens v and all places j before, p being
 * what the processors leave. The k candidates are read in one batched step, each on a fork of the text; the winner's fork
 * lives on. The model must give its hidden states, and have a place for the last token too.
 */
export function contrastiveSearch(options: ContrastiveSearchOptions = {}): Strategy {
  const { k = 5, alpha = 0.6 } = options;
  checkInteger('k', k, 1);
  checkNumber('alpha', alpha, 'in [0, 1]', (a) => a >= 0 && a <= 1);
  checkNumber('temperature', options.temperature ?? 1, 'a number > 0', (t) => t > 0);
  const processors = collectProcessors(options);

  return function* (task: DecodeTask) {
    const { model, promptIds, n, maxTokens, eosIds } = task;
    checkNamedIds(options, model.vocabSize);
    const scorer = task.logprobs === undefined ? noScores : createScorer(task.logprobs);
    const history = createHistory(promptIds, task.promptLength, {
      rng: createRng(task.seed).split(0),
      eosIds,
    });
    const probabilities = new Float64Array(model.vocabSize);
    const texts = sharedTexts(n);
    let sequences: Sequence[] = [];

    /** The likeliest tokens that are allowed, likeliest first; their probabilities are left in `probabilities`. */
    const candidatesOf = (logits: Float32Array): number[] => {
      for (const process of processors) process(logits, history);
      if (likeliest(logits, history.ids.length) < 0) {
        throw fail('decode/all-banned', { position: history.ids.length, vocabSize: logits.length });
      }
      softmaxInto(logits, probabilities);
      return topIds(logits, k).filter((id) => logits[id] > Number.NEGATIVE_INFINITY);
    };

    try {
      if (maxTokens === 0) return yield* texts.finishAll('length');
      let sequence = model.open();
      sequences = [sequence];
      const [prompt] = yield* runStep([{ sequence, ids: promptIds, prefix: task.promptLength }], {
        logits: 'all',
        hidden: true,
      });
      const states = hiddenOf(prompt);
      const bank = hiddenBank(
        states[0].length,
        Math.min(promptIds.length + maxTokens, 2 * promptIds.length + 256),
      );
      for (const state of states) bank.push(state);
      let logits = prompt.logits.at(-1)!;

      while (texts.length < maxTokens && sequence.length < model.contextLength) {
        let score: (id: number) => ChosenScore;
        let candidates: number[];
        try {
          checkLogits(logits, history.ids.length);
          score = scorer(logits);
          candidates = candidatesOf(logits);
        } catch (error) {
          return yield* texts.finishAll('error', error);
        }
        for (let i = 1; i < candidates.length; i++) sequences.push(sequence.fork());
        const batch = candidates.map((id, i) => ({ sequence: sequences[i], ids: [id] }));
        const results = yield* runStep(batch, { hidden: true });

        let best = 0;
        let bestValue = Number.NEGATIVE_INFINITY;
        candidates.forEach((id, i) => {
          const penalty = alpha === 0 ? 0 : bank.maxCosine(hiddenOf(results[i])[0]);
          const value = (1 - alpha) * probabilities[id] - alpha * penalty;
          if (value > bestValue) [best, bestValue] = [i, value];
        });
        sequence = sequences[best];
        for (const other of sequences) if (other !== sequence) other.close();
        sequences = [sequence];

        const id = candidates[best];
        if (eosIds.has(id)) return yield* texts.finishAll('eos');
        history.push(id);
        yield* texts.offer(id, score(id));
        if (texts.isOver) return;
        bank.push(hiddenOf(results[best])[0]);
        logits = results[best].logits[0];
      }
      yield* texts.finishAll('length');
    } finally {
      for (const sequence of sequences) sequence.close();
    }
  };
}

function hiddenOf({ hidden }: StepResult): readonly Float32Array[] {
  if (!hidden) throw fail('decode/no-hidden', undefined);
  return hidden;
}
