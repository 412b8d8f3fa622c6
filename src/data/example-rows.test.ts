/** Examples of their own: every token is learned from in one example only. */

import { expect, test } from 'vitest';
import { exampleRows } from './example-rows.ts';
import { IGNORE } from './rows.ts';
import { tokenArray } from './tokens.ts';

const EOS = 99;
const seed = 3;

function row(rows: ReturnType<typeof exampleRows>, index: number) {
  const [inputs, targets] = [new Int32Array(rows.contextLength), new Int32Array(rows.contextLength)];
  rows.fill(index, inputs, targets, 0);
  const count = targets.indexOf(IGNORE);
  const length = count < 0 ? rows.contextLength : count;
  expect(rows.lengthOf(index)).toBe(length);
  return { inputs: [...inputs.subarray(0, length)], targets: [...targets.subarray(0, length)] };
}

test('a document is an example; of a long one a piece, in time every one', () => {
  const documents = [[1, 2, EOS], [EOS], [10, 11, 12, 13, 14, 15, 16, EOS]];
  const starts = [0, 3, 4, 12];
  const rows = exampleRows({
    tokens: tokenArray(documents.flat(), starts),
    contextLength: 3,
    eosId: EOS,
    seed,
  });
  expect(rows.rowsPerEpoch).toBe(3);
  expect(row(rows, 0)).toEqual({ inputs: [EOS, 1, 2], targets: [1, 2, EOS] });
  expect(row(rows, 4)).toEqual({ inputs: [EOS], targets: [EOS] });
  const pieces = new Set(Array.from({ length: 40 }, (_, visit) => JSON.stringify(row(rows, 3 * visit + 2))));
  expect([...pieces].sort()).toEqual(
    [
      { inputs: [12, 13, 14], targets: [13, 14, 15] },
      { inputs: [15, 16], targets: [16, EOS] },
      { inputs: [EOS, 10, 11], targets: [10, 11, 12] },
    ].map((piece) => JSON.stringify(piece)),
  );
  expect(row(rows, 2 ** 40 * 3 + 2)).toEqual(row(rows, 2 ** 40 * 3 + 2));
});

test('pieces of a text share no token', () => {
  const tokens = tokenArray(Array.from({ length: 14 }, (_, i) => i));
  const rows = exampleRows({ tokens, contextLength: 4, seed });
  const seen = Array.from({ length: rows.rowsPerEpoch }, (_, index) => {
    const { inputs, targets } = row(rows, index);
    return [inputs[0], ...targets];
  });
  expect(seen).toEqual([
    [0, 1, 2, 3, 4],
    [5, 6, 7, 8, 9],
    [10, 11, 12, 13],
  ]);
  expect(rows.meanLength).toBeCloseTo(11 / 3, 12);
  expect(() => exampleRows({ tokens: tokenArray([1]), contextLength: 4, seed })).toThrow();
});
