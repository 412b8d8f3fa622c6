import { describe, expect, test } from 'vitest';
import { createRng, philox, shuffle } from './rng.ts';

describe('philox', () => {
  // Known answers of the authors' library Random123 (kat_vectors, philox4x32 10).
  test.each([
    [
      [0, 0],
      [0, 0, 0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0xa4093822, 0x299f31d0],
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])('key %j, counter %j', (key, counter, expected) => {
    const out = new Uint32Array(4);
    philox(key as [number, number], counter as [number, number, number, number], out);
    expect(Array.from(out)).toEqual(expected);
  });
});

describe('a stream', () => {
  test('goes back and forth by its position', () => {
    const rng = createRng(42);
    const first = Array.from({ length: 10 }, () => rng.uniform());
    rng.position = 3;
    expect(rng.uniform()).toBe(first[3]);
  });

  test('streams of other names and seeds differ; equal ones agree', () => {
    const draw = (seed: number, name: string) => createRng(seed).split(name).uniform();
    expect(draw(1, 'a')).toBe(draw(1, 'a'));
    expect(new Set([draw(1, 'a'), draw(1, 'b'), draw(2, 'a'), draw(2 ** 40 + 1, 'a')]).size).toBe(4);
  });

  test('uniform is in [0, 1) with mean 1/2; normal has mean 0 and variance 1', () => {
    const rng = createRng(7);
    const uniform = Array.from({ length: 20_000 }, () => rng.uniform());
    expect(uniform.every((x) => x >= 0 && x < 1)).toBe(true);
    expect(uniform.reduce((a, b) => a + b) / uniform.length).toBeCloseTo(0.5, 1);
    const normal = Array.from({ length: 20_000 }, () => rng.normal());
    const mean = normal.reduce((a, b) => a + b) / normal.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(normal.reduce((a, x) => a + x * x, 0) / normal.length).toBeCloseTo(1, 1);
  });

  test('integers fall evenly', () => {
    const rng = createRng(9);
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 12_000; i++) counts[rng.integer(6)]++;
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });
});

test('a shuffle keeps every item and prefers no order', () => {
  const rng = createRng(3);
  const seen = new Map<string, number>();
  for (let i = 0; i < 12_000; i++) {
    const order = shuffle(['a', 'b', 'c'], rng).join('');
    seen.set(order, (seen.get(order) ?? 0) + 1);
  }
  expect([...seen.keys()].sort()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
  for (const count of seen.values()) expect(Math.abs(count - 2000)).toBeLessThan(200);
});
