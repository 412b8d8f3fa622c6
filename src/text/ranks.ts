/** Vocabularies given as ranks, the form of tiktoken: every two neighbours whose join is a token may merge. */

import type { AddedToken } from './added-tokens.ts';
import { assembleBpe } from './bpe.ts';
import { addedTokensOf, type BpeOptions } from './bpe-options.ts';
import { spellBytes } from './byte-level.ts';
import type { MergeRow } from './merge-rules.ts';
import type { SavableTokenizer } from './save.ts';
import { createTokenDecoder } from './token-decoder.ts';
import { createTokenFinder, type TokenRow } from './token-table.ts';
import type { BpeEntry } from './tokenizer-file.ts';
import { writeBpe } from './write-bpe.ts';

export type RankOptions = Pick<BpeOptions, 'specialTokens' | 'addedTokens' | 'eosToken' | 'pattern'>;

/**
 * A byte-level BPE tokenizer from tokens and their ranks; the rank is the id and the priority. A piece that is a token
 * as a whole stays whole. Errors as `bpeTokenizer`.
 *
 * @example
 * const tokenizer = fromRanks([['a', 0], ['b', 1], ['ab', 2]], { pattern: 'cl100k' });
 */
export function fromRanks(
  ranks: Iterable<readonly [token: Uint8Array | string, rank: number]>,
  options: RankOptions = {},
): SavableTokenizer<BpeEntry> {
  const rows: TokenRow[] = Array.from(ranks, ([bytes, id]) => ({ id, bytes }));
  const added = addedTokensOf(options);
  const merges = allSplits(rows, added);
  const full = { ...options, ignoreMerges: true };
  return assembleBpe(rows, merges, added, full, (tokenizer) => {
    const vocab = new Map(rows.map(({ id }) => [spellBytes(tokenizer.tokenBytes(id)), id]));
    const spelling = new Map([...vocab].map(([name, id]) => [id, name]));
    const pairs = [...merges]
      .sort((a, b) => a.id - b.id || a.left - b.left || a.right - b.right)
      .map(({ left, right }) => [spelling.get(left)!, spelling.get(right)!] as const);
    return writeBpe(tokenizer, { ...full, vocab, merges: pairs });
  });
}

/** Every way to make a token of two others. */
function allSplits(rows: readonly TokenRow[], added: readonly AddedToken[]): MergeRow[] {
  const { bytes, starts } = createTokenDecoder(rows, added).table;
  const find = createTokenFinder(
    { vocabSize: starts.length - 1, bytes, starts },
    rows.map((row) => row.id),
  );
  const merges: MergeRow[] = [];
  for (const { id } of rows) {
    const [start, end] = [starts[id], starts[id + 1]];
    for (let middle = start + 1; middle < end; middle++) {
      const left = find(bytes, start, middle);
      const right = left < 0 ? -1 : find(bytes, middle, end);
      if (right >= 0) merges.push({ left, right, priority: id, id });
    }
  }
  return merges;
}
