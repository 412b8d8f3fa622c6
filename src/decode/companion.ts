/** A strategy whose model has a second reader beside it: the logits that the strategy sees are made of both. */

import type { LanguageModel, Sequence, StepRequest, StepResult, StepWants } from '../types.ts';
import { fail } from './errors.ts';
import {
  type DecodeEvent,
  type DecodeTask,
  type Reply,
  runStep,
  type StepCall,
  type Strategy,
} from './strategy.ts';

/** Who reads along. */
export interface Companion {
  /** Its model, of the same vocabulary. Default: the task's, in the same batches. */
  readonly model?: LanguageModel;
  /** What it reads in place of the prompt. Default: the prompt. */
  readonly promptIds?: (task: DecodeTask) => readonly number[];
  /** Edits the model's logits by those of the companion, which it may use up. What the model bans should stay banned. */
  readonly combine: (logits: Float32Array, beside: Float32Array) => void;
}

/** Two sequences that live as one. */
interface Pair {
  readonly main: Sequence;
  readonly beside: Sequence;
}

/**
 * The same strategy on both. It works with every strategy, since the strategy knows nothing of the companion; scores of
 * tokens are those of the combined logits. Two texts are read, so it costs up to twice as much.
 */
export function withCompanion(strategy: Strategy, companion: Companion): Strategy {
  const { model: other, combine } = companion;

  return function* (task: DecodeTask) {
    const { model } = task;
    const { vocabSize, contextLength } = other ?? model;
    if (vocabSize < model.vocabSize) {
      throw fail('decode/companion-vocabulary', { companion: vocabSize, model: model.vocabSize });
    }
    const written = task.promptIds.slice(task.promptLength);
    const besidePrompt = companion.promptIds ? [...companion.promptIds(task), ...written] : task.promptIds;
    if (besidePrompt.length > contextLength) {
      throw fail('decode/context', { tokens: besidePrompt.length, contextLength });
    }
    /** How much longer the companion's past is. */
    const shift = besidePrompt.length - task.promptIds.length;
    const pairs = new Map<Sequence, Pair>();

    const pairOf = (sequence: Sequence): Pair => {
      const pair = pairs.get(sequence);
      if (!pair) throw fail('decode/closed', undefined);
      return pair;
    };
    const openPair = (main: Sequence, beside: Sequence): Sequence => {
      const sequence: Sequence = {
        get length() {
          return pairOf(sequence).main.length;
        },
        rewind(length) {
          main.rewind(length);
          beside.rewind(length === 0 ? 0 : Math.min(length + shift, beside.length));
        },
        fork: () => openPair(pairOf(sequence).main.fork(), beside.fork()),
        close() {
          main.close();
          beside.close();
          pairs.delete(sequence);
        },
      };
      pairs.set(sequence, { main, beside });
      return sequence;
    };

    const inner = strategy({
      ...task,
      model: {
        vocabSize: model.vocabSize,
        contextLength: Math.min(model.contextLength, contextLength - shift),
        hasPrefix: model.hasPrefix || other?.hasPrefix,
        open: () => openPair(model.open(), (other ?? model).open()),
      },
    });
    try {
      let reply: Reply;
      for (let next = inner.next(); !next.done; next = inner.next(reply)) {
        reply = next.value.type === 'step' ? yield* stepBoth(next.value) : yield next.value;
      }
    } finally {
      inner.return();
      for (const { main, beside } of pairs.values()) {
        main.close();
        beside.close();
      }
    }

    function* stepBoth({
      batch,
      wants,
      model: third,
    }: StepCall): Generator<StepCall | DecodeEvent, readonly StepResult[], Reply> {
      if (third) return yield* runStep(batch, wants, third);
      // NOTE: no choice: tokens are chosen by the combined logits.
      const mains = batch.map(({ sequence, ids, prefix }): StepRequest => {
        return { sequence: pairOf(sequence).main, ids, prefix };
      });
      const besides = batch.map(({ sequence, ids }): StepRequest => {
        const { main, beside } = pairOf(sequence);
        if (main.length > 0) return { sequence: beside, ids };
        return { sequence: beside, ids: besidePrompt, prefix: besidePrompt.length - written.length };
      });
      if (!other) {
        const both = yield* runStep([...mains, ...besides], wants);
        return combined(both.slice(0, batch.length), both.slice(batch.length));
      }
      const results = yield* runStep(mains, wants);
      const logits: StepWants['logits'] = wants?.logits;
      return combined(results, yield* runStep(besides, { logits }, other));
    }

    function combined(results: readonly StepResult[], besides: readonly StepResult[]): readonly StepResult[] {
      results.forEach(({ logits }, i) => {
        // NOTE: prompts may differ in length; their rows meet at the end, and only the last of them counts.
        const rows = besides[i].logits;
        for (let back = 1; back <= Math.min(logits.length, rows.length); back++) {
          combine(logits[logits.length - back], rows[rows.length - back].subarray(0, model.vocabSize));
        }
      });
      return results;
    }
  };
}
