/** Entropy of symbols, of blocks of them, and of the next one given those before: Shannon 1948, "Prediction and entropy" 1951. */

import type { Ids } from '../../repeat/index.ts';
import { countGrams, type GramCounts } from './symbols.ts';

/** H = Σ (c/N)·log2(N/c), in bits: the entropy of the shares of the counts. 0 for none. */
export function entropyOfCounts(counts: Iterable<number>): number {
  let total = 0;
  let sum = 0;
  for (const count of counts) {
    if (count === 0) continue;
    total += count;
    sum += count * Math.log2(count);
  }
  // Σ (c/N)·log2(N/c) = log2 N − (Σ c·log2 c)/N
  return total === 0 ? 0 : Math.max(0, Math.log2(total) - sum / total);
}

/**
 * Bits by which `entropyOfCounts` is too low on average, to first order: (K − 1)/(2N·ln 2) for K symbols seen in N places.
 * Miller, "Note on the bias of information estimates", 1955. It helps while most symbols were seen several times; where most
 * were seen once, the true value is higher still.
 */
export function millerMadow(kinds: number, total: number): number {
  return total === 0 ? 0 : Math.max(0, kinds - 1) / (2 * total * Math.LN2);
}

export interface BlockEntropy {
  /** Symbols in a block. */
  readonly n: number;
  readonly blocks: number;
  readonly kinds: number;
  /** The share of the different blocks that occur once: near 1 the text is too short to tell their entropy. */
  readonly onceShare: number;
  /** Hₙ of the shares, in bits a block; and with the correction of Miller and Madow. */
  readonly entropy: number;
  readonly corrected: number;
  /**
   * hₙ = Hₙ − Hₙ₋₁, in bits a symbol: the entropy of a symbol given the n − 1 before it. For n = 1 that is H₁. In a stationary
   * source hₙ falls to the entropy rate.
   */
  readonly conditional: number;
  readonly conditionalCorrected: number;
}

/** Entropies of blocks of 1 to `order` symbols. */
export function blockEntropies(rows: readonly Ids[], order = 5): BlockEntropy[] {
  const figures = countGrams(rows, order).map(figuresOf);
  return figures.map((own, i) => ({
    ...own,
    conditional: own.entropy - (figures[i - 1]?.entropy ?? 0),
    conditionalCorrected: own.corrected - (figures[i - 1]?.corrected ?? 0),
  }));
}

function figuresOf({ n, counts, total }: GramCounts) {
  const entropy = entropyOfCounts(counts);
  const once = counts.reduce((sum, count) => sum + Number(count === 1), 0);
  return {
    n,
    blocks: total,
    kinds: counts.length,
    onceShare: counts.length === 0 ? 0 : once / counts.length,
    entropy,
    corrected: entropy + millerMadow(counts.length, total),
  };
}
