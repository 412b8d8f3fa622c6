import { expect, test } from 'vitest';
import { createLoopDetector } from '../repeat/index.ts';
import { createWatch, detectorMaker } from './guard-watch.ts';

const phrase = [11, 12, 13, 14, 15, 16, 17];

/** Pushes the phrase again and again; how many ids it took until that was a loop. */
function pushUntilLoop(watch: ReturnType<typeof createWatch<number>>): number {
  for (let i = 0; i < 200; i++) {
    if (watch.push(phrase[i % phrase.length], i)) return i + 1;
  }
  return Number.POSITIVE_INFINITY;
}

test('a text that has looped is watched more keenly, by half the threshold', () => {
  const watch = createWatch<number>(detectorMaker({}), 512);
  const first = pushUntilLoop(watch);
  watch.rewind(0);
  const second = pushUntilLoop(watch);
  watch.rewind(0);
  expect([second < first, pushUntilLoop(watch)]).toEqual([true, second]);

  const half = createLoopDetector({ threshold: 14 });
  const found = Array.from({ length: 200 }, (_, i) => half.push(phrase[i % phrase.length]) !== undefined);
  expect(second).toBe(found.indexOf(true) + 1);
});

test('the keener detector has read what stayed', () => {
  const watch = createWatch<number>(detectorMaker({}), 512);
  const first = pushUntilLoop(watch);
  watch.rewind(2 * phrase.length);
  expect(pushUntilLoop(watch)).toBeLessThan(first - phrase.length);
});

test('a detector of the caller’s own stays as it is', () => {
  const watch = createWatch<number>(
    detectorMaker(() => createLoopDetector()),
    512,
  );
  const first = pushUntilLoop(watch);
  watch.rewind(0);
  expect(pushUntilLoop(watch)).toBe(first);
});
