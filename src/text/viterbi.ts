/** Unigram encoding (Kudo 2018): the segmentation whose pieces have the largest sum of log-probabilities. */

import { MAX_CACHED_UNITS, PieceCache } from './piece-cache.ts';
import type { SpellingTrie } from './spelling-trie.ts';
import { widthAt } from './unicode.ts';

/** What a Unigram vocabulary knows. */
export interface UnigramModel {
  readonly trie: SpellingTrie;
  /** Log-probability of each id that the tree knows. */
  readonly scores: Float64Array;
  /** What a character costs that no piece covers by itself: 10 below the lowest score (SentencePiece). */
  readonly unknownScore: number;
  /** Appends the ids of a run of characters that no piece covers. */
  readonly unknown: (text: string, start: number, end: number, out: number[]) => void;
}

/** Stands in a path where no piece covers a character. */
const UNKNOWN = -2;
/** Scratch memory for longer pieces is given back. */
const KEPT_UNITS = 65_536;

/**
 * The encoder of a model; ids of `text[start, end)` go to `out`, in time linear in the text. Of segmentations with
 * equal sums the one found first from the left stays, as in SentencePiece and Hugging Face tokenizers. It agrees with
 * them bit by bit because it adds the same doubles in the same order.
 */
export function createViterbi(model: UnigramModel) {
  const { trie, scores, unknownScore, unknown } = model;
  const cache = new PieceCache();
  let best = new Float64Array(0);
  let from = new Int32Array(0);
  let chosen = new Int32Array(0);
  let kept = new Int32Array(64);

  function segment(text: string, start: number, end: number): void {
    const length = end - start;
    if (best.length <= length) {
      const room = Math.max(256, length + 1);
      best = new Float64Array(room);
      from = new Int32Array(room);
      chosen = new Int32Array(room);
    }
    from.fill(-1, 0, length + 1);
    best[0] = 0;
    const reach = (at: number, to: number, score: number, id: number): void => {
      if (from[to] >= 0 && score <= best[to]) return;
      best[to] = score;
      from[to] = at;
      chosen[to] = id;
    };
    for (let at = 0; at < length; ) {
      const width = widthAt(text, start + at);
      const here = best[at];
      let single = false;
      let to = at + 1;
      let node = trie.first(text.charCodeAt(start + at));
      while (node !== 0) {
        const id = trie.value(node);
        if (id >= 0) {
          reach(at, to, here + scores[id], id);
          if (to - at === width) single = true;
        }
        if (to >= length) break;
        node = trie.next(node, text.charCodeAt(start + to++));
      }
      if (!single) reach(at, at + width, here + unknownScore, UNKNOWN);
      at += width;
    }
  }

  return (text: string, start: number, end: number, out: number[]): void => {
    const short = end - start <= MAX_CACHED_UNITS;
    const hash = short ? PieceCache.hash(text, start, end) : 0;
    if (short && cache.appendIds(text, start, end, hash, out)) return;
    segment(text, start, end);
    // Turns the links around: `from[place]` becomes where the piece that starts there ends.
    for (let to = end - start, next = -1; to >= 0; ) {
      const before = to === 0 ? -1 : from[to];
      from[to] = next;
      next = to;
      to = before;
    }
    const first = out.length;
    for (let at = 0; at < end - start; ) {
      let to = from[at];
      if (chosen[to] !== UNKNOWN) out.push(chosen[to]);
      else {
        // Neighbours that no piece covers are one run.
        while (to < end - start && chosen[from[to]] === UNKNOWN) to = from[to];
        unknown(text, start + at, start + to, out);
      }
      at = to;
    }
    const count = out.length - first;
    if (short) {
      if (kept.length < count) kept = new Int32Array(count * 2);
      for (let i = 0; i < count; i++) kept[i] = out[first + i];
      cache.keep(text, start, end, hash, kept, count);
    } else if (best.length > KEPT_UNITS) best = new Float64Array(0);
  };
}
