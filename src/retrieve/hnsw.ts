/**
 * Approximate search among many vectors: a hierarchy of graphs of near neighbours (Malkov & Yashunin 2018, "Efficient and
 * robust approximate nearest neighbor search using Hierarchical Navigable Small World graphs").
 */

import { createRng } from '../rng.ts';
import { fail } from './errors.ts';
import { createHeap } from './heap.ts';
import type { Scored } from './top.ts';
import {
  type Metric,
  metricRows,
  pairScorer,
  queryFor,
  type RowScore,
  rowScorer,
  type VectorIndex,
  type VectorRows,
} from './vectors.ts';

export interface HnswOptions {
  /** Default `cosine`. */
  readonly metric?: Metric;
  /** M: neighbours of a vector in each graph, twice as many in the lowest; at least 2. Default 16. */
  readonly neighbors?: number;
  /** How many candidates are kept while the graph is built. Default 200. */
  readonly efConstruction?: number;
  /** How many are kept while it is searched, at least as many as are asked for; more finds more. Default 64. */
  readonly ef?: number;
  /** Of the levels; the same seed makes the same graph. Default 1337. */
  readonly seed?: number;
}

/**
 * Builds the graphs over the rows; a search then looks at a small part of them, and may miss some of the nearest.
 * Errors: `retrieve/option`.
 */
export function hnswIndex(given: VectorRows, options: HnswOptions = {}): VectorIndex {
  const { metric = 'cosine', neighbors = 16, efConstruction = 200, ef = 64, seed = 1337 } = options;
  for (const [option, got, least] of [
    ['neighbors', neighbors, 2],
    ['efConstruction', efConstruction, 1],
    ['ef', ef, 1],
  ] as const) {
    if (!(Number.isSafeInteger(got) && got >= least))
      throw fail('retrieve/option', { option, rule: `≥ ${least}`, got });
  }
  const rows = metricRows(given, metric);
  const between = pairScorer(rows, metric);
  const rng = createRng(seed);
  /** `links[row][level]`: the neighbours of a row in the graph of that level. */
  const links: number[][][] = [];
  const seen = new Uint32Array(rows.count);
  let round = 0;
  let entry = 0;

  /** The `count` best rows that a walk of one graph meets, the best first. */
  function walk(score: RowScore, entries: readonly Scored[], count: number, level: number): Scored[] {
    round++;
    const open = createHeap('highest');
    const best = createHeap('lowest');
    const meet = (index: number, found: number): void => {
      open.push(index, found);
      best.push(index, found);
      if (best.size > count) best.pop();
    };
    for (const { index, score } of entries) {
      seen[index] = round;
      meet(index, score);
    }
    while (open.size > 0) {
      if (open.topScore() < best.topScore() && best.size >= count) break;
      const index = open.topIndex();
      open.pop();
      for (const next of links[index][level]) {
        if (seen[next] === round) continue;
        seen[next] = round;
        const found = score(next);
        if (best.size < count || found > best.topScore()) meet(next, found);
      }
    }
    const sorted: Scored[] = [];
    for (; best.size > 0; best.pop()) sorted.push({ index: best.topIndex(), score: best.topScore() });
    return sorted.reverse();
  }

  /** From the top down to `level`, one best row each: where the walk there begins. */
  function descend(score: RowScore, level: number): Scored[] {
    let entries: Scored[] = [{ index: entry, score: score(entry) }];
    for (let above = links[entry].length - 1; above > level; above--)
      entries = walk(score, entries, 1, above);
    return entries;
  }

  /** Of candidates, the best first, at most `count` that are nearer to the row than to each other (the paper's algorithm 4). */
  function select(candidates: readonly Scored[], count: number): number[] {
    const chosen: number[] = [];
    for (const { index, score } of candidates) {
      if (chosen.length >= count) break;
      if (chosen.every((other) => between(index, other) < score)) chosen.push(index);
    }
    return chosen;
  }

  function link(from: number, to: number, level: number): void {
    const own = links[from][level];
    own.push(to);
    const most = level === 0 ? 2 * neighbors : neighbors;
    if (own.length <= most) return;
    const candidates = own.map((index) => ({ index, score: between(from, index) }));
    links[from][level] = select(
      candidates.sort((a, b) => b.score - a.score),
      most,
    );
  }

  for (let row = 0; row < rows.count; row++) {
    const top = Math.floor(-Math.log(1 - rng.uniform()) / Math.log(neighbors));
    links.push(Array.from({ length: top + 1 }, () => []));
    if (row === 0) continue;
    const score: RowScore = (other) => between(row, other);
    const highest = links[entry].length - 1;
    let entries = descend(score, top);
    for (let level = Math.min(top, highest); level >= 0; level--) {
      entries = walk(score, entries, efConstruction, level);
      for (const other of select(entries, neighbors)) {
        links[row][level].push(other);
        link(other, row, level);
      }
    }
    if (top > highest) entry = row;
  }

  return {
    search(query, top) {
      if (rows.count === 0) return [];
      const score = rowScorer(rows, queryFor(query, metric), metric);
      return walk(score, descend(score, 0), Math.max(ef, top), 0).slice(0, top);
    },
  };
}
