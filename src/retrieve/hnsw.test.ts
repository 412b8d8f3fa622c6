import { describe, expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import { exactIndex, hnswIndex, type Metric, vectorRows } from './index.ts';

const rng = createRng(3);
const random = (count: number, width: number) =>
  vectorRows(Array.from({ length: count }, () => Array.from({ length: width }, () => rng.uniform() - 0.5)));

/** Share of the `top` nearest that the graph finds too. */
function recall(metric: Metric, count: number, ef: number): number {
  const rows = random(count, 16);
  const [exact, graph] = [
    exactIndex(rows, metric),
    hnswIndex(rows, { metric, ef, neighbors: 8, efConstruction: 60 }),
  ];
  let found = 0;
  const queries = random(50, 16);
  for (let i = 0; i < queries.count; i++) {
    const query = queries.data.subarray(i * 16, (i + 1) * 16);
    const nearest = new Set(exact.search(query, 10).map(({ index }) => index));
    const got = graph.search(query, 10);
    expect(got.map(({ score }) => score)).toEqual(got.map(({ score }) => score).sort((a, b) => b - a));
    expect(new Set(got.map(({ index }) => index)).size).toBe(10);
    found += got.filter(({ index }) => nearest.has(index)).length;
  }
  return found / 500;
}

describe('HNSW', () => {
  test.each(['cosine', 'l2'] as const)(
    'finds nearly all of the nearest, more with a larger ef (%s)',
    (metric) => {
      expect(recall(metric, 1500, 100)).toBeGreaterThan(0.97);
      expect(recall(metric, 1500, 10)).toBeLessThan(0.97);
    },
  );

  test('inner products', () => void expect(recall('dot', 1500, 200)).toBeGreaterThan(0.9));

  test('few, one and no vectors; the same seed makes the same graph; options are checked', () => {
    const rows = random(40, 16);
    const all = (seed: number) => hnswIndex(rows, { seed }).search(rows.data.subarray(0, 16), 40);
    expect(all(1)).toEqual(all(1));
    expect(all(1)[0].index).toBe(0);
    expect(all(1)).toHaveLength(40);
    expect(hnswIndex(vectorRows([[1, 2]])).search([1, 2], 3)).toHaveLength(1);
    expect(hnswIndex(vectorRows([])).search([1, 2], 3)).toEqual([]);
    expect(() => hnswIndex(rows, { neighbors: 1 })).toThrow(/neighbors must be ≥ 2, got 1/);
    expect(() => hnswIndex(rows).search([1], 1)).toThrow(/one width/);
  });
});
