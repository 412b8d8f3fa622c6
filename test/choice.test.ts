/** Tokens that the model chooses are those that the processors and samplers choose from its logits. */

import { expect, test } from 'vitest';
import {
  createEngine,
  generateTokens,
  guarded,
  markovModel,
  type ProcessorOptions,
  sampling,
} from '../src/decode/index.ts';
import { createLanguageModel, decoderConfig, init } from '../src/models/index.ts';
import { createRng } from '../src/rng.ts';
import type { LanguageModel } from '../src/types.ts';

const config = decoderConfig({ layers: 1, heads: 2, width: 32, vocabSize: 517, contextLength: 64 });
const options: readonly ProcessorOptions[] = [
  { temperature: 0 },
  {},
  { temperature: 0.6 },
  { topK: 7 },
  { topP: 0.8 },
  { minP: 0.1, temperature: 1.4 },
  { temperature: 0.9, topK: 100, topP: 0.95, minP: 0.02 },
  { preset: 'vllm', minP: 0.1, topP: 0.7 },
  { repetitionPenalty: 1.3, topP: 0.9 },
];

/** The model with a count of the tokens that it chose itself, or one that never does. */
function counting(isAllowed: boolean): LanguageModel & { chosen: number } {
  const model = createLanguageModel(init(config, createRng(3), { std: 0.3 }), config);
  const own = {
    ...model,
    chosen: 0,
    step: ((batch, wants) => {
      const results = model.step(isAllowed ? batch : batch.map(({ choice: _, ...rest }) => rest), wants);
      own.chosen += results.filter(({ chosen }) => chosen !== undefined).length;
      return results;
    }) as LanguageModel['step'],
  };
  return own;
}

async function collect<Event>(events: AsyncIterable<Event>): Promise<Event[]> {
  const all: Event[] = [];
  for await (const event of events) all.push(event);
  return all;
}

async function idsOf(
  events: AsyncIterable<{ type: string; index: number; id?: number }>,
): Promise<number[][]> {
  const texts: number[][] = [];
  for await (const { type, index, id } of events) if (type === 'token') (texts[index] ??= []).push(id!);
  return texts;
}

const prompts = [[1, 2, 3], [400, 5], [6]];

test.each(options)('the same ids either way: %o', async (processors) => {
  const run = (model: LanguageModel, n: number) =>
    idsOf(generateTokens(model, prompts, { strategy: sampling(processors), seed: 11, maxTokens: 40, n }));
  for (const n of [1, 2]) {
    const model = counting(true);
    expect(await run(model, n)).toEqual(await run(counting(false), n));
    const isPlain = !('preset' in processors) && !('repetitionPenalty' in processors);
    expect(model.chosen > 30 * prompts.length).toBe(isPlain);
  }
});

/** A model that falls into loops, and chooses the likeliest itself where it is asked to. */
function looping(isAllowed: boolean): LanguageModel {
  const model = markovModel({ vocabSize: 20, contextLength: 128 });
  return {
    ...model,
    step: (batch, wants) =>
      model.step(batch, wants).map((result, i) => {
        if (!batch[i].choice || !isAllowed) return result;
        const [row] = result.logits;
        return { logits: [], chosen: row.indexOf(Math.max(...row)) };
      }),
  };
}

test('under a guard that repairs the ids stay the same', async () => {
  const run = async (model: LanguageModel) => {
    const strategy = guarded(sampling({ temperature: 0 }));
    const events = await collect(
      generateTokens(model, prompts.slice(2), { strategy, seed: 5, maxTokens: 60 }),
    );
    expect(events.some(({ type }) => type === 'loop-repaired')).toBe(true);
    return events;
  };
  expect(await run(looping(true))).toEqual(await run(looping(false)));
});

test('in an engine with others, and with scores, the ids stay the same', async () => {
  const run = async (model: LanguageModel, logprobs?: number) => {
    const engine = createEngine(model);
    const strategy = sampling({ temperature: 0.8 });
    const texts = await Promise.all(
      [1, 2, 3].map((seed) => idsOf(engine.generate(prompts, { strategy, seed, maxTokens: 30, logprobs }))),
    );
    engine.close();
    return texts;
  };
  const model = counting(true);
  const texts = await run(model);
  expect(model.chosen).toBeGreaterThan(50);
  expect(texts).toEqual(await run(counting(false)));
  expect(texts).toEqual(await run(counting(true), 2));
});
