/** Every strategy among all the others: in one batch, with some that join late, leave, are stopped or fail. */

import { describe, expect, test } from 'vitest';
import {
  type DecodeEvent,
  type DecodeTask,
  markovModel,
  parseStrategy,
  type Strategy,
  strategies,
} from '../src/decode/index.ts';
import { type StepWaiter, stepTogether } from '../src/decode/step-together.ts';
import { createLanguageModel } from '../src/models/index.ts';
import { createRng } from '../src/rng.ts';
import type { LanguageModel } from '../src/types.ts';
import { goldenModel, readGolden } from './golden/model-golden.ts';
import { pagedModel } from './paged-model.ts';

interface Request {
  readonly strategy: Strategy;
  readonly task: DecodeTask;
  /** Joins at this step. */
  readonly joins: number;
  /** Is thrown out at this step. */
  readonly leaves?: number;
  /** The reader stops the text with this index at this token. */
  readonly stops?: { readonly index: number; readonly at: number };
}

interface Outcome {
  readonly ids: number[][];
  readonly reasons: (string | undefined)[];
}

/** Runs all requests in one batch, as a server would. */
function runTogether(model: LanguageModel, requests: readonly Request[]): Outcome[] {
  const outcomes = requests.map(
    ({ task: { n } }): Outcome => ({
      ids: Array.from({ length: n }, () => []),
      reasons: Array(n).fill(undefined),
    }),
  );
  const take = (i: number, event: DecodeEvent) => {
    const { ids, reasons } = outcomes[i];
    if (event.type === 'finish') {
      if (reasons[event.index]) throw new Error('a text ended twice');
      reasons[event.index] = event.reason;
      if (event.completionTokens !== ids[event.index].length) throw new Error('wrong number of tokens');
    }
    if (event.type !== 'token') return undefined;
    if (reasons[event.index]) throw new Error('a token after the end');
    const { stops } = requests[i];
    const isEnough = stops?.index === event.index && ids[event.index].push(event.id) === stops.at;
    if (stops?.index !== event.index) ids[event.index].push(event.id);
    return isEnough ? ({ type: 'finish', reason: 'stop' } as const) : undefined;
  };
  const running = requests.map(({ strategy, task }) => ({
    events: strategy(task),
    reply: undefined as never,
    isOver: false,
  }));
  for (let step = 0; running.some(({ isOver }) => !isOver); step++) {
    if (step > 500) throw new Error('no end');
    const waiters: StepWaiter[] = [];
    running.forEach((one, i) => {
      const { joins, leaves } = requests[i];
      if (one.isOver || step < joins) return;
      if (step === leaves) {
        one.events.return();
        one.isOver = true;
        return;
      }
      let next = one.events.next(one.reply);
      while (!next.done && next.value.type !== 'step') next = one.events.next(take(i, next.value));
      if (next.done) one.isOver = true;
      else if (next.value.type === 'step') {
        waiters.push({ call: next.value, answer: (results) => void (one.reply = results as never) });
      }
    });
    const steps = stepTogether(waiters);
    for (let next = steps.next(); !next.done; ) {
      const {
        batch,
        wants,
        model: other = model,
      } = next.value as Extract<typeof next.value, { type: 'step' }>;
      next = steps.next(other.step(batch, wants));
    }
  }
  return outcomes;
}

const specs = Object.keys(strategies).flatMap((name) => [
  name,
  `${name},repetition-penalty=1.2,no-repeat-ngram=3`,
]);

describe('every strategy', () => {
  const { params, config } = goldenModel(
    'gpt2',
    readGolden<{ config: { [key: string]: unknown } }>('generators').config,
  );
  const model = createLanguageModel(params, config);
  const other = markovModel({ vocabSize: model.vocabSize, contextLength: 40 });
  const requests = specs.map((spec, i): Request => {
    const promptIds = [1 + (i % 7), 2, 3, 2, 3].slice(0, 1 + (i % 5));
    return {
      strategy: parseStrategy(spec, {
        ...(strategies[spec.split(',')[0]].needs && { draft: other, amateur: other }),
      }),
      joins: i % 4,
      task: {
        model,
        promptIds,
        promptLength: promptIds.length,
        n: 1 + (i % 2),
        maxTokens: 8,
        eosIds: new Set([4, 17]),
        seed: i,
        logprobs: undefined,
      },
    };
  });

  test('gives the same text alone and in one batch with all the others', () => {
    const together = runTogether(model, requests);
    requests.forEach((request, i) => {
      const [alone] = runTogether(model, [{ ...request, joins: 0 }]);
      expect(together[i], specs[i]).toEqual(alone);
      for (const reason of alone.reasons) expect(['eos', 'length']).toContain(reason);
    });
    expect(other.openSequences).toBe(0);
  });
});

test('in any order of joining, leaving, stopping and failing, no page is lost and no text is another’s: 200 seeds', {
  timeout: 300_000,
}, () => {
  for (let seed = 0; seed < 200; seed++) {
    const rng = createRng(seed).split('strategies');
    const { model, used, sequences } = pagedModel(seed, 12, 24, 4000);
    const second = pagedModel(seed + 1, 12, 20, 2000);
    const requests = Array.from({ length: 1 + rng.integer(5) }, (): Request & { kind: string } => {
      const spec = specs[rng.integer(specs.length)];
      const needs = strategies[spec.split(',')[0]].needs;
      const kind = ['plain', 'plain', 'leaves', 'stops', 'fails', 'starves'][rng.integer(6)];
      const failsAt = 3 + rng.integer(8);
      const strategy = parseStrategy(spec, {
        ...(needs && { [needs]: second.model }),
        ...(kind === 'fails' && {
          processors: [
            (_, { ids }) => {
              if (ids.length >= failsAt) throw new Error('bad processor');
            },
          ],
        }),
        ...(kind === 'starves' && {
          processors: [
            (logits, { ids }) => {
              if (ids.length >= failsAt) logits.fill(Number.NEGATIVE_INFINITY);
            },
          ],
        }),
      });
      const n = 1 + rng.integer(3);
      const promptIds = Array.from({ length: 1 + rng.integer(8) }, () => rng.integer(12));
      return {
        kind,
        strategy,
        joins: rng.integer(6),
        ...(kind === 'leaves' && { leaves: 1 + rng.integer(12) }),
        ...(kind === 'stops' && { stops: { index: rng.integer(n), at: 1 + rng.integer(6) } }),
        task: {
          model,
          promptIds,
          promptLength: 1 + rng.integer(promptIds.length),
          n,
          maxTokens: [0, 1, 9, Number.POSITIVE_INFINITY][rng.integer(4)],
          eosIds: new Set(rng.integer(2) ? [5] : []),
          seed: rng.integer(1000),
          logprobs: rng.integer(2) ? 1 : undefined,
        },
      };
    });
    const together = runTogether(model, requests);
    requests.forEach((request, i) => {
      if (request.kind === 'leaves') return;
      const [alone] = runTogether(model, [{ ...request, joins: 0 }]);
      expect(together[i], `seed ${seed}`).toEqual(alone);
      expect(alone.reasons, `seed ${seed}`).not.toContain(undefined);
    });
    expect([used(), sequences(), second.used(), second.sequences()], `seed ${seed}`).toEqual([0, 0, 0, 0]);
  }
});
