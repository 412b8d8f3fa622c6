import { expect, test } from 'vitest';
import { mixRows, mixTexts, sizeBytes, temperatureShares } from './mixture.ts';
import type { RowSource } from './rows.ts';

test('shares are sizes to the power of 1/T, over their sum', () => {
  expect(temperatureShares([900, 100], 1)[0]).toBeCloseTo(0.9, 12);
  const [large, small] = temperatureShares([900, 100], 2);
  expect(large).toBeCloseTo(0.75, 12);
  expect(small).toBeCloseTo(0.25, 12);
  // XLM-R: q^0.3 over the sum of q^0.3.
  const sizes = [55_608_000_000, 68_000_000, 259_000];
  const powers = sizes.map((size) => (size / 55_676_259_000) ** 0.3);
  const sum = powers.reduce((a, b) => a + b);
  for (const [i, share] of temperatureShares(sizes, 1 / 0.3).entries()) {
    expect(share).toBeCloseTo(powers[i] / sum, 12);
  }
  expect(temperatureShares([1e300, 1], 1e9)[1]).toBeCloseTo(0.5, 6);
});

const constant = (value: number): RowSource => ({
  contextLength: 1,
  rowsPerEpoch: 1,
  fill: (_row, inputs, _targets, at) => void (inputs[at] = value),
});

test('rows come in these shares, and how many of each came is known', () => {
  const shares = temperatureShares([8000, 900, 100], 3);
  const sources = shares.map((weight, i) => ({ rows: constant(i), weight }));
  const rows = mixRows(sources, { seed: 5 });
  const again = mixRows(sources, { seed: 5 });
  const counts = [0, 0, 0];
  const order: number[] = [];
  const into = new Int32Array(1);
  for (let row = 0; row < 2500; row++) {
    if (row % 311 === 0) expect(rows.dealt(row)).toEqual(counts);
    rows.fill(row, into, new Int32Array(1), 0);
    counts[into[0]]++;
    order.push(into[0]);
    if (row === 1023 || row === 2047) {
      for (const [i, share] of shares.entries()) {
        expect(Math.abs(counts[i] - share * (row + 1))).toBeLessThanOrEqual((row + 1) / 1024);
      }
    }
  }
  // A run that goes on asks for a late row first.
  for (const row of [2301, 2302, 100, 1500]) {
    again.fill(row, into, new Int32Array(1), 0);
    expect([row, into[0]]).toEqual([row, order[row]]);
  }
});

test('texts come in their shares of bytes, a small source again and again', () => {
  const large = [{ text: 'many words of english, '.repeat(400) }];
  const small = [{ text: '很少的中文。' }, { text: '😀尾' }];
  const texts = mixTexts(
    [
      { documents: large, share: 0.5 },
      { documents: small, share: 0.5 },
    ],
    8000,
  );
  const isSmall = ({ text }: { text: string }) => /[^ -~]/.test(text);
  expect(sizeBytes(texts.filter(isSmall))).toBeGreaterThan(3900);
  expect(sizeBytes(texts.filter(isSmall))).toBeLessThan(4100);
  expect(sizeBytes(texts.filter((text) => !isSmall(text)))).toBeCloseTo(4000, -3);
  // No character is cut in two.
  expect(texts.some(({ text }) => /\p{Surrogate}/u.test(text))).toBe(false);
});
