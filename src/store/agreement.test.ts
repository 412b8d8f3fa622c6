import { expect, test } from 'vitest';
import golden from '../../test/golden/agreement.json' with { type: 'json' };
import { agreementOf, cohenKappa, gwetAc1, krippendorffAlpha } from './agreement.ts';

/** Two raters from a 2 × 2 table: both yes, first yes only, second yes only, both no. */
const raters = (bothYes: number, first: number, second: number, bothNo: number) => {
  const rows = [
    ...Array(bothYes).fill(['yes', 'yes']),
    ...Array(first).fill(['yes', 'no']),
    ...Array(second).fill(['no', 'yes']),
    ...Array(bothNo).fill(['no', 'no']),
  ] as [string, string][];
  return [rows.map(([a]) => a), rows.map(([, b]) => b)] as const;
};

test.each([
  // Worked by hand from the definition.
  [[20, 5, 10, 15], 0.4],
  [[45, 15, 25, 15], 3 / 23],
  [[25, 35, 5, 35], 7 / 27],
  [[10, 0, 0, 10], 1],
  [[0, 10, 10, 0], -1],
  [[25, 25, 25, 25], 0],
  [[9, 0, 0, 0], 1],
] as [[number, number, number, number], number][])('kappa of %j is %d', (table, kappa) => {
  expect(cohenKappa(...raters(...table))).toBeCloseTo(kappa, 12);
});

test('kappa with three labels, and without items', () => {
  // p₀ = 4/6; pₑ = (2·3 + 2·2 + 2·1) / 36 = 1/3.
  expect(
    cohenKappa(
      [...'aabbcc'],
      [...'aabaca'].map((l, i) => (i === 3 ? 'b' : l)),
    ),
  ).toBeCloseTo(0.75, 12);
  expect(cohenKappa([], [])).toBeUndefined();
});

test('every two reviewers, whatever the order of their decisions', () => {
  const by = (reviewer: string, decision: string) => ({ reviewer, decision });
  const agreement = agreementOf([
    { id: '1', decisions: [by('b', 'reject'), by('a', 'reject')] },
    { id: '2', decisions: [by('a', 'approve'), by('b', 'reject'), by('c', 'reject')] },
    { id: '3', decisions: [by('c', 'approve')] },
  ]);
  expect(agreement.disagreements).toEqual(['2']);
  expect(agreement.pairs).toEqual([
    { reviewers: ['a', 'b'], items: 2, agreed: 0.5, kappa: 0 },
    { reviewers: ['a', 'c'], items: 1, agreed: 0, kappa: 0 },
    { reviewers: ['b', 'c'], items: 1, agreed: 1, kappa: 1 },
  ]);
});

test('alpha and AC1 are those of the Python packages krippendorff and irrCAC; undefined where nobody could have disagreed', () => {
  for (const { rows, names, alpha, ac1 } of golden) {
    const units = rows[0].map((_, item) =>
      rows.flatMap((row) => (row[item] === null ? [] : [String(row[item])])),
    );
    expect(krippendorffAlpha(units)).toBeCloseTo(alpha, 12);
    const all = Array.from({ length: names }, (_, name) => String(name));
    expect(gwetAc1(units, all)).toBeCloseTo(ac1, 12);
  }
  expect([krippendorffAlpha([]), krippendorffAlpha([['a'], ['a', 'a']])]).toEqual([undefined, undefined]);
  expect([gwetAc1([['a'], []], ['a', 'b']), gwetAc1([['a', 'a']], ['a'])]).toEqual([undefined, undefined]);
});
