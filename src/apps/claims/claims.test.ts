import { expect, test } from 'vitest';
import { figuresIn, withoutFigures } from './figures.ts';
import { isNegated } from './negation.ts';
import { claimsIn } from './verify-claims.ts';

test('numbers are values, however they are written', () => {
  const values = (text: string) => figuresIn(text).flatMap(({ value, isLoose }) => (isLoose ? [] : [value]));
  expect(values('In 1,000 days, 3.5 million people and 2 dogs')).toEqual([1000, 3_500_000, 2]);
  expect(values('twelve of twenty-one, three hundred')).toEqual([12, 21, 300]);
  expect(values('one may say so, and no one did')).toEqual([]);
  expect(values('一九四五年八月，三百二十万人，１２万亿元')).toEqual([1945, 8, 3_200_000, 1.2e13]);
  expect(values('十五个，两千零八年，一亿三千万')).toEqual([15, 2008, 130_000_000]);
  expect(values('一般来说，统一以后')).toEqual([]);
  expect(
    values('a hundred, one hundred and five, three hundred thousand, two thousand five hundred'),
  ).toEqual([100, 105, 300_000, 2500]);
  expect(values('百分之三，第三，3万5千，1亿2000万，一万五，三点五，三公里')).toEqual([
    3, 3, 35_000, 120_000_000, 15_000, 3.5, 3,
  ]);
  expect(values('二〇一一年，十万一千人，三十分，2020-01-05')).toEqual([2011, 101_000, 30, 2020, 1, 5]);
  expect(values('十分重要，万一，千万别，七八个，二三十，5\u00a0km²，10²，12\u202f500')).toEqual([
    5, 10, 12_500,
  ]);
});

test('what may be an article or a name answers a number and asks for none', () => {
  const loose = (text: string) => figuresIn(text).map(({ value, isLoose }) => [value, isLoose ?? false]);
  expect(loose('one of them, the twenty-third, on 5 May')).toEqual([
    [1, true],
    [23, true],
    [5, false],
    [5, true],
  ]);
  expect(loose('一座城市，一年；it may')).toEqual([
    [1, true],
    [1, false],
  ]);
  expect(withoutFigures('The first of 3 bridges, in May 1931, 七八个')).toBe(
    'the first of   bridges, in may  , 七八个',
  );
});

test('numerals of any length are read, and fast', () => {
  for (const unit of ['万', '亿', '一万', '1,000', '百', 'twenty ']) {
    expect(() => figuresIn(unit.repeat(20_000)), unit).not.toThrow();
  }
});

test('denials are counted, words that only look like one are not', () => {
  const joined = [
    'Neither cats nor dogs fly.',
    'It has no wings and no tail.',
    '他既不吃也不喝。',
    'Nor did he.',
  ];
  for (const yes of [
    'It does not melt.',
    'Nobody won.',
    '他没有去。',
    '此案并非如此。',
    "It isn't so.",
    ...joined,
  ]) {
    expect(isNegated(yes), yes).toBe(true);
  }
  for (const no of [
    'Not only Rome fell.',
    '他不仅去了。',
    '非洲很大。',
    '没有人不知道。',
    '莫斯科很大。',
    '无锡有湖。',
  ]) {
    expect(isNegated(no), no).toBe(false);
  }
});

test('questions and headings claim nothing', () => {
  expect(claimsIn('# Rivers\n\nThe Nile is long. Is it? 长江很长。真的吗？')).toEqual([
    'The Nile is long.',
    '长江很长。',
  ]);
});
