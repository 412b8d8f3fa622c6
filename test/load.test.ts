/** Many requests on a memory that is too small for all of them. */

import { expect, test } from 'vitest';
import { createEngine, type Engine, generateTokens, greedySearch } from '../src/decode/index.ts';
import { createLanguageModel, init, preset } from '../src/models/index.ts';
import { createRng } from '../src/rng.ts';
import { simulateLoad } from './simulated-load.ts';

test('in any order of coming, leaving and dawdling each gets what it gets alone, and no page is lost: 200 seeds', {
  timeout: 300_000,
}, async () => {
  let preemptions = 0;
  for (let seed = 0; seed < 200; seed++) preemptions += (await simulateLoad(seed)).preemptions;
  // Memory ran out again and again, or nothing was shown.
  expect(preemptions).toBeGreaterThan(50);
});

test('on a real model with little memory: one prompt gives the same ids alone and among others who come and go', async () => {
  const config = preset('nano', { contextLength: 128 });
  const params = init(config, createRng(4), { std: 0.15 });
  const rng = createRng(2);
  const promptOf = (length: number) => Array.from({ length }, () => rng.integer(config.vocabSize));
  const request = { strategy: greedySearch(), maxTokens: 24 };
  const idsOf = async (stream: ReturnType<Engine['generate']>, most = 100): Promise<number[]> => {
    const ids: number[] = [];
    for await (const event of stream) {
      if (event.type === 'token' && ids.push(event.id) === most) break;
    }
    return ids;
  };
  const alone = (prompt: number[]) =>
    idsOf(generateTokens(createLanguageModel(params, config), prompt, request));

  const needle = promptOf(90);
  const expected = await alone(needle);
  // The inverse: were its first token another's, it would show.
  expect(await alone([(needle[0] + 1) % config.vocabSize, ...needle.slice(1)])).not.toEqual(expected);

  const model = createLanguageModel(params, config, { memoryTokens: 400 });
  const engine = createEngine(model);
  const others = Array.from({ length: 31 }, async (_, i) => {
    for (let turn = 0; turn < i; turn++) await new Promise((resolve) => setImmediate(resolve));
    const prompt = i % 3 === 0 ? [...needle.slice(0, 80), i] : promptOf(1 + 2 * i);
    await idsOf(engine.generate(prompt, request), i % 2 === 0 ? 5 : 100);
  });
  for (let round = 0; round < 3; round++) {
    expect(await idsOf(engine.generate(needle, request)), `round ${round}`).toEqual(expected);
  }
  await Promise.all(others);
  expect(engine.load.savedTokens).toBeGreaterThan(80);
  engine.close();
  expect(model.memory.usedTokens).toBe(0);
});
