/** Mixtures: rows and texts of several sources in shares of our choice, such as a text of many languages is learned by. */

import { createRng, shuffle } from '../rng.ts';
import type { TextDocument } from '../types.ts';
import { fail } from './errors.ts';
import type { RowSource } from './rows.ts';

/**
 * The share of each of several sources that have so much text: pᵢ = nᵢ^(1/T) / Σⱼ nⱼ^(1/T). T = 1 takes all in proportion; a higher
 * T raises the small ones; without bound, all come alike. With q = n/Σn it is the same as q^α / Σ q^α, where α = 1/T: Conneau and
 * Lample 2019 (arXiv:1901.07291, §3.1) took α = 0.5 and 0.7, XLM-R (arXiv:1911.02116) 0.3, which is T = 3.3.
 */
export function temperatureShares(sizes: readonly number[], temperature: number): number[] {
  const most = Math.max(...sizes);
  const powers = sizes.map((size) => (size / most) ** (1 / temperature));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** Rows of a mixture are dealt in blocks of this many: each block holds every source in proportion. */
const BLOCK_ROWS = 1024;

/** A source of smaller weight would get no row of a block. */
export const SMALLEST_SHARE = 1 / BLOCK_ROWS;

/** Rows of several sources. */
export interface MixedRows extends RowSource {
  /** How many of the first `rows` rows come from each source. */
  dealt(rows: number): number[];
}

/**
 * Rows of several sources in the proportion of their weights, in an order that is shuffled within blocks of 1,024. Each source's own rows
 * come in order and without a gap, so that nothing of it is lost.
 */
export function mixRows(
  sources: readonly { readonly rows: RowSource; readonly weight: number }[],
  options: { readonly seed: number },
): MixedRows {
  const lengths = sources.map(({ rows }) => rows.contextLength);
  if (sources.length === 0) throw fail('data/empty', { where: 'mixRows' });
  if (new Set(lengths).size !== 1) throw fail('data/mixed-contexts', { lengths });
  const shares = apportion(sources.map(({ weight }) => weight));
  const deal = new Uint8Array(BLOCK_ROWS);
  const rank = new Uint32Array(BLOCK_ROWS);
  const rng = createRng(options.seed).split('mixture');
  let dealt = -1;
  const dealBlock = (block: number) => {
    if (block === dealt) return;
    let at = 0;
    shares.forEach((share, source) => {
      deal.fill(source, at, (at += share));
    });
    shuffle(deal, rng.split(block));
    const next = shares.map((share) => share * block);
    for (let i = 0; i < BLOCK_ROWS; i++) rank[i] = next[deal[i]]++;
    dealt = block;
  };
  return {
    contextLength: lengths[0],
    rowsPerEpoch: undefined,
    fill(row, inputs, targets, at) {
      dealBlock(Math.floor(row / BLOCK_ROWS));
      const place = row % BLOCK_ROWS;
      sources[deal[place]].rows.fill(rank[place], inputs, targets, at);
    },
    dealt(rows) {
      const block = Math.floor(rows / BLOCK_ROWS);
      const counts = shares.map((share) => share * block);
      dealBlock(block);
      for (const source of deal.subarray(0, rows % BLOCK_ROWS)) counts[source]++;
      return counts;
    },
  };
}

/** Whole numbers in proportion to the weights that sum to a block (largest remainders). */
function apportion(weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  for (const weight of weights) {
    if (!(weight / sum >= SMALLEST_SHARE) || weights.length > 256) {
      throw fail('data/weight', { weight, smallest: SMALLEST_SHARE });
    }
  }
  const exact = weights.map((weight) => (weight / sum) * BLOCK_ROWS);
  const shares = exact.map(Math.floor);
  const byRemainder = exact
    .map((value, i) => ({ i, rest: value - shares[i] }))
    .sort((a, b) => b.rest - a.rest || a.i - b.i);
  let left = BLOCK_ROWS - shares.reduce((a, b) => a + b, 0);
  for (const { i } of byRemainder) if (left-- > 0) shares[i]++;
  return shares;
}

/** Texts of a mixture are taken in pieces of at most so many characters. */
const PIECE = /[\s\S]{1,1000}/gu;

/**
 * Pieces of several sources' documents that come to about `bytes` of UTF-8 in all, of each source its share: an even part of one that has
 * more, one that has less again and again.
 */
export function mixTexts(
  sources: readonly { readonly documents: readonly TextDocument[]; readonly share: number }[],
  bytes: number,
): TextDocument[] {
  return sources.flatMap(({ documents, share }) => {
    const pieces = documents.flatMap(({ text }) => text.match(PIECE) ?? []);
    const mean = sizeBytes(documents) / pieces.length;
    const wanted = Math.max(1, Math.round((share * bytes) / mean));
    return Array.from({ length: wanted }, (_, i) => ({
      text: pieces[Math.floor((i * pieces.length) / wanted)],
    }));
  });
}

/** Bytes of UTF-8. */
export const sizeBytes = (documents: readonly TextDocument[]): number =>
  documents.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
