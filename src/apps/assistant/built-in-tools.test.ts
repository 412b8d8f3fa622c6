import { expect, test } from 'vitest';
import { builtInTools } from './built-in-tools.ts';
import { evaluateExpression } from './expression.ts';
import { statedFact } from './facts.ts';
import { memoryNotes } from './notes.ts';
import { tidyWords } from './tool.ts';
import { readWhen } from './when.ts';

const NOW = new Date(2026, 10, 29, 8, 0);

// A comma parts the arguments of a function, and thousands where there is none.
test.each([
  ['max(100,200)', 200],
  ['min(1,200) + 1', 2],
  ['1,234,567 - 1', 1_234_566],
  ['round(1e-7)', 0],
  ['round(1e21)', 1e21],
  ['round(1234, -2)', 1200],
  ['log(8, 2)', 3],
  ['log(1000)', 3],
  ['9 + √16', 13],
  ['√(16)', 4],
])('%s', (text, value) => void expect(evaluateExpression(text)).toBeCloseTo(value, 9));

test.each(['sqrt(1,000)', 'mod(5, 3, 1)', 'sqrt()'])(
  'arguments that a function does not take: %s',
  (text) => {
    expect(() => evaluateExpression(text)).toThrow(/must be arithmetic/);
  },
);

test.each([
  ['今晚十二点', '2026-11-30T00:00'],
  ['明天晚上12点半', '2026-12-01T00:30'],
  ['tonight at 12', '2026-11-30T00:00'],
  ['中午12点', '2026-11-29T12:00'],
  ['明天三点零五分', '2026-11-30T03:05'],
  ['2028-02-29', '2028-02-29T09:00'],
])('%s', (words, time) => void expect(readWhen(words, NOW)).toEqual(new Date(time)));
test.each([
  '2026-02-31',
  '2026-00-10',
  '2026-01-00',
  '2026-13-01',
  '2026-12-01 25:00',
  '2026-12-01 09:60',
  '2026-02-31T09:00Z',
])(
  'no day of the calendar or time of the clock: %s',
  (words) => void expect(readWhen(words, NOW)).toBeUndefined(),
);

// It took most of a minute.
test('words of any length are turned down at once', { timeout: 20_000 }, () => {
  const tools = builtInTools({ notes: memoryNotes() });
  const context = { now: NOW, language: 'zh' as const };
  for (const words of [
    `提醒我${'好'.repeat(16_000)}`,
    `remind me to ${'a '.repeat(8000)}`,
    `${'.'.repeat(16_000)}a`,
  ]) {
    for (const { fromWords } of tools) expect(fromWords?.(words, context)).toBeUndefined();
  }
  expect(tidyWords(' “Is it?!.” ')).toBe('Is it');
});

test('that something was remembered is no fact', () => {
  expect(['记住了。', '记下了', '记住了吗？'].map(statedFact)).toEqual([undefined, undefined, undefined]);
  expect(statedFact('记住了解猫的人是小李')).toBe('了解猫的人是小李');
});
