import { expect, test } from 'vitest';
import { pagedModel } from '../../test/paged-model.ts';
import { markovModel } from './doubles.ts';
import { createEngine, type Engine, type EngineRequest } from './engine.ts';
import { generateTokens } from './generate-tokens.ts';

const VOCABULARY = 12;
const CONTEXT = 200;

/** An engine whose memory holds so many tokens, in pages of four. */
function make(tokens: number, options: Parameters<typeof createEngine>[1] = {}) {
  const paged = pagedModel(1, VOCABULARY, CONTEXT, tokens / 4);
  return { paged, engine: createEngine(paged.model, options) };
}

const prompt = (length: number, from: number) =>
  Array.from({ length }, (_, i) => (from + i * i) % VOCABULARY);

async function idsOf(stream: ReturnType<Engine['generate']>): Promise<number[]> {
  const ids: number[] = [];
  for await (const event of stream) if (event.type === 'token') ids.push(event.id);
  return ids;
}

const alone = (ids: number[], request: EngineRequest) =>
  idsOf(
    generateTokens(
      markovModel({ vocabSize: VOCABULARY, contextLength: CONTEXT, order: 2, seed: 1 }),
      ids,
      request,
    ),
  );

test('what is kept of closed texts goes first', async () => {
  const { engine } = make(100);
  const request = { seed: 1, maxTokens: 20 };
  for (let i = 0; i < 6; i++) {
    expect(await idsOf(engine.generate(prompt(30, i), request))).toEqual(await alone(prompt(30, i), request));
  }
  expect(engine.load.preemptions).toBe(0);
  expect(engine.load.heldTokens).toBeGreaterThan(0);
});

test('then the lower priority gives way, reads its own tokens again, and says what it says alone', async () => {
  const { engine } = make(120, { cacheTokens: 0 });
  const order: string[] = [];
  const ask = async (name: string, priority: number, from: number) => {
    const request = { seed: from, maxTokens: 70, priority };
    const ids = await idsOf(engine.generate(prompt(10, from), request));
    order.push(name);
    expect(ids).toEqual(await alone(prompt(10, from), request));
  };
  await Promise.all([ask('low', 0, 1), ask('high', 1, 2)]);
  expect(order).toEqual(['high', 'low']);
  expect(engine.load).toMatchObject({ running: 0, usedTokens: 0 });
  expect(engine.load.preemptions).toBeGreaterThan(0);
});

test('whoever does not read gives its memory to those who do', async () => {
  const { engine } = make(120, { cacheTokens: 0 });
  const idle = engine.generate(prompt(60, 1), { seed: 1, maxTokens: 50, priority: 9 });
  const first = await idle.next();
  expect(await idsOf(engine.generate(prompt(20, 2), { seed: 2, maxTokens: 60 }))).toHaveLength(60);
  expect(engine.load.preemptions).toBe(1);
  const rest = await idsOf(idle);
  expect([(first.value as { id: number }).id, ...rest]).toEqual(
    await alone(prompt(60, 1), { seed: 1, maxTokens: 50 }),
  );
});

test('texts that do not fit even alone are an error with both numbers; others go on', async () => {
  const { engine, paged } = make(80, { cacheTokens: 0 });
  const other = idsOf(engine.generate(prompt(8, 3), { seed: 3, maxTokens: 30 }));
  await expect(
    idsOf(engine.generate(prompt(8, 1), { seed: 1, n: 8, maxTokens: 40, priority: 1 })),
  ).rejects.toMatchObject({ code: 'decode/memory', data: { total: 80 } });
  expect(await other).toEqual(await alone(prompt(8, 3), { seed: 3, maxTokens: 30 }));
  expect(paged.used()).toBe(0);
});

test('one text alone may fill the memory, and ends there', async () => {
  const { engine } = make(40);
  expect(engine.model.contextLength).toBe(40);
  expect(await idsOf(engine.generate(prompt(10, 1), { seed: 1 }))).toEqual(
    (await alone(prompt(10, 1), { seed: 1 })).slice(0, 31),
  );
});

test('who comes waits until its prompt has room', async () => {
  const { engine } = make(160, { cacheTokens: 0 });
  const first = engine.generate(prompt(100, 1), { seed: 1, maxTokens: 10 });
  await first.next();
  const second = idsOf(engine.generate(prompt(100, 2), { seed: 2, maxTokens: 10 }));
  const third = idsOf(engine.generate(prompt(5, 3), { seed: 2, maxTokens: 10 }));
  expect(engine.load).toMatchObject({ running: 1, waiting: 2 });
  await first.return();
  expect([(await second).length, (await third).length]).toEqual([10, 10]);
  expect(engine.load.preemptions).toBe(0);
});

test('who waits for too long is told so', async () => {
  const { engine } = make(160, { maxTexts: 1, maxWaitMs: 20 });
  const first = engine.generate([1], { seed: 1 });
  await first.next();
  await expect(engine.generate([2]).next()).rejects.toMatchObject({ code: 'decode/engine-wait' });
  await first.return();
  expect(engine.load).toMatchObject({ running: 0, waiting: 0 });
});

test('beginnings are shared while they are read, token by token the same and no further', async () => {
  const { engine } = make(4000);
  const start = prompt(40, 1);
  const first = engine.generate(start, { seed: 1, maxTokens: 50 });
  await first.next();
  // The same ids in another order: any sum or mixture of them may be equal, the tokens are not.
  const shuffled = [start[1], start[0], ...start.slice(2)];
  const request = { seed: 2, maxTokens: 5 };
  expect(await idsOf(engine.generate(shuffled, request))).toEqual(await alone(shuffled, request));
  expect(engine.load.savedTokens).toBe(0);
  const parted = [...start.slice(0, 25), ...start.slice(25).map((id) => (id + 1) % VOCABULARY)];
  expect(await idsOf(engine.generate(parted, request))).toEqual(await alone(parted, request));
  expect(engine.load.savedTokens).toBe(25);
  await idsOf(engine.generate(start, { ...request, tenant: 'other' }));
  expect(engine.load.savedTokens).toBe(25);
  await first.return();
});
