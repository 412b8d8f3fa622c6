import { expect, test } from 'vitest';
import { figuresIn } from './figures.ts';
import { isNegated } from './negation.ts';
import { claimsIn } from './verify-claims.ts';

test('numbers are values, however they are written', () => {
  const values = (text: string) => figuresIn(text).map(({ value }) => value);
  expect(values('In 1,000 days, 3.5 million people and 2 dogs')).toEqual([1000, 3_500_000, 2]);
  expect(values('twelve of twenty-one, three hundred')).toEqual([12, 21, 300]);
  expect(values('one may say so, and no one did')).toEqual([]);
  expect(values('一九四五年八月，三百二十万人，１２万亿元')).toEqual([1945, 8, 3_200_000, 1.2e13]);
  expect(values('十五个，两千零八年，一亿三千万')).toEqual([15, 2008, 130_000_000]);
  expect(values('一般来说，统一以后')).toEqual([]);
});

test('denials are counted, words that only look like one are not', () => {
  for (const yes of ['It does not melt.', 'Nobody won.', '他没有去。', '此案并非如此。', "It isn't so."]) {
    expect(isNegated(yes), yes).toBe(true);
  }
  for (const no of ['Not only Rome fell.', '他不仅去了。', '非洲很大。', '没有人不知道。']) {
    expect(isNegated(no), no).toBe(false);
  }
});

test('questions and headings claim nothing', () => {
  expect(claimsIn('# Rivers\n\nThe Nile is long. Is it? 长江很长。真的吗？')).toEqual([
    'The Nile is long.',
    '长江很长。',
  ]);
});
