import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { markovModel } from './doubles.ts';
import { createEngine } from './engine.ts';
import { createSignalGroup } from './signal-group.ts';

describe('signals of a group', () => {
  test('end together, and whoever joins later has ended', () => {
    const group = createSignalGroup();
    const [first, second] = [group.join(), group.join()];
    second.release();
    group.abort();
    expect([first.signal.aborted, second.signal.aborted]).toEqual([true, false]);
    expect(group.join().signal.aborted).toBe(true);
  });

  test('follow a signal and its reason until they are released', () => {
    const group = createSignalGroup();
    const own = new AbortController();
    const [early, left] = [group.join(own.signal), group.join(own.signal)];
    left.release();
    own.abort('enough');
    expect(early.signal.reason).toBe('enough');
    expect(left.signal.aborted).toBe(false);
    expect(group.join(own.signal).signal.reason).toBe('enough');
  });
});

/** What a signal remembers: its listeners, and signals derived from it. */
const heldBy = (signal: AbortSignal): number =>
  Object.getOwnPropertySymbols(signal).reduce(
    (sum, key) => sum + ((signal as unknown as Record<symbol, { size?: number }>)[key]?.size ?? 0),
    getEventListeners(signal, 'abort').length,
  );

test('a signal that outlives its requests keeps nothing of them', async () => {
  const engine = createEngine(markovModel({ vocabSize: 20 }));
  const { signal } = new AbortController();
  for (let i = 0; i < 20; i++) {
    for await (const _ of engine.generate([1], { maxTokens: 1, signal }));
    await engine.visit(async () => {}, { tokens: 1, signal });
  }
  expect(heldBy(signal)).toBeLessThan(5);
});

test('nor of those that were refused', async () => {
  const engine = createEngine(markovModel({ vocabSize: 20 }), { maxTexts: 1, maxWaiting: 0 });
  const running = engine.generate([1], { maxTokens: 100 });
  await running.next();
  const { signal } = new AbortController();
  for (let i = 0; i < 20; i++) {
    await expect(engine.visit(async () => {}, { tokens: 1, signal })).rejects.toThrow();
  }
  expect(heldBy(signal)).toBeLessThan(5);
  engine.close();
});
