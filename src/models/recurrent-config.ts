/** The config of recurrent language models, checked once. */

import { type CellKind, cellKinds, type RecurrentLayerConfig } from '../nn/index.ts';
import { check, oneOf, type Rules, share, wholePositive, yesOrNo } from './config.ts';
import { fail } from './errors.ts';

/** A cell whose steps follow each other, or RWKV, which reads all tokens of a text at once in training (Peng et al. 2023). */
export type RecurrentKind = CellKind | 'rwkv';
export const recurrentKinds: readonly RecurrentKind[] = [...cellKinds, 'rwkv'];

/** A complete config; plain data, as it stands in `config.json`. */
export interface RecurrentConfig<Kind extends RecurrentKind = RecurrentKind> {
  /** What tells this config from a decoder's: how a step is made. */
  readonly cell: Kind;
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
  /** Of RWKV: the inner size of its feed-forward half. */
  readonly ffnSize?: number;
}

type Sizes = Pick<RecurrentConfig, 'cell' | 'vocabSize' | 'contextLength' | 'width' | 'layers'>;

/** What a user writes; the rest has defaults. */
export type RecurrentOptions<Kind extends RecurrentKind = RecurrentKind> = Sizes &
  Partial<RecurrentConfig> & { readonly cell: Kind };

const rules: Rules<RecurrentConfig> = {
  cell: oneOf(recurrentKinds),
  vocabSize: wholePositive,
  contextLength: wholePositive,
  width: wholePositive,
  layers: wholePositive,
  tiedHead: yesOrNo,
  dropout: share,
  ffnSize: wholePositive,
};

/**
 * Checks options and fills the defaults. A complete config passes through unchanged.
 *
 * @example recurrentConfig({ cell: 'lstm', vocabSize: 65, contextLength: 64, width: 128, layers: 2 })
 */
export function recurrentConfig<Kind extends RecurrentKind>(
  options: RecurrentOptions<Kind>,
): RecurrentConfig<Kind> {
  for (const key of ['cell', 'vocabSize', 'contextLength', 'width', 'layers'] as const) {
    check({ [key]: options[key] }, rules);
  }
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  check(given, rules);
  const { cell, width, ffnSize } = options;
  if (cell === 'rwkv') {
    // The head has a matrix of its own, as in the paper: the table of embeddings begins near zero.
    return {
      tiedHead: false,
      dropout: 0,
      ffnSize: 4 * width,
      ...(given as unknown as RecurrentOptions<Kind>),
    };
  }
  if (ffnSize !== undefined) {
    const rule = { rule: 'absent without RWKV', zhRule: '空缺（仅用于 RWKV）' };
    throw fail('model/option', { key: 'ffnSize', ...rule, got: ffnSize });
  }
  return { tiedHead: true, dropout: 0, ...(given as unknown as RecurrentOptions<Kind>) };
}

/** Whether a config is of a recurrent model. */
export const isRecurrentConfig = (config: unknown): config is RecurrentConfig =>
  typeof config === 'object' && config !== null && 'cell' in config;

/** A config whose layers are cells. */
export type CellConfig = RecurrentConfig<CellKind>;

export const hasCells = (config: RecurrentConfig): config is CellConfig => config.cell !== 'rwkv';

/** Every layer reads what the one below hands on. */
export const layerConfig = ({ cell, width }: CellConfig): RecurrentLayerConfig => ({
  cell,
  width,
  inputs: width,
});
