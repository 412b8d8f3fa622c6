/** A simulated scheduler: many requests with all the ways to come and go, on an engine whose memory is too small for all. */

import { expect } from 'vitest';
import {
  createEngine,
  type DecodeEvent,
  type EngineRequest,
  generateTokens,
  markovModel,
  parseStrategy,
  strategies,
} from '../src/decode/index.ts';
import { InkstoneError } from '../src/errors.ts';
import { createRng, type Rng } from '../src/rng.ts';
import { pagedModel } from './paged-model.ts';

const VOCABULARY = 12;
const CONTEXT = 90;

const names = Object.keys(strategies).filter((name) => strategies[name].needs === undefined);

/** Text → its ids, and how each ended. */
interface Outcome {
  readonly ids: number[][];
  readonly reasons: string[];
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

async function gather(
  stream: AsyncGenerator<DecodeEvent, void, undefined>,
  onEvent: () => Promise<boolean>,
): Promise<Outcome> {
  const outcome: Outcome = { ids: [], reasons: [] };
  for await (const event of stream) {
    if (event.type === 'token') (outcome.ids[event.index] ??= []).push(event.id);
    if (event.type === 'finish') outcome.reasons[event.index] = event.reason;
    if (!(await onEvent())) break;
  }
  return outcome;
}

/** Prompts begin like one another, and some are longer than what is read in one go. */
function drawPrompt(rng: Rng): number[] {
  const length = 1 + rng.integer(rng.integer(4) ? 20 : 80);
  const same = rng.integer(4) ? 0 : rng.integer(length + 1);
  return Array.from({ length }, (_, i) => (i < same ? i % VOCABULARY : rng.integer(VOCABULARY)));
}

/** One run. Everything follows from the seed but the moments at which the machine's other work is done. */
export async function simulateLoad(seed: number): Promise<{ readonly preemptions: number }> {
  const rng = createRng(seed).split('load');
  // A request alone always fits: three texts, or a search with a few hypotheses.
  const pages = 48 + rng.integer(20);
  const paged = pagedModel(seed, VOCABULARY, CONTEXT, pages);
  const engine = createEngine(paged.model, {
    maxTexts: 1 + rng.integer(32),
    cacheTokens: rng.integer(2) * 200,
  });
  const jobs = Array.from({ length: 1 + rng.integer(12) }, (_, i) => {
    const spec = rng.integer(2) ? 'sample' : names[rng.integer(names.length)];
    const request: EngineRequest = {
      strategy: parseStrategy(spec),
      seed: rng.integer(1000),
      n: 1 + rng.integer(2),
      maxTokens: [0, 1, 9, 60, 60, 60][rng.integer(6)],
      eosIds: rng.integer(4) ? [] : [5],
      priority: rng.integer(3),
      tenant: `tenant ${rng.integer(2)}`,
    };
    return {
      spec: `${spec} of job ${i}`,
      request,
      prompt: drawPrompt(rng),
      joins: rng.integer(12),
      how: (['stays', 'stays', 'stays', 'returns', 'aborts', 'dawdles'] as const)[rng.integer(6)],
      when: 1 + rng.integer(12),
    };
  });
  const fresh = () => markovModel({ vocabSize: VOCABULARY, contextLength: CONTEXT, order: 2, seed });
  await Promise.all(
    jobs.map(async ({ spec, request, prompt, joins, how, when }) => {
      const where = `seed ${seed}: ${spec}`;
      const isSearch = !spec.startsWith('sample');
      for (let i = 0; i < joins; i++) await turn();
      const controller = new AbortController();
      if (how === 'aborts') void wait(when).then(() => controller.abort());
      let events = 0;
      const stream = engine.generate(prompt, { ...request, signal: controller.signal });
      const found = await gather(stream, async () => {
        if (how === 'dawdles' && events % 3 === 0) await wait(when);
        return ++events < when || how !== 'returns';
      }).catch((error: unknown) => {
        // A search may want more than there is, all alone.
        if (error instanceof InkstoneError && error.code === 'decode/memory' && isSearch) return undefined;
        throw new Error(where, { cause: error });
      });
      if (how === 'returns' || !found) return;
      const alone = await gather(generateTokens(fresh(), prompt, request), async () => true);
      if (how === 'aborts' && found.reasons.includes('aborted')) {
        found.ids.forEach((ids, j) => {
          expect(alone.ids[j].slice(0, ids.length), where).toEqual(ids);
        });
      } else expect(found, where).toEqual(alone);
    }),
  );
  const { running, waiting, preemptions } = engine.load;
  expect([running, waiting], `seed ${seed}`).toEqual([0, 0]);
  engine.close();
  expect([paged.used(), paged.sequences()], `seed ${seed}`).toEqual([0, 0]);
  return { preemptions };
}

async function wait(turns: number): Promise<void> {
  for (let i = 0; i < turns; i++) await turn();
}
