/** Rows of examples and the states that a head looks at, by hand. */

import { expect, test } from 'vitest';
import { fromArray } from '../tensor/index.ts';
import { type HeadReading, headFeatures, placedWords } from './head-features.ts';
import { type HeadConfig, headPoolings, runHead } from './task-head.ts';

/** One token a character; the frame has tokens that no text has. */
const reading = (maxTokens: number): HeadReading => ({
  tokenizer: { encode: (text) => Array.from(text, (character) => character.codePointAt(0)!) },
  frame: { start: [1], between: [2], end: [3] },
  maxTokens,
});
const config = (task: HeadConfig['task'], more: Partial<HeadConfig> = {}): HeadConfig => ({
  task,
  width: 2,
  pooling: 'mean',
  dropout: 0,
  ...more,
});
const spelled = (ids: readonly number[]) =>
  ids.map((id) => (id < 4 ? '[|]'[id - 1] : String.fromCodePoint(id))).join('');

test('two texts are cut together, the longer first', () => {
  const [row] = headFeatures(
    [{ text: 'abcdefgh', second: 'xyz', value: 5 }],
    config('pair', { scale: { mean: 3, deviation: 4 } }),
    reading(10),
  );
  expect(spelled(row.ids)).toBe('[abcd|xyz]');
  expect(row.second).toBe(6);
  expect(row.targets).toEqual([0.5]);
  const zero = { text: 'a', value: 0 };
  expect(
    headFeatures([zero], config('regress', { scale: { mean: 3, deviation: 4 } }), reading(9))[0].targets,
  ).toEqual([-0.75]);
  const [other] = headFeatures(
    [{ text: 'ab', second: 'uvwxyz' }],
    config('classify', { labels: ['a', 'b'] }),
    reading(9),
  );
  expect(spelled(other.ids)).toBe('[ab|uvwx]');
  expect(other.targets).toBeUndefined();
});

test('the first piece of each word is asked; words apart have a space before them; a long sentence is several rows', () => {
  const labels = ['O', 'B-PER'];
  const example = { words: ['ab', 'c', '春', '风', 'de'], labels: ['B-PER', 'O', 'O', 'B-PER', 'X'] };
  const rows = headFeatures([example], config('label', { labels }), reading(9));
  expect(rows.map(({ ids }) => spelled(ids))).toEqual(['[ab c春风]', '[de]']);
  expect(rows.map(({ places }) => places)).toEqual([[1, 3, 5, 6], [1]]);
  expect(rows.map(({ words }) => words)).toEqual([[0, 1, 2, 3], [4]]);
  const { frame, ...rest } = reading(9);
  const causal = { ...rest, frame: { ...frame, asked: 'last' as const } };
  expect(headFeatures([example], config('label', { labels }), causal)[0].places).toEqual([2, 4, 5, 6]);
  // A label that nobody has learned counts for nothing.
  expect(rows.map(({ targets }) => targets)).toEqual([[1, 0, 0, 1], [-1]]);
});

test('a long context is read in windows, each piece in one at least; a window without the answer says so', () => {
  const context = 'abc de fghij kl mn op';
  const answers = [{ text: 'kl m', start: context.indexOf('kl') }];
  const example = { question: 'q', context, words: placedWords(context), answers };
  const rows = headFeatures([example], config('span'), reading(14));
  expect(rows.length).toBeGreaterThan(2);
  expect(new Set(rows.flatMap(({ words }) => words))).toEqual(new Set([0, 1, 2, 3, 4, 5]));
  const said = rows.map(({ ids, targets }) =>
    targets![0] === 0 ? '' : spelled(ids.slice(targets![0], targets![1] + 1)),
  );
  expect(new Set(said)).toEqual(new Set(['', ' kl mn']));
  for (const { ids, second } of rows) expect(spelled(ids.slice(0, second))).toBe('[q|');
});

test.each(headPoolings)('%s: one state stands for a text, whatever stands behind it', (pooling) => {
  const states = fromArray<'f32'>(
    Float32Array.of(0.1, 0.2, 0.3, 0.6, 9, 9, 0.5, 0.4, 0.1, 0.8, 0.6, 0.3),
    [2, 3, 2],
    'f32',
  );
  const one = fromArray<'f32'>(Float32Array.of(1, 0, 0, 1), [2, 2], 'f32');
  const head = { transform: { weight: one }, out: { weight: one } };
  const said = runHead(head, config('classify', { pooling, labels: ['a', 'b'] }), states, {
    lengths: [2, 3],
    places: [],
  });
  const expected = { first: [0.1, 0.2, 0.5, 0.4], mean: [0.2, 0.4, 0.4, 0.5], last: [0.3, 0.6, 0.6, 0.3] }[
    pooling
  ];
  expected.forEach((x, i) => expect(said.data[i]).toBeCloseTo(Math.tanh(x), 6));
});
