import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import { type DoubleModel, functionModel, markovModel } from './doubles.ts';
import { createEngine, type Engine, type EngineRequest } from './engine.ts';
import { generateTokens } from './generate-tokens.ts';
import { sampling } from './sampling.ts';
import { parseStrategy } from './strategy-spec.ts';

/** Hears everything it has read: a fault in the memory of a sequence changes what it says. */
const listener = (contextLength = 4096) =>
  functionModel({
    vocabSize: 50,
    contextLength,
    logits: (ids) => {
      const rng = createRng(ids.reduce((sum, id, i) => (sum * 31 + id * (i + 1)) % 1_000_003, 7));
      return Float32Array.from({ length: 50 }, () => 4 * rng.uniform());
    },
  });

async function idsOf(
  stream: ReturnType<Engine['generate']>,
): Promise<{ ids: number[][]; reasons: string[] }> {
  const ids: number[][] = [];
  const reasons: string[] = [];
  for await (const event of stream) {
    if (event.type === 'token') (ids[event.index] ??= []).push(event.id);
    if (event.type === 'finish') reasons[event.index] = event.reason;
  }
  return { ids, reasons };
}

const alone = (prompt: number[], request: EngineRequest) =>
  idsOf(generateTokens(listener(), prompt, request));

describe('many readers', () => {
  test('get what each would get alone, in shared steps', async () => {
    const model = listener();
    const engine = createEngine(model);
    const jobs = Array.from({ length: 12 }, (_, i) => ({
      prompt: [i, 2, 3],
      request: { seed: i, maxTokens: 5 + 3 * i, n: 1 + (i % 3) } satisfies EngineRequest,
    }));
    const found = await Promise.all(
      jobs.map(({ prompt, request }) => idsOf(engine.generate(prompt, request))),
    );
    for (const [i, { prompt, request }] of jobs.entries()) {
      expect(found[i]).toEqual(await alone(prompt, request));
    }
    expect(engine.load.stepTexts / engine.load.steps).toBeGreaterThan(5);
    expect(engine.load).toMatchObject({ running: 0, waiting: 0 });
    engine.close();
    expect(model.openSequences).toBe(0);
  });

  test('every strategy in one batch', async () => {
    const specs = ['greedy', 'sample', 'beam:3', 'diverse:4:2', 'top-p:0.9', 'lookup'];
    const engine = createEngine(listener());
    const request = (spec: string) => ({ strategy: parseStrategy(spec), seed: 4, maxTokens: 12 });
    const found = await Promise.all(specs.map((spec) => idsOf(engine.generate([1, 2, 1, 2], request(spec)))));
    for (const [i, spec] of specs.entries()) {
      expect(found[i]).toEqual(await alone([1, 2, 1, 2], request(spec)));
    }
  });

  test('a long prompt is read in parts beside a text that goes on', async () => {
    const engine = createEngine(markovModel({ vocabSize: 30, contextLength: 100_000 }));
    const writer = engine.generate([1], { maxTokens: 400 });
    await writer.next();
    let isRead = false;
    const long = idsOf(engine.generate(new Array(3000).fill(3), { maxTokens: 1 })).then(() => {
      isRead = true;
    });
    let tokens = 0;
    while (!isRead && !(await writer.next()).done) tokens++;
    await long;
    expect(tokens).toBeGreaterThan(30);
    await writer.return();
  });

  test('a reader that does not read holds up nobody', async () => {
    const engine = createEngine(listener());
    const idle = engine.generate([1], { maxTokens: 50, seed: 1 });
    await idle.next();
    expect((await idsOf(engine.generate([2], { maxTokens: 40, seed: 2 }))).ids[0]).toHaveLength(40);
    await idle.return();
    expect(engine.load.running).toBe(0);
  });

  test('a verdict ends a text as it does alone', async () => {
    const engine = createEngine(listener());
    const stream = engine.generate([1], { seed: 1 });
    await stream.next();
    const { value } = await stream.next({ type: 'finish', reason: 'stop' });
    expect(value).toMatchObject({ type: 'finish', reason: 'stop', completionTokens: 1 });
  });

  test('a fault of the model ends the step it came from and nothing else', async () => {
    let isFaulty = true;
    const engine = createEngine(
      functionModel({
        vocabSize: 3,
        logits: (ids) => {
          if (isFaulty && ids.length > 3) throw new Error('out of memory');
          return [1, 2, 3];
        },
      }),
    );
    await expect(idsOf(engine.generate([1], { maxTokens: 9 }))).rejects.toThrow('out of memory');
    isFaulty = false;
    expect((await idsOf(engine.generate([1], { maxTokens: 9 }))).ids[0]).toHaveLength(9);
    expect(engine.load.running).toBe(0);
  });
});

describe('coming and going', () => {
  test('an abort leaves within one step, while it waits or runs', async () => {
    const model = listener();
    const engine = createEngine(model, { maxTexts: 1 });
    const controller = new AbortController();
    const first = engine.generate([1], { signal: controller.signal, seed: 1 });
    await first.next();
    const waiting = new AbortController();
    const second = idsOf(engine.generate([2], { signal: waiting.signal }));
    expect(engine.load).toMatchObject({ running: 1, waiting: 1 });
    waiting.abort();
    expect((await second).reasons).toEqual(['aborted']);
    const steps = model.steps;
    controller.abort();
    expect((await first.next()).value).toMatchObject({ type: 'finish', reason: 'aborted' });
    expect(model.steps - steps).toBeLessThanOrEqual(1);
    await first.next();
    expect(engine.load).toMatchObject({ running: 0, waiting: 0 });
  });

  test('whoever comes when too many wait is told so', async () => {
    const engine = createEngine(listener(), { maxTexts: 1, maxWaiting: 2 });
    const first = engine.generate([1], { seed: 1 });
    await first.next();
    const waiting = [1, 2].map((id) => idsOf(engine.generate([id], { maxTokens: 1 })));
    await expect(engine.generate([3]).next()).rejects.toMatchObject({
      code: 'decode/engine-full',
      data: { waiting: 2, most: 2 },
    });
    await first.return();
    expect((await Promise.all(waiting)).map(({ ids }) => ids[0].length)).toEqual([1, 1]);
  });

  test('other work on the model waits for its turn among the texts, and is refused like them', async () => {
    const model = listener();
    const engine = createEngine(model, { maxTexts: 1, maxWaiting: 1 });
    const text = engine.generate([1], { seed: 1 });
    await text.next();
    const done: string[] = [];
    const visit = (name: string, signal?: AbortSignal) =>
      engine.visit(async () => done.push(name), { tokens: 1, signal });
    const leaving = new AbortController();
    const gone = visit('gone', leaving.signal);
    await expect(visit('too many')).rejects.toMatchObject({ code: 'decode/engine-full' });
    leaving.abort(new Error('left'));
    await expect(gone).rejects.toThrow('left');
    const waiting = visit('waited');
    expect([engine.load, done]).toMatchObject([{ running: 1, waiting: 1 }, []]);
    await text.return();
    await waiting;
    await expect(engine.visit(() => Promise.reject(new Error('no')), { tokens: 1 })).rejects.toThrow('no');
    expect([engine.load, done]).toMatchObject([{ running: 0, waiting: 0 }, ['waited']]);
    engine.close();
    await expect(visit('late')).rejects.toThrow();
  });

  test('priority goes first, tenants take turns', async () => {
    const engine = createEngine(listener(), { maxTexts: 1 });
    const gate = engine.generate([1], { seed: 1 });
    await gate.next();
    const order: string[] = [];
    const ask = (name: string, tenant: string, priority = 0) =>
      idsOf(engine.generate([1], { maxTokens: 1, tenant, priority })).then(() => order.push(name));
    const all = [ask('a1', 'a'), ask('a2', 'a'), ask('a3', 'a'), ask('b1', 'b'), ask('urgent', 'a', 1)];
    await gate.return();
    await Promise.all(all);
    expect(order).toEqual(['urgent', 'b1', 'a1', 'a2', 'a3']);
  });

  test('a closed engine ends what runs and gives everything back', async () => {
    const model = listener();
    const engine = createEngine(model);
    const texts = [1, 2, 3].map((id) => idsOf(engine.generate([id, 5, 5, 5, 5, 5, 5, 5, 5], { seed: id })));
    await new Promise((resolve) => setTimeout(resolve, 5));
    engine.close();
    expect((await Promise.all(texts)).flatMap(({ reasons }) => reasons)).toEqual([
      'aborted',
      'aborted',
      'aborted',
    ]);
    expect((await idsOf(engine.generate([1]))).reasons).toEqual(['aborted']);
    expect(model.openSequences).toBe(0);
  });

  test('any interleaving of readers, aborts and departures leaves nothing behind', async () => {
    const job = fc.record({
      start: fc.integer({ min: 0, max: 6 }),
      prompt: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 90 }),
      maxTokens: fc.integer({ min: 0, max: 12 }),
      n: fc.integer({ min: 1, max: 3 }),
      leaves: fc.option(fc.integer({ min: 0, max: 8 })),
      tenant: fc.constantFrom('a', 'b'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(job, { minLength: 1, maxLength: 7 }), async (jobs) => {
        const model = listener(256);
        const engine = createEngine(model, { maxTexts: 4, cacheTokens: 200 });
        await Promise.all(
          jobs.map(async ({ start, prompt, leaves, ...request }, seed) => {
            for (let i = 0; i < start; i++) await new Promise((resolve) => setImmediate(resolve));
            const stream = engine.generate(prompt, { ...request, seed });
            if (leaves === null) {
              const expected = await idsOf(generateTokens(listener(256), prompt, { ...request, seed }));
              expect(await idsOf(stream)).toEqual(expected);
              return;
            }
            for (let i = 0; i < leaves; i++) if ((await stream.next()).done) return;
            await stream.return();
          }),
        );
        expect(engine.load).toMatchObject({ running: 0, waiting: 0 });
        engine.close();
        expect(model.openSequences).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});

describe('beginnings that were read before', () => {
  const system = Array.from({ length: 60 }, (_, i) => (i * 7) % 50);
  const ask = async (engine: Engine, prompt: number[], tenant: string) =>
    idsOf(engine.generate(prompt, { maxTokens: 4, seed: 1, tenant, strategy: sampling() }));
  const read = async (model: DoubleModel, work: () => Promise<unknown>): Promise<number> => {
    const before = model.tokensRead;
    await work();
    return model.tokensRead - before;
  };

  test('are not read again, and the text is the same', async () => {
    const model = listener();
    const engine = createEngine(model);
    const fresh = await ask(engine, [...system, 1], 'a');
    let again: unknown;
    const tokens = await read(model, async () => {
      again = await ask(engine, [...system, 1], 'a');
    });
    expect(again).toEqual(fresh);
    expect(tokens).toBeLessThan(6);
    expect(engine.load.savedTokens).toBeGreaterThanOrEqual(60);
    const other = await ask(engine, [...system, 2], 'a');
    expect(other).toEqual(await alone([...system, 2], { maxTokens: 4, seed: 1 }));
  });

  test('are taken over whole where the prompt is longer than one part', async () => {
    const model = listener();
    const engine = createEngine(model);
    const long = Array.from({ length: 300 }, (_, i) => (i * 11) % 50);
    const fresh = await ask(engine, long, 'a');
    let again: unknown;
    const tokens = await read(model, async () => {
      again = await ask(engine, long, 'a');
    });
    expect(again).toEqual(fresh);
    expect(tokens).toBeLessThan(6);
    const before = engine.load.savedTokens;
    // The prompt goes round every 50 ids: another id must part the two.
    const parted = [...long.slice(0, 200), ...long.slice(0, 90).map((id) => (id + 1) % 50)];
    const other = await ask(engine, parted, 'a');
    expect(engine.load.savedTokens - before).toBe(200);
    expect(other).toEqual(await alone(parted, { maxTokens: 4, seed: 1 }));
  });

  test('are not found by another tenant', async () => {
    const model = listener();
    const engine = createEngine(model);
    await ask(engine, system, 'a');
    expect(await read(model, () => ask(engine, system, 'b'))).toBeGreaterThanOrEqual(60);
    expect(engine.load.savedTokens).toBe(0);
  });

  test('are forgotten, the longest unused first, when there is no room', async () => {
    const engine = createEngine(listener(), { cacheTokens: 150 });
    for (let i = 0; i < 6; i++) {
      await ask(
        engine,
        system.map((id) => (id + i) % 50),
        'a',
      );
      expect(engine.load.heldTokens).toBeLessThanOrEqual(150);
    }
    expect(engine.load.savedTokens).toBe(0);
    await ask(
      engine,
      system.map((id) => (id + 5) % 50),
      'a',
    );
    expect(engine.load.savedTokens).toBeGreaterThanOrEqual(59);
  });
});
