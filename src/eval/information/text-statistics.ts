/** The information measures of some texts together: what `inkstone stats` shows. */

import { nextTurn } from '../../decode/index.ts';
import { zipfCoefficient } from '../../repeat/index.ts';
import type { Tokenizer } from '../../types.ts';
import { checkInteger, fail } from '../errors.ts';
import { type BlockEntropy, blockEntropies } from './block-entropy.ts';
import { type HeldOutRate, heldOutRate, matchLengthRate } from './entropy-rate.ts';
import { rankCounts, type VocabularyGrowth, vocabularyGrowth } from './growth.ts';
import {
  type MutualInformation,
  mutualInformation,
  neighbourPairs,
  shuffledRows,
} from './mutual-information.ts';
import { type SymbolUnit, symbolsOf } from './symbols.ts';

export interface TextStatisticsOptions {
  /** Default `character`. */
  readonly unit?: SymbolUnit;
  /** For tokens. */
  readonly tokenizer?: Tokenizer;
  /** Symbols of the longest blocks. Default 5. */
  readonly order?: number;
  /** Distances up to this one, doubling from 1. Default 256. */
  readonly distance?: number;
  /** Neighbours shown, and how often they must occur. Default 12 and 5. */
  readonly pairs?: number;
  readonly minCount?: number;
  /** Of the shuffled text. Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

export interface NamedPair {
  readonly first: string;
  readonly second: string;
  readonly count: number;
  readonly pmi: number;
  readonly npmi: number;
}

export interface TextStatistics {
  readonly unit: SymbolUnit;
  readonly texts: number;
  readonly symbols: number;
  readonly kinds: number;
  readonly blocks: readonly BlockEntropy[];
  readonly rates: { readonly matchLength?: number; readonly heldOut?: HeldOutRate };
  readonly information: readonly MutualInformation[];
  /** Mutual information at distance 1 in the same symbols in random order: what chance alone gives. */
  readonly chance: MutualInformation;
  readonly neighbours: readonly NamedPair[];
  readonly growth: VocabularyGrowth;
  readonly zipf?: number;
  readonly ranks: readonly { readonly rank: number; readonly count: number }[];
}

/** Symbols at most: a table of more different blocks would not fit. */
const MOST_SYMBOLS = 16_000_000;

/** Measures texts of 2 to 16 million symbols together; aborted between measures. */
export async function textStatistics(
  texts: readonly string[],
  options: TextStatisticsOptions = {},
): Promise<TextStatistics> {
  const { unit = 'character', tokenizer, order = 5, distance = 256, pairs = 12, minCount = 5 } = options;
  checkInteger('textStatistics', 'distance', distance, 1);
  const { rows, names } = symbolsOf(texts, unit, tokenizer);
  const symbols = rows.reduce((sum, row) => sum + row.length, 0);
  if (symbols > MOST_SYMBOLS) {
    throw fail('eval/too-long', { where: 'textStatistics', tokens: symbols, most: MOST_SYMBOLS });
  }
  if (symbols < 2) throw fail('eval/few-symbols', { got: symbols });
  const pause = async (): Promise<void> => {
    await nextTurn();
    options.signal?.throwIfAborted();
  };
  await pause();
  const blocks = blockEntropies(rows, order);
  await pause();
  const matchLength = matchLengthRate(rows);
  await pause();
  const heldOut = heldOutRate(rows, { order });
  const information: MutualInformation[] = [];
  for (let d = 1; d <= distance && rows.some((row) => row.length > d); d *= 2) {
    await pause();
    information.push(mutualInformation(rows, d));
  }
  await pause();
  const chance = mutualInformation(shuffledRows(rows, options.seed), 1);
  await pause();
  const neighbours = neighbourPairs(rows, { most: pairs, minCount }).map(({ first, second, ...rest }) => ({
    first: names[first],
    second: names[second],
    ...rest,
  }));
  const zipf = zipfCoefficient(rows);
  return {
    unit,
    texts: texts.length,
    symbols,
    kinds: names.length,
    blocks,
    rates: { ...(matchLength !== undefined && { matchLength }), ...(heldOut && { heldOut }) },
    information,
    chance,
    neighbours,
    growth: vocabularyGrowth(rows),
    ...(zipf !== undefined && { zipf }),
    ranks: rankCounts(rows),
  };
}
