import { expect, test } from 'vitest';
import { KEPT_EVERY, recurrentPast } from './recurrent-past.ts';

test('few states are kept of a long text, and going back re-reads little', () => {
  const state = (length: number) => ({ length, values: new Float32Array(1) });
  const past = recurrentPast(state(0));
  const total = 256 * KEPT_EVERY;
  for (let length = KEPT_EVERY; length <= total; length += KEPT_EVERY) {
    past.advance(Array(KEPT_EVERY).fill(0), [state(length)]);
  }
  const starts = new Set<number>();
  for (let back = 0; back <= total; back += 31) {
    const fork = past.fork();
    fork.rewind(total - back);
    starts.add(fork.from.length);
    expect(fork.again.length).toBeLessThanOrEqual(back / 4 + KEPT_EVERY);
  }
  expect(starts.size).toBeLessThanOrEqual(34);
});
