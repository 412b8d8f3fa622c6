import { expect, test } from 'vitest';
import { answerCount, answerRows } from './answer-rows.ts';

const examples = [
  { ids: [1, 2, 3, 4], counts: [0, 0, 1, 1] },
  { ids: [5, 6, 7, 8, 9, 10, 11], counts: [1, 0, 0, 1, 0, 1, 1] },
];

test('a row is an example, in which the answers alone count, cut where the row ends', () => {
  const rows = answerRows(examples, { contextLength: 5 });
  const [inputs, targets] = [new Int32Array(10), new Int32Array(10)];
  for (const row of [0, 1]) rows.fill(row, inputs, targets, 5 * row);
  expect([...inputs]).toEqual([1, 2, 3, 0, 0, 5, 6, 7, 8, 9]);
  expect([...targets]).toEqual([-1, 3, 4, -1, -1, -1, -1, 8, -1, 10]);
  expect(examples.map((one) => answerCount(one, 5))).toEqual([2, 2]);
  expect(examples.map((one) => answerCount(one, 2))).toEqual([1, 0]);
});

test('an epoch has every example once, in an order of its own', () => {
  const many = Array.from({ length: 50 }, (_, i) => ({ ids: [0, i], counts: [0, 1] }));
  const rows = answerRows(many, { contextLength: 1, seed: 3 });
  const [inputs, targets] = [new Int32Array(100), new Int32Array(100)];
  for (let row = 0; row < 100; row++) rows.fill(row, inputs, targets, row);
  const [first, second] = [[...targets.subarray(0, 50)], [...targets.subarray(50)]];
  expect(first).not.toEqual(second);
  for (const epoch of [first, second]) expect(epoch.toSorted((a, b) => a - b)).toEqual(many.map((_, i) => i));
});
