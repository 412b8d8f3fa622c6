/**
 * Speculative decoding (Leviathan et al. 2023, Chen et al. 2023): cheap proposals, which the model reads in one step and
 * accepts as far as they are what it would have said. The texts have exactly the model's distribution.
 */

import { createRng, type Rng } from '../rng.ts';
import type { FinishReason, LanguageModel, Sequence } from '../types.ts';
import { fail } from './errors.ts';
import { createHistory, type History } from './history.ts';
import { softmaxInto } from './log-softmax.ts';
import { checkInteger } from './options.ts';
import { checkNamedIds, collectProcessors, type ProcessorOptions } from './processor-table.ts';
import type { LogitsProcessor } from './processors.ts';
import { checkLogits, greedy, type Sampler, sample } from './samplers.ts';
import { type ChosenScore, createScorer, noScores } from './scores.ts';
import {
  type DecodeTask,
  type FinishEvent,
  offerToken,
  type Reply,
  runStep,
  type StepCall,
  type Strategy,
  takeTurn,
} from './strategy.ts';

export interface SpeculativeOptions extends ProcessorOptions {
  /** The most tokens proposed at a time. Default 4 for a draft model, 10 for look-up. */
  readonly draftTokens?: number;
}

export interface PromptLookupOptions extends SpeculativeOptions {
  /** How many of the last tokens must have stood together before for a proposal. Default 2. */
  readonly minMatch?: number;
}

/**
 * Sampling (greedy at temperature 0) where `draft`, a faster model of the same vocabulary, proposes. Processors apply to
 * both models. The same seed gives the same text again, though not that of `sampling`; greedy texts are the same.
 */
export function speculative(draft: LanguageModel, options: SpeculativeOptions = {}): Strategy {
  const { draftTokens = 4 } = options;
  return speculate(options, draftTokens, (setting) => draftModel(draft, setting));
}

/**
 * Sampling (greedy at temperature 0) where the text itself proposes: what followed the longest earlier place that ends as it
 * ends now (Saxena 2023). Gives the very texts of `sampling` with the same seed.
 */
export function promptLookup(options: PromptLookupOptions = {}): Strategy {
  const { draftTokens = 10, minMatch = 2 } = options;
  checkInteger('minMatch', minMatch, 1);
  return speculate(options, draftTokens, () => lookUp(minMatch));
}

/** A text being written. The model has read all of it but its last token. */
interface Draft {
  readonly index: number;
  readonly sequence: Sequence;
  readonly history: History;
  readonly rng: Rng;
}

/** Tokens that may come next. With `rows`, each was drawn from the softmax of its row; without, it is the only guess. */
interface Proposal {
  readonly ids: readonly number[];
  readonly rows?: readonly Float32Array[];
}

const NOTHING: Proposal = { ids: [] };

interface Proposer {
  /** At most `most[i]` tokens for each text. */
  propose(texts: readonly Draft[], most: readonly number[]): Generator<StepCall, readonly Proposal[], Reply>;
  /** Text `index` has kept its first `length` tokens and gone on differently. */
  settle(index: number, length: number): void;
  close(): void;
}

interface Setting {
  readonly task: DecodeTask;
  readonly sampler: Sampler;
  readonly processors: readonly LogitsProcessor[];
  readonly isGreedy: boolean;
}

function speculate(
  options: ProcessorOptions,
  draftTokens: number,
  createProposer: (setting: Setting) => Proposer,
): Strategy {
  checkInteger('draftTokens', draftTokens, 1);
  const processors = collectProcessors(options);
  const isGreedy = options.temperature === 0;
  const createSampler = isGreedy ? greedy : sample;

  return function* (task: DecodeTask) {
    const { model, promptIds, n, maxTokens, eosIds } = task;
    checkNamedIds(options, model.vocabSize);
    const sampler = createSampler();
    const accept = createAcceptance(model.vocabSize);
    const scorer = task.logprobs === undefined ? noScores : createScorer(task.logprobs);
    const rng = createRng(task.seed);
    const proposer = createProposer({ task, sampler, processors, isGreedy });
    const sequences: Sequence[] = [];

    const finish = (
      { index, history, sequence }: Draft,
      reason: FinishReason,
      error?: unknown,
    ): FinishEvent => {
      sequence.close();
      const completionTokens = history.ids.length - promptIds.length;
      return { type: 'finish', index, reason, completionTokens, ...(error !== undefined && { error }) };
    };

    /** Says what the rows give, as long as the proposals agree. Whether the text goes on. */
    function* say(text: Draft, rows: readonly Float32Array[], proposal: Proposal) {
      const { index, history, rng: own } = text;
      for (const [i, row] of rows.entries()) {
        let id: number;
        let score: ChosenScore;
        yield* takeTurn();
        try {
          checkLogits(row, history.ids.length);
          const scoreOf = scorer(row);
          for (const process of processors) process(row, history);
          const drawnFrom = proposal.rows?.[i];
          id = drawnFrom
            ? accept(row, drawnFrom, proposal.ids[i], own, history.ids.length)
            : sampler(row, own, history.ids.length);
          score = scoreOf(id);
        } catch (error) {
          yield finish(text, 'error', error);
          return false;
        }
        if (eosIds.has(id)) {
          yield finish(text, 'eos');
          return false;
        }
        history.push(id);
        const verdict = yield* offerToken({ index, id, ...score });
        const length = history.ids.length;
        const isFull = length - promptIds.length >= maxTokens || length > model.contextLength;
        if (verdict || isFull) {
          yield finish(text, verdict?.reason ?? 'length');
          return false;
        }
        if (id !== proposal.ids[i]) return true;
      }
      return true;
    }

    try {
      const first = model.open();
      sequences.push(first);
      const [{ logits }] = yield* runStep([{ sequence: first, ids: promptIds, prefix: task.promptLength }]);
      const history = createHistory(promptIds, task.promptLength, { rng: rng.split(0), eosIds });
      const texts = Array.from({ length: n }, (_, index): Draft => {
        const own = rng.split(index);
        if (index === 0) return { index, sequence: first, history, rng: own };
        const sequence = first.fork();
        sequences.push(sequence);
        return { index, sequence, history: history.fork(own), rng: own };
      });
      let live: Draft[] = [];
      for (const text of texts) {
        if (maxTokens === 0) yield finish(text, 'length');
        else if (yield* say(text, [logits[0].slice()], NOTHING)) live.push(text);
      }

      while (live.length > 0) {
        const most = live.map(({ history: { ids } }) =>
          Math.min(
            draftTokens,
            maxTokens - (ids.length - promptIds.length) - 1,
            model.contextLength - ids.length,
          ),
        );
        const proposals = yield* proposer.propose(live, most);
        const batch = live.map(({ sequence, history: { ids } }, i) => ({
          sequence,
          ids: [ids[ids.length - 1], ...proposals[i].ids],
        }));
        const results = yield* runStep(batch, { logits: 'all' });
        const going: Draft[] = [];
        for (const [i, text] of live.entries()) {
          if (!(yield* say(text, results[i].logits, proposals[i]))) continue;
          const kept = text.history.ids.length - 1;
          text.sequence.rewind(kept);
          proposer.settle(text.index, kept);
          going.push(text);
        }
        live = going;
      }
    } finally {
      for (const sequence of sequences) sequence.close();
      proposer.close();
    }
  };
}

/** Takes the proposed token with probability min(1, p/q), else draws from what p has more than q, max(0, p − q). */
function createAcceptance(vocabSize: number) {
  const p = new Float64Array(vocabSize);
  const q = new Float64Array(vocabSize);
  const ids = sample();
  const rest = new Float32Array(vocabSize);
  return (
    row: Float32Array,
    drawnFrom: Float32Array,
    proposed: number,
    rng: Rng,
    position: number,
  ): number => {
    checkLogits(row, position);
    softmaxInto(row, p);
    softmaxInto(drawnFrom, q);
    if (rng.uniform() * q[proposed] < p[proposed]) return proposed;
    let isEmpty = true;
    for (let id = 0; id < vocabSize; id++) {
      const more = p[id] - q[id];
      rest[id] = more > 0 ? Math.log(more) : Number.NEGATIVE_INFINITY;
      if (more > 0) isEmpty = false;
    }
    // NOTE: p and q are equal up to rounding; then p itself is what is left.
    return ids(isEmpty ? row : rest, rng, position);
  };
}

/** What followed the last time. */
function lookUp(minMatch: number): Proposer {
  return {
    *propose(texts, most) {
      return texts.map(({ history: { ids, repeats } }, i) =>
        repeats.longestRepeat >= minMatch
          ? { ids: ids.slice(repeats.repeatEnd, repeats.repeatEnd + most[i]) }
          : NOTHING,
      );
    },
    settle() {},
    close() {},
  };
}

/** A model that writes ahead, each text in a sequence of its own; all texts in one batch. */
function draftModel(model: LanguageModel, { task, sampler, processors, isGreedy }: Setting): Proposer {
  const { eosIds } = task;
  const { vocabSize } = task.model;
  if (model.vocabSize < vocabSize) {
    throw fail('decode/companion-vocabulary', { companion: model.vocabSize, model: vocabSize });
  }
  const sequences = new Map<number, Sequence>();
  const rngs = new Map<number, Rng>();
  const sequenceOf = (index: number): Sequence => {
    const sequence = sequences.get(index) ?? model.open();
    sequences.set(index, sequence);
    return sequence;
  };
  const rngOf = ({ index, rng }: Draft): Rng => {
    const own = rngs.get(index) ?? rng.split('draft');
    rngs.set(index, own);
    return own;
  };

  return {
    *propose(texts, most) {
      const drafts = texts.map((text, i) => ({
        text,
        most: Math.min(most[i], model.contextLength - text.history.ids.length + 1),
        length: text.history.ids.length,
        ids: [] as number[],
        rows: [] as Float32Array[],
      }));
      for (let live = drafts.filter((draft) => draft.most > 0); live.length > 0; ) {
        const batch = live.map(({ text }) => {
          const sequence = sequenceOf(text.index);
          const prefix = sequence.length === 0 ? task.promptLength : undefined;
          return { sequence, ids: text.history.ids.slice(sequence.length), prefix };
        });
        const results = yield* runStep(batch, undefined, model);
        live = live.filter(({ text, ids, rows, most }, i) => {
          const row = results[i].logits[0].subarray(0, vocabSize);
          try {
            for (const process of processors) process(row, text.history);
            ids.push(sampler(row, rngOf(text), text.history.ids.length));
          } catch {
            // NOTE: what is wrong here is the model's to report, if it is wrong there too.
            return false;
          }
          rows.push(row);
          text.history.push(ids[ids.length - 1]);
          return ids.length < most && !eosIds.has(ids[ids.length - 1]);
        });
      }
      return drafts.map(({ text, length, ids, rows }) => {
        text.history.rewind(length);
        return isGreedy ? { ids } : { ids, rows };
      });
    },
    settle(index, length) {
      const sequence = sequences.get(index);
      if (sequence && sequence.length > length) sequence.rewind(length);
    },
    close() {
      for (const sequence of sequences.values()) sequence.close();
    },
  };
}
