/** A random LSTM as the truth (Yu et al. 2017, §4): texts from it are real, and how likely a written text is can be said exactly. */

import { type RecurrentParams, recurrentConfig, recurrentModelSpec } from '../models/index.ts';
import { initialize, normalInit, ParameterSpec } from '../nn/index.ts';
import { createRng } from '../rng.ts';
import { mapTree } from '../tree.ts';
import { recurrentWriter, type Writer } from './writer.ts';

export interface OracleOptions {
  readonly vocabSize: number;
  readonly width: number;
  readonly seed: number;
}

/** Stands before every text; it is a word of the oracle as well, as in SeqGAN. */
export const ORACLE_START = 0;

/** All its numbers are standard normal; so are those of embeddings once a recurrent model has scaled them. */
export function createOracle({ vocabSize, width, seed }: OracleOptions): Writer<RecurrentParams> {
  const config = recurrentConfig({
    ...{ cell: 'lstm', vocabSize, width, layers: 1, tiedHead: false },
    contextLength: 1,
  });
  const spec = mapTree<ParameterSpec, ParameterSpec>(recurrentModelSpec(config), ({ shape }, path) => {
    const std = path === 'embedding.weight' ? 1 / Math.sqrt(width) : 1;
    return new ParameterSpec(shape, normalInit(std));
  });
  return recurrentWriter(initialize(spec, createRng(seed).split('oracle')) as RecurrentParams, config);
}
