/** Decoders with fewer weights: what their layers read is measured on text, then they are pruned as asked. */

import {
  type InputNorms,
  inputNorms,
  needsNorms,
  type Pruning,
  pruneNeurons,
  pruneWeights,
} from '../adapt/index.ts';
import { batchRows } from '../data/index.ts';
import { type DecoderConfig, type DecoderParams, hidden } from '../models/index.ts';
import { scope, withRecording } from '../tensor/index.ts';
import type { StoredDecoder } from './models.ts';
import { evaluationRows, heldOutTokens, toTensors } from './training.ts';

/** A decoder in memory. */
export interface LoadedModel {
  readonly config: DecoderConfig;
  readonly params: DecoderParams;
}

/** What is read to know the inputs of each layer: so many batches of so many rows, each as long as the context. */
const CALIBRATION_BATCHES = 8;
const CALIBRATION_ROWS = 16;

/** Reads the beginning of some texts; where nothing asks for it, nothing is read. */
export async function measureInputs(
  { params, config }: LoadedModel,
  { tokenizer }: Pick<StoredDecoder, 'tokenizer'>,
  {
    texts,
    prunings,
    signal,
  }: { texts: readonly string[]; prunings: readonly Pruning[]; signal: AbortSignal },
): Promise<InputNorms | undefined> {
  if (!prunings.some(needsNorms)) return undefined;
  const documents = texts.map((text) => ({ text }));
  const { tokens } = await heldOutTokens(documents, tokenizer, signal);
  const rows = evaluationRows(tokens, config.contextLength, tokenizer);
  const batches = batchRows(rows, Math.min(CALIBRATION_ROWS, rows.rowsPerEpoch!));
  const count = Math.min(CALIBRATION_BATCHES, batches.batchesPerEpoch!);
  return inputNorms(params, (watched) => {
    for (let i = 0; i < count; i++) {
      signal.throwIfAborted();
      const { ids } = toTensors(batches.at(i));
      withRecording(false, () => scope(() => void hidden(watched, config, ids)));
    }
  });
}

/** Neurons go in steps of this where a layer has a multiple of it: blocks of weights are as long. */
const NEURON_STEP = 32;

/** The model as it is after pruning. */
export function pruneModel(
  { params, config }: LoadedModel,
  pruning: Pruning,
  norms?: InputNorms,
): LoadedModel {
  const { method, amount } = pruning;
  if (method !== 'structured') return { config, params: pruneWeights(params, pruning, norms) };
  const { ffnSize } = config;
  const step = ffnSize % NEURON_STEP === 0 ? NEURON_STEP : 1;
  const { share } = amount as { readonly share: number };
  const size = Math.max(step, Math.round((ffnSize * (1 - share)) / step) * step);
  return { config: { ...config, ffnSize: size }, params: pruneNeurons(params, size, norms!) };
}
