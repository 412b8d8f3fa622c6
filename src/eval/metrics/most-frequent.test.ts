import { expect, test } from 'vitest';
import { mostFrequent } from './most-frequent.ts';

test('what comes most often, the first of equals', () => {
  expect(mostFrequent(['b', 'a', 'a', 'b', 'c'])).toBe('b');
  expect(mostFrequent([1, 2, 2])).toBe(2);
  expect(mostFrequent([])).toBeUndefined();
});
