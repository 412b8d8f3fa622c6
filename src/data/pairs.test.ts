import { expect, test } from 'vitest';
import { PADDING } from './masked.ts';
import { pairRows } from './pairs.ts';
import { IGNORE } from './rows.ts';

const pair = (id: number, length: number) => ({ source: [id, 1], target: [...Array(length).fill(id), 1] });
const pairs = Array.from({ length: 103 }, (_, i) => pair(i + 2, 1 + ((i * 37) % 5)));
const sizes = { pairs, sourceLength: 3, targetLength: 6, startId: 0 };

function read(rows: ReturnType<typeof pairRows>, row: number) {
  const [inputs, targets] = [new Int32Array(9), new Int32Array(9)];
  rows.fill(row, inputs, targets, 0);
  return { inputs: Array.from(inputs), targets: Array.from(targets) };
}

test('a row is the source, then the target behind its start token', () => {
  const rows = pairRows({ ...sizes, pairs: [pair(7, 2)] });
  expect(read(rows, 0)).toEqual({
    inputs: [7, 1, PADDING, 0, 7, 7, PADDING, PADDING, PADDING],
    targets: [IGNORE, IGNORE, IGNORE, 7, 7, 1, IGNORE, IGNORE, IGNORE],
  });
});

test('shuffled, an epoch has each pair at most once, in batches of like length, and the next epoch another order', () => {
  const rows = pairRows({ ...sizes, shuffled: { seed: 1, batchSize: 10 } });
  expect(rows.rowsPerEpoch).toBe(100);
  const idsOf = (epoch: number) =>
    Array.from({ length: 100 }, (_, i) => read(rows, 100 * epoch + i).inputs[0]);
  expect(new Set(idsOf(0)).size).toBe(100);
  expect(idsOf(1)).not.toEqual(idsOf(0));
  const lengthOf = (row: number) => read(rows, row).targets.filter((id) => id !== IGNORE).length;
  for (let batch = 0; batch < 10; batch++) {
    const lengths = Array.from({ length: 10 }, (_, i) => lengthOf(10 * batch + i));
    expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
  }
});
