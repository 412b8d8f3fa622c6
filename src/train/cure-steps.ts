/** What cures do in a step of training, where it takes more than a line. */

import type { Batch } from '../data/index.ts';
import { type Candidates, unlikelihood } from '../nn/index.ts';
import type { Rng } from '../rng.ts';
import { add, affine, fromArray, type Tensor, uniform } from '../tensor/index.ts';
import type { Reader } from './cures.ts';
import { type PlaceTokens, repeatedNgrams, repeatMask } from './repeats.ts';

/** Tokens of places as the losses take them. */
export function candidatesOf({ ids, weights, k }: PlaceTokens): Candidates {
  const shape = [ids.length / k, k];
  return { ids: fromArray<'i32'>(ids, shape, 'i32'), weights: fromArray<'f32'>(weights, shape, 'f32') };
}

export interface SequenceOptions {
  readonly prefixLength: number;
  readonly newTokens: number;
  readonly ngram: number;
  readonly rows: number;
  readonly official: boolean;
}

/**
 * The model continues the beginnings of some rows greedily; −log(1 − p) of its own tokens where they repeat an n-gram of
 * the continuation, over all new tokens (Welleck et al. 2019, §5.2).
 */
export function sequenceUnlikelihood(
  reader: Reader,
  batch: Batch,
  { prefixLength, newTokens, ngram, rows, official }: SequenceOptions,
): Tensor {
  const batchSize = Math.min(rows, batch.batchSize);
  const prefixes = Array.from({ length: batchSize }, (_, row) => {
    const at = row * batch.contextLength;
    return batch.inputs.slice(at, at + prefixLength);
  });
  const contextLength = prefixLength + newTokens - 1;
  const inputs = new Int32Array(batchSize * contextLength);
  const targets = new Int32Array(batchSize * contextLength);
  const repeats = new Float32Array(batchSize * contextLength);
  reader.continueGreedily(prefixes, newTokens).forEach((continuation, row) => {
    const at = row * contextLength;
    const text = Int32Array.of(...prefixes[row], ...Array.from(continuation));
    inputs.set(text.subarray(0, -1), at);
    targets.set(text.subarray(1), at);
    repeats.set(repeatMask(continuation, ngram, official), at + prefixLength - 1);
  });
  const { logits } = reader.pass({ inputs, targets, batchSize, contextLength });
  const tokens = { ids: targets, weights: repeats, k: 1 };
  const loss = unlikelihood(logits(), candidatesOf(tokens), { floor: 1e-20 });
  return affine(loss, 1 / (batchSize * newTokens), 0);
}

export interface HideOptions {
  readonly rate: number;
  readonly ngram: number;
  readonly layers: number;
}

/**
 * Repetition dropout (Li et al. 2023, arXiv 2310.10226): every place of an n-gram that a row says more than once is hidden
 * from attention, in each layer with probability `rate`, all occurrences together. The mask of a layer is [B, T].
 */
export function hideRepeats(
  { inputs, batchSize, contextLength }: Batch,
  { rate, ngram, layers }: HideOptions,
  rng: Rng,
): (layer: number) => Tensor {
  const masks = Array.from({ length: layers }, () => new Float32Array(inputs.length));
  for (let at = 0; at < inputs.length; at += contextLength) {
    for (const starts of repeatedNgrams(inputs.subarray(at, at + contextLength), ngram)) {
      for (const mask of masks) {
        if (rng.uniform() >= rate) continue;
        for (const start of starts) mask.fill(1, at + start, at + start + ngram);
      }
    }
  }
  const hidden = masks.map((mask) => fromArray<'f32'>(mask, [batchSize, contextLength], 'f32'));
  return (layer) => hidden[layer];
}

/** Uniform noise of size α/√(T·D) on embedded tokens [B, T, D] (NEFTune, Jain et al. 2023, arXiv 2310.05914). */
export function shake(x: Tensor, alpha: number, rng: Rng): Tensor {
  const [, length, width] = x.shape;
  const size = alpha / Math.sqrt(length * width);
  const noise = uniform(x.shape, { seed: rng.integer(2 ** 32), stream: 0 });
  return add(x, affine(noise, 2 * size, -size));
}
