/**
 * What SentencePiece's BPE vocabularies leave unsaid in GGUF files: their merges. Two neighbours are joined where the result is a
 * piece, the highest score first (`llm_tokenizer_spm` in llama.cpp's `llama-vocab.cpp`).
 */

import { bound } from './components.ts';
import { limits } from './limits.ts';
import type { MergeRow } from './merge-rules.ts';
import { spellingTrie } from './spelling-trie.ts';

/**
 * Every way to make a piece of two others, the pieces of the highest score first, of each the longest left part first. `scores` are
 * by id. Errors: `text/limit` for long pieces and for too many merges.
 */
export function mergesByScore(pieces: ReadonlyMap<string, number>, scores: ArrayLike<number>): MergeRow[] {
  const merges: MergeRow[] = [];
  const starts = spellingTrie(pieces);
  const ends = spellingTrie([...pieces].map(([piece, id]) => [reversed(piece), id]));
  // By place: the piece that ends there, and the one that begins there and takes the rest.
  const lefts = new Int32Array(limits.pieceLength);
  const rights = new Int32Array(limits.pieceLength);
  for (const [piece, id] of [...pieces].sort(([, a], [, b]) => scores[b] - scores[a])) {
    const last = piece.length - 1;
    let start = starts.first(piece.charCodeAt(0));
    let end = ends.first(piece.charCodeAt(last));
    for (let at = 1; at <= last; at++) {
      lefts[at] = starts.value(start);
      start = starts.next(start, piece.charCodeAt(at));
      rights[last + 1 - at] = ends.value(end);
      end = ends.next(end, piece.charCodeAt(last - at));
    }
    for (let at = last; at > 0; at--) {
      const [left, right] = [lefts[at], rights[at]];
      if (left >= 0 && right >= 0) merges.push({ left, right, priority: merges.length, id });
    }
    bound('tokens', 'merges', merges.length, limits.merges - 1);
  }
  return merges;
}

function reversed(spelling: string): string {
  let made = '';
  for (let i = spelling.length - 1; i >= 0; i--) made += spelling[i];
  return made;
}
