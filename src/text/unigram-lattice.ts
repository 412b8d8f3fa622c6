/** All segmentations of a word into pieces at once: what they cost, which is best, how often each piece is expected. */

import type { SpellingTrie } from './spelling-trie.ts';
import { widthAt } from './unicode.ts';

/** The place of the unknown piece, which covers a character that no piece covers by itself. */
export const UNKNOWN_PIECE = 0;

/** The lattice of a vocabulary; the value of a spelling in `trie` is its place in `scores`. */
export function createLattice(trie: SpellingTrie, scores: Float64Array, unknownScore: number) {
  // Nodes of the word at hand, by where they begin: start, end, piece, and the weight of the paths through them so far.
  let starts = new Int32Array(256);
  let ends = new Int32Array(256);
  let ids = new Int32Array(256);
  let weights = new Float64Array(256);
  let count = 0;
  // Of the places of the word.
  let totals = new Float64Array(64);
  let sums = new Float64Array(64);
  let shares = new Float64Array(64);
  let links = new Int32Array(64);

  const add = (start: number, end: number, id: number): void => {
    if (count === starts.length) {
      const larger = <T extends Int32Array | Float64Array>(old: T): T => {
        const room = new (old.constructor as new (size: number) => T)(count * 2);
        room.set(old);
        return room;
      };
      starts = larger(starts);
      ends = larger(ends);
      ids = larger(ids);
      weights = larger(weights);
    }
    starts[count] = start;
    ends[count] = end;
    ids[count++] = id;
  };

  function build(word: string, without: number): void {
    count = 0;
    const { length } = word;
    if (totals.length <= length) {
      totals = new Float64Array(length * 2 + 1);
      sums = new Float64Array(length * 2 + 1);
      shares = new Float64Array(length * 2 + 1);
      links = new Int32Array(length * 2 + 1);
    }
    for (let at = 0; at < length; ) {
      const width = widthAt(word, at);
      let single = false;
      let to = at + 1;
      let node = trie.first(word.charCodeAt(at));
      while (node !== 0) {
        const id = trie.value(node);
        if (id >= 0 && id !== without) {
          add(at, to, id);
          if (to - at === width) single = true;
        }
        if (to >= length) break;
        node = trie.next(node, word.charCodeAt(to++));
      }
      if (!single) add(at, at + width, UNKNOWN_PIECE);
      at += width;
    }
  }

  const scoreOf = (id: number): number => (id === UNKNOWN_PIECE ? unknownScore : scores[id]);

  return {
    /**
     * Adds to `expected` how often each piece stands in a random segmentation of `word`, times `frequency`: forward
     * sums of probabilities, and from the end back the share of each node in the sum where it ends.
     */
    expect(word: string, frequency: number, expected: Float64Array): void {
      build(word, -1);
      const { length } = word;
      // Of the paths to a place: the largest weight, the sum relative to it, at last the log of the whole sum.
      totals.fill(Number.NEGATIVE_INFINITY, 0, length + 1);
      sums.fill(0, 0, length + 1);
      shares.fill(0, 0, length + 1);
      totals[0] = 0;
      sums[0] = 1;
      let closed = -1;
      const close = (at: number): void => {
        totals[at] += Math.log(sums[at]);
        closed = at;
      };
      for (let node = 0; node < count; node++) {
        // Nodes stand in the order of their starts: all that end here are known.
        if (starts[node] !== closed) close(starts[node]);
        const weight = totals[starts[node]] + scoreOf(ids[node]);
        const end = ends[node];
        weights[node] = weight;
        if (weight <= totals[end]) sums[end] += Math.exp(weight - totals[end]);
        else {
          sums[end] = sums[end] * Math.exp(totals[end] - weight) + 1;
          totals[end] = weight;
        }
      }
      close(length);
      shares[length] = frequency;
      for (let node = count - 1; node >= 0; node--) {
        const end = ends[node];
        const part = shares[end] * Math.exp(weights[node] - totals[end]);
        shares[starts[node]] += part;
        expected[ids[node]] += part;
      }
    },

    /** The best segmentation as places of pieces, from the end to the start, without the piece `without`; and its score. */
    best(word: string, without = -1): { readonly path: number[]; readonly score: number } {
      build(word, without);
      links.fill(-1, 0, word.length + 1);
      totals[0] = 0;
      for (let node = 0; node < count; node++) {
        const score = totals[starts[node]] + scoreOf(ids[node]);
        const end = ends[node];
        if (links[end] >= 0 && score <= totals[end]) continue;
        links[end] = node;
        totals[end] = score;
      }
      const path: number[] = [];
      for (let at = word.length; at > 0; at = starts[links[at]]) path.push(ids[links[at]]);
      return { path, score: totals[word.length] };
    },
  };
}
