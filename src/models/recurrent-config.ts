/** The config of recurrent language models, checked once. */

import { type CellKind, cellKinds, type RecurrentLayerConfig } from '../nn/index.ts';
import { check, oneOf, type Rules, share, wholePositive, yesOrNo } from './config.ts';

/** A complete config; plain data, as it stands in `config.json`. */
export interface RecurrentConfig {
  /** What tells this config from a decoder's: how a step is made. */
  readonly cell: CellKind;
  readonly vocabSize: number;
  /** Tokens that training reads at a time. A trained model reads on as long as it likes. */
  readonly contextLength: number;
  /** Size of embeddings and of each layer's state. */
  readonly width: number;
  readonly layers: number;
  /** The head's weight is the embedding table. */
  readonly tiedHead: boolean;
  /** Share of features set to zero in training: of the embedding, between layers and before the head, never in time (Zaremba et al. 2014). */
  readonly dropout: number;
}

type Sizes = Pick<RecurrentConfig, 'cell' | 'vocabSize' | 'contextLength' | 'width' | 'layers'>;

/** What a user writes; the rest has defaults. */
export type RecurrentOptions = Sizes & Partial<RecurrentConfig>;

const rules: Rules<RecurrentConfig> = {
  cell: oneOf(cellKinds),
  vocabSize: wholePositive,
  contextLength: wholePositive,
  width: wholePositive,
  layers: wholePositive,
  tiedHead: yesOrNo,
  dropout: share,
};

/**
 * Checks options and fills the defaults. A complete config passes through unchanged.
 *
 * @example recurrentConfig({ cell: 'lstm', vocabSize: 65, contextLength: 64, width: 128, layers: 2 })
 */
export function recurrentConfig(options: RecurrentOptions): RecurrentConfig {
  for (const key of ['cell', 'vocabSize', 'contextLength', 'width', 'layers'] as const) {
    check({ [key]: options[key] }, rules);
  }
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  check(given, rules);
  return { tiedHead: true, dropout: 0, ...(given as unknown as RecurrentOptions) };
}

/** Whether a config is of a recurrent model. */
export const isRecurrentConfig = (config: unknown): config is RecurrentConfig =>
  typeof config === 'object' && config !== null && 'cell' in config;

/** Every layer reads what the one below hands on. */
export const layerConfig = ({ cell, width }: RecurrentConfig): RecurrentLayerConfig => ({
  cell,
  width,
  inputs: width,
});
