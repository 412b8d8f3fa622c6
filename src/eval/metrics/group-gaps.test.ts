import { afterEach, expect, test } from 'vitest';
import { setLanguage } from '../../language.ts';
import { groupGaps } from './group-gaps.ts';

afterEach(() => setLanguage(undefined));

const few = { positive: 'yes', rounds: 20 };

test('a rate that a group has no records for is left out of the gap; of two groups none is left', () => {
  const groups = ['a', 'a', 'b', 'b', '丙', '丙'];
  const right = ['yes', 'no', 'yes', 'no', 'no', 'no'];
  const called = ['yes', 'no', 'no', 'no', 'yes', 'no'];
  const { gaps, groups: rows } = groupGaps(called, right, groups, few);
  expect(rows.map(({ group, rates }) => [group, rates.truePositive.value])).toEqual([
    ['a', 1],
    ['b', 0],
    ['丙', Number.NaN],
  ]);
  expect(gaps.equalOpportunity).toMatchObject({ difference: 1, ratio: 0 });
  const two = groupGaps(called.slice(2), right.slice(2), groups.slice(2), few);
  expect(two.gaps.equalOpportunity.difference).toBeNaN();
  expect(two.gaps.equalizedOdds.difference).toBeNaN();
  expect(two.gaps.demographicParity.difference).toBe(0.5);
});

test.each([
  [['a', 'a'], 'yes', 'between 2 to 100 groups, got 1', '得到 1 个'],
  [Array.from({ length: 101 }, (_, i) => String(i)), 'yes', 'got 101', '得到 101 个'],
  [['a', 'b'], 'Yes', 'nothing is or was called "Yes"; the labels are no, yes', '现有标签：no、yes'],
  [[], 'yes', 'at least 1 record', '至少需要 1 条'],
] as const)('%j with %s is refused', (groups, positive, message, zh) => {
  const labels = groups.map((_, i) => (i % 2 === 0 ? 'yes' : 'no'));
  expect(() => groupGaps(labels, labels, groups, { positive })).toThrow(message);
  setLanguage('zh');
  expect(() => groupGaps(labels, labels, groups, { positive })).toThrow(zh);
});
