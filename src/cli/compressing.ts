/** Ways of making a decoder smaller: what its layers read is measured on text, then weights are rounded or go. */

import { setImmediate } from 'node:timers/promises';
import {
  gptq,
  type InputNorms,
  inputNorms,
  inputProducts,
  needsNorms,
  type Pruning,
  parsePruning,
  pruneNeurons,
  pruneWeights,
  sparsityOf,
} from '../adapt/index.ts';
import { batchRows } from '../data/index.ts';
import {
  type ActivationType,
  type DecoderConfig,
  type DecoderParams,
  hidden,
  type WeightType,
} from '../models/index.ts';
import { scope, withRecording } from '../tensor/index.ts';
import type { Tokenizer } from '../types.ts';
import { USUAL_TYPES } from './compress-options.ts';
import { fail } from './errors.ts';
import type { StoredDecoder } from './models.ts';
import { weights } from './serve-options.ts';
import { evaluationRows, heldOutTokens, toTensors } from './training.ts';

/** A decoder in memory. */
export interface LoadedModel {
  readonly config: DecoderConfig;
  readonly params: DecoderParams;
}

/**
 * How weights can be kept as the command line says it: `gptq` is `q4_0` with numbers that GPTQ chose; with `+int8` what weights multiply
 * is rounded to 8 bits too.
 */
export const keptTypes = [...weights.choices, 'gptq', 'q8_0+int8', 'q4_0+int8', 'gptq+int8'] as const;
export type KeptType = (typeof keptTypes)[number];

/** What is asked for. */
export interface Asked {
  readonly types: readonly KeptType[];
  readonly prunings: readonly (Pruning & { readonly spec: string })[];
}

/** One way of making the model smaller. */
export interface Way extends LoadedModel {
  readonly name: string;
  readonly type: WeightType;
  readonly activations: ActivationType;
  /** Share of zeros that pruning left in the linear layers. */
  readonly sparsity: number;
}

/** Reads what `--types` and `--prune` ask for: two ways at least, each once. Pruned models stand beside one in f32 as a rule. */
export function askedFor(types: string | undefined, prune: string | undefined): Asked {
  const listed = (list: string): string[] => list.split(',').map((name) => name.trim());
  const isTwice = (names: readonly string[]): boolean => new Set(names).size < names.length;
  const specs = prune === undefined ? [] : listed(prune);
  if (isTwice(specs)) throw fail('cli/compress-twice', { got: prune! });
  const named = listed(types ?? (specs.length > 0 ? 'f32' : USUAL_TYPES));
  const areKnown = named.every((type) => (keptTypes as readonly string[]).includes(type));
  if (!areKnown || named.length + specs.length < 2 || isTwice(named)) {
    throw fail('cli/compress-type', { got: named.join(','), known: keptTypes });
  }
  const prunings = specs.map((spec) => ({ spec, ...parsePruning(spec) }));
  return { types: named as KeptType[], prunings };
}

const isGptq = (type: KeptType): boolean => type.startsWith('gptq');

/** Whether text must be read to know what matters. */
export const needsText = ({ types, prunings }: Asked): boolean =>
  types.some(isGptq) || prunings.some(needsNorms);

/** Makes the model smaller in every way that is asked for; `texts` are what its layers are watched on. */
export async function waysOf(
  stored: StoredDecoder,
  asked: Asked,
  { texts, signal }: { readonly texts: readonly string[]; readonly signal: AbortSignal },
): Promise<Way[]> {
  const { types, prunings } = asked;
  const dense: LoadedModel = { config: stored.config, params: await stored.params() };
  const read = needsText(asked)
    ? await readerOf(dense.config, stored.tokenizer, { texts, signal })
    : undefined;
  const norms = prunings.some(needsNorms) ? await inputNorms(dense.params, read!) : undefined;
  const rounded = types.some(isGptq)
    ? await gptq(dense.params, await inputProducts(dense.params, read!), { signal })
    : dense.params;
  return [
    ...types.map((name): Way => {
      const [kept, rounding] = name.split('+') as [Exclude<KeptType, `${string}+int8`>, 'int8'?];
      const shared = { ...dense, name, activations: rounding ?? ('float' as const), sparsity: 0 };
      return kept === 'gptq' ? { ...shared, params: rounded, type: 'q4_0' } : { ...shared, type: kept };
    }),
    ...prunings.map(({ spec, ...pruning }): Way => {
      const pruned = pruneModel(dense, pruning, norms);
      return {
        ...pruned,
        name: spec,
        type: 'f32',
        activations: 'float',
        sparsity: sparsityOf(pruned.params),
      };
    }),
  ];
}

/** What is read to know the inputs of each layer: so many batches of so many rows, each as long as the context. */
const CALIBRATION_BATCHES = 8;
const CALIBRATION_ROWS = 16;

/** Lets a model read the beginning of some texts. */
async function readerOf(
  config: DecoderConfig,
  tokenizer: Tokenizer,
  { texts, signal }: { readonly texts: readonly string[]; readonly signal: AbortSignal },
) {
  const documents = texts.map((text) => ({ text }));
  const { tokens } = await heldOutTokens(documents, tokenizer, signal);
  const rows = evaluationRows(tokens, config.contextLength, tokenizer);
  const batches = batchRows(rows, Math.min(CALIBRATION_ROWS, rows.rowsPerEpoch!));
  const count = Math.min(CALIBRATION_BATCHES, batches.batchesPerEpoch!);
  return async (watched: DecoderParams): Promise<void> => {
    for (let i = 0; i < count; i++) {
      await setImmediate();
      signal.throwIfAborted();
      const { ids } = toTensors(batches.at(i));
      withRecording(false, () => scope(() => void hidden(watched, config, ids)));
    }
  };
}

/** Neurons go in steps of this where a layer has a multiple of it: blocks of weights are as long. */
const NEURON_STEP = 32;

/** The model as it is after pruning. */
function pruneModel({ params, config }: LoadedModel, pruning: Pruning, norms?: InputNorms): LoadedModel {
  const { method, amount } = pruning;
  if (method !== 'structured') return { config, params: pruneWeights(params, pruning, norms) };
  const { ffnSize } = config;
  const step = ffnSize % NEURON_STEP === 0 ? NEURON_STEP : 1;
  const { share } = amount as { readonly share: number };
  const size = Math.max(step, Math.round((ffnSize * (1 - share)) / step) * step);
  return { config: { ...config, ffnSize: size }, params: pruneNeurons(params, size, norms!) };
}
