import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { varyText } from './index.ts';

const sets = [
  ['big', 'large', 'great'],
  ['月', '蟾'],
  ['of course', 'naturally'],
];

describe('varying a text by rule', () => {
  test('rate 1 changes every place, rate 0 none; the places are told', () => {
    const text = 'Of course the big moon 月 is biggest, big.';
    const { text: varied, variations } = varyText({ sets, rate: 1, seed: 4 })(text);
    expect(varied).toMatch(/^Naturally the (large|great) moon 蟾 is biggest, (large|great)\.$/);
    expect(variations.map(({ at, from }) => [at, from])).toEqual([
      [0, 'Of course'],
      [14, 'big'],
      [23, '月'],
      [37, 'big'],
    ]);
    expect(varyText({ sets, rate: 0 })(text)).toEqual({ text, variations: [] });
    expect(varyText({ sets: [] })(text)).toEqual({ text, variations: [] });
  });

  test('the same seed says the same, seeds differ, and the rate is the share of places changed', () => {
    const text = 'big '.repeat(2000);
    const vary = (seed: number, rate: number) => varyText({ sets, seed, rate })(text);
    expect(vary(1, 0.3)).toEqual(vary(1, 0.3));
    expect(vary(1, 0.3).text).not.toBe(vary(2, 0.3).text);
    expect(vary(1, 0.3).variations.length / 2000).toBeCloseTo(0.3, 1);
  });

  test('the rest of any text stays', () => {
    const part = fc.constantFrom(
      'big',
      'Large',
      '月',
      'biggest',
      'naturally',
      '明月光',
      '(x)',
      ' ',
      '\n',
      '.',
    );
    fc.assert(
      fc.property(fc.array(part), fc.integer({ min: 0, max: 99 }), (parts, seed) => {
        const text = parts.join('');
        const { text: varied, variations } = varyText({ sets, seed })(text);
        let back = '';
        let at = 0;
        let shift = 0;
        for (const one of variations) {
          back += varied.slice(at + shift, one.at + shift) + one.from;
          at = one.at + one.from.length;
          shift += one.to.length - one.from.length;
        }
        expect(back + varied.slice(at + shift)).toBe(text);
      }),
    );
  });

  test.each([
    [{ sets: [['a']] }, 'vary: "a" must stand in one set of at least two words'],
    [
      {
        sets: [
          ['a', 'b'],
          ['B', 'c'],
        ],
      },
      'vary: "B" must stand in one set',
    ],
    [{ sets: [['', 'b']] }, 'vary: "" must stand in one set'],
    [{ sets, rate: 2 }, 'rate: must be in [0, 1], got 2'],
  ])('%j is refused', (options, message) => {
    expect(() => varyText(options)).toThrow(message);
  });
});
