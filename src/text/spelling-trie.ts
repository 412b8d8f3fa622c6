/** Spellings as a tree of UTF-16 code units: which of them begin at a place of a text is one walk. */

import { fail } from './errors.ts';
import { limits } from './limits.ts';
import { PairTable } from './pair-table.ts';

/** A tree for look-up. Nodes are numbers from 1 on; 0 is no node. */
export interface SpellingTrie {
  /** The node of a first code unit. */
  first(unit: number): number;
  /** The node after one more code unit. */
  next(node: number, unit: number): number;
  /** The value of the spelling that ends at a node, or -1. */
  value(node: number): number;
}

/**
 * Builds the tree; of equal spellings the first counts. Errors: `text/limit` for more code units together than
 * `limits.spelledUnits` or a spelling longer than `limits.pieceLength`.
 */
export function spellingTrie(rows: Iterable<readonly [spelling: string, value: number]>): SpellingTrie {
  const all = [...rows];
  let units = 0;
  for (const [spelling] of all) {
    units += spelling.length;
    const { length } = spelling;
    if (length > limits.pieceLength) {
      throw fail('text/limit', {
        where: 'model.vocab',
        what: 'piece length',
        limit: limits.pieceLength,
        got: length,
      });
    }
  }
  if (units > limits.spelledUnits) {
    throw fail('text/limit', {
      where: 'model.vocab',
      what: 'length of all pieces',
      limit: limits.spelledUnits,
      got: units,
    });
  }
  const firsts = new Int32Array(0x10000);
  const edges = new PairTable(all.length * 2);
  let values = new Int32Array(all.length * 2 + 16).fill(-1);
  let count = 1;
  for (const [spelling, value] of all) {
    if (spelling === '') continue;
    let node = 0;
    for (let i = 0; i < spelling.length; i++) {
      const unit = spelling.charCodeAt(i);
      const known = i === 0 ? firsts[unit] : Math.max(0, edges.get(node, unit));
      if (known === 0) {
        if (i === 0) firsts[unit] = count;
        else edges.set(node, unit, count);
        if (count === values.length) {
          const larger = new Int32Array(count * 2).fill(-1);
          larger.set(values);
          values = larger;
        }
      }
      node = known || count++;
    }
    if (values[node] < 0) values[node] = value;
  }
  return {
    first: (unit) => firsts[unit],
    next: (node, unit) => {
      const found = edges.get(node, unit);
      return Math.max(found, 0);
    },
    value: (node) => values[node],
  };
}
