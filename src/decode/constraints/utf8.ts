/** Sets of characters as sequences of byte ranges: the UTF-8 automaton of a set. */

import type { CharacterSet } from './character-set.ts';

/** Byte range → node; node 0 is the start, `END` the end. Nodes that say the same are one node. */
export interface Utf8Graph {
  readonly nodes: readonly (readonly Utf8Edge[])[];
}

export interface Utf8Edge {
  readonly first: number;
  readonly last: number;
  readonly to: number;
}

export const END = -1;

type ByteRanges = readonly (readonly [first: number, last: number])[];

/** The automaton that reads exactly the UTF-8 forms of the characters in the set. */
export function utf8Graph(set: CharacterSet): Utf8Graph {
  const sequences: ByteRanges[] = [];
  for (const [first, last] of set) splitRange(first, last, sequences);
  // NOTE: ranges are sorted and disjoint, so that two sequences either share their first byte range or have disjoint ones.
  const nodes: Utf8Edge[][] = [[]];
  const known = new Map<string, number>();
  const edgesOf = (from: number, to: number, depth: number): Utf8Edge[] => {
    const edges: Utf8Edge[] = [];
    for (let i = from; i < to; ) {
      const [first, last] = sequences[i][depth];
      let next = i + 1;
      while (next < to && sequences[next][depth][0] === first) next++;
      edges.push({
        first,
        last,
        to: depth + 1 === sequences[i].length ? END : nodeOf(edgesOf(i, next, depth + 1)),
      });
      i = next;
    }
    return edges;
  };
  const nodeOf = (edges: Utf8Edge[]): number => {
    const key = edges.map(({ first, last, to }) => `${first}-${last}>${to}`).join();
    let node = known.get(key);
    if (node === undefined) {
      node = nodes.push(edges) - 1;
      known.set(key, node);
    }
    return node;
  };
  nodes[0] = edgesOf(0, sequences.length, 0);
  return { nodes };
}

/** Cuts a range of code points into ranges whose UTF-8 forms are one sequence of byte ranges. */
function splitRange(first: number, last: number, sequences: ByteRanges[]): void {
  for (const border of [0x7f, 0x7ff, 0xffff]) {
    if (first <= border && last > border) {
      splitRange(first, border, sequences);
      splitRange(border + 1, last, sequences);
      return;
    }
  }
  const length = last <= 0x7f ? 1 : last <= 0x7ff ? 2 : last <= 0xffff ? 3 : 4;
  for (let i = 1; i < length; i++) {
    const mask = (1 << (6 * i)) - 1;
    if ((first & ~mask) === (last & ~mask)) continue;
    const cut = (first & mask) !== 0 ? (first | mask) + 1 : (last & mask) !== mask ? last & ~mask : undefined;
    if (cut !== undefined) {
      splitRange(first, cut - 1, sequences);
      splitRange(cut, last, sequences);
      return;
    }
  }
  const low = encode(first, length);
  const high = encode(last, length);
  sequences.push(low.map((byte, i) => [byte, high[i]]));
}

function encode(codePoint: number, length: number): number[] {
  if (length === 1) return [codePoint];
  const bytes: number[] = [];
  let rest = codePoint;
  for (let i = 1; i < length; i++) {
    bytes.unshift(0x80 | (rest & 0x3f));
    rest >>= 6;
  }
  return [((0xf00 >> length) & 0xff) | rest, ...bytes];
}
