import { expect, test } from 'vitest';
import { IGNORE, prefixRows, sequenceRows } from './rows.ts';
import { tokenArray } from './tokens.ts';

const rows = sequenceRows({ tokens: tokenArray([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]), contextLength: 8 });
const targetsOf = (source: typeof rows, row: number): number[] => {
  const [inputs, targets] = [new Int32Array(10), new Int32Array(10).fill(77)];
  source.fill(row, inputs, targets, 1);
  expect([targets[0], targets[9]]).toEqual([77, 77]);
  return Array.from(targets.subarray(1, 9));
};

test('the first targets are hidden: a share of those there are, or every number equally often', () => {
  const half = prefixRows(rows, { share: 0.5 });
  expect(targetsOf(half, 0)).toEqual([-1, -1, -1, -1, 6, 7, 8, 9]);
  // The last row has three targets and is filled up.
  expect(targetsOf(half, 1)).toEqual([-1, 11, 12, -1, -1, -1, -1, -1]);
  expect(targetsOf(prefixRows(rows, { share: 0.999 }), 0).filter((id) => id !== IGNORE)).toEqual([9]);
  const drawn = prefixRows(rows, { seed: 3 });
  const counts = new Array(8).fill(0);
  for (let row = 0; row < 1600; row += 2) counts[targetsOf(drawn, row).lastIndexOf(IGNORE) + 1]++;
  for (const count of counts) expect(Math.abs(count - 100)).toBeLessThan(35);
  expect(targetsOf(prefixRows(rows, { seed: 3 }), 44)).toEqual(targetsOf(drawn, 44));
});
