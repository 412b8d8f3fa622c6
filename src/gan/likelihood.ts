/** Maximum likelihood: how a writer is trained before the critic comes, and how well it expects texts. */

import { createRng } from '../rng.ts';
import { affine, crossEntropy, fromArray, scope, type Tensor } from '../tensor/index.ts';
import { adam, train, uniformGroup } from '../train/index.ts';
import { leaves } from '../tree.ts';
import {
  drawTexts,
  type Ends,
  readBefore,
  rowsInParts,
  type Texts,
  takeTexts,
  writtenPlaces,
} from './texts.ts';
import type { Writer } from './writer.ts';

/** The ids to be guessed, i32 [texts, length]; −1 where nothing was written. */
export function writtenTargets(texts: Texts, endId: number | undefined): Tensor<'i32'> {
  const places = writtenPlaces(texts, endId);
  const targets = texts.ids.map((id, i) => (places[i] ? id : -1));
  return fromArray<'i32'>(targets, [texts.count, texts.length], 'i32');
}

/** Mean cross-entropy of what was written, in nats per token; logits are divided by the temperature. */
export function textLoss<Params>(
  writer: Writer<Params>,
  params: Params,
  texts: Texts,
  { startId, endId, temperature = 1 }: Ends & { readonly temperature?: number },
): Tensor {
  const logits = writer.logits(params, readBefore(texts, startId));
  return crossEntropy(affine(logits, 1 / temperature, 0), writtenTargets(texts, endId));
}

/** Logits that are looked at together, 64 MiB; and tokens, of each of which a model remembers several times its width. */
const MEASURED_NUMBERS = 2 ** 24;
const MEASURED_TOKENS = 2 ** 14;

/** Mean negative log-likelihood of texts under a writer, in nats per token. */
export function meanNll(
  writer: Writer,
  texts: Texts,
  options: Ends & { readonly temperature?: number },
): number {
  const tokensAtOnce = Math.min(MEASURED_TOKENS, MEASURED_NUMBERS / writer.vocabSize);
  const atOnce = Math.max(1, Math.floor(tokensAtOnce / texts.length));
  let [sum, count] = [0, 0];
  for (const rows of rowsInParts(texts.count, atOnce)) {
    const some = takeTexts(texts, rows);
    const tokens = writtenPlaces(some, options.endId).reduce((n, place) => n + place, 0);
    sum += tokens * scope(() => textLoss(writer, writer.params, some, options).item());
    count += tokens;
  }
  return sum / Math.max(1, count);
}

export interface LikelihoodOptions extends Ends {
  readonly texts: Texts;
  readonly heldOut: Texts;
  /** Passes over the texts, at most: it ends when two in a row were no better on what is held out. */
  readonly epochs: number;
  readonly batchSize: number;
  readonly lr: number;
  readonly seed: number;
  readonly onProgress?: (share: number, heldOutNll: number | undefined) => void;
  readonly signal?: AbortSignal;
}

/** Passes without progress after which nothing more is hoped for. */
const PATIENCE = 2;

/** Trains in place; the parameters are those that were best on what is held out. @throws the signal's reason when it is aborted */
export async function trainLikelihood<Params>(
  writer: Writer<Params>,
  { texts, heldOut, epochs, batchSize, lr, seed, onProgress, signal, ...ends }: LikelihoodOptions,
): Promise<{ readonly heldOutNll: number; readonly epochs: number }> {
  const { params } = writer;
  const perEpoch = Math.max(1, Math.round(texts.count / batchSize));
  const rng = createRng(seed).split('likelihood');
  let best = { epoch: 0, nll: Number.POSITIVE_INFINITY, values: copyOf(params) };
  let epoch = 0;
  for await (const event of train({
    params,
    loss: (own: Params, batch: Texts) => textLoss(writer, own, batch, ends),
    batch: (index) => drawTexts(texts, batchSize, rng.split(index)),
    tokensPerBatch: batchSize * texts.length,
    grouping: uniformGroup(adam()),
    lr,
    steps: epochs * perEpoch,
    clip: 5,
    divergenceFactor: Number.POSITIVE_INFINITY,
    evaluate: {
      steps: perEpoch,
      run() {
        const nll = meanNll(writer, heldOut, ends);
        epoch++;
        if (nll < best.nll) best = { epoch, nll, values: copyOf(params) };
        return nll;
      },
    },
    stopWhen: () => epoch - best.epoch >= PATIENCE,
    signal,
  })) {
    if (event.type === 'step') onProgress?.(event.fraction, Number.isFinite(best.nll) ? best.nll : undefined);
  }
  signal?.throwIfAborted();
  setParams(params, best.values);
  return { heldOutNll: best.nll, epochs: best.epoch };
}

/** The numbers of a tree, by path. */
export const copyOf = (params: unknown): Map<string, Float32Array> =>
  new Map(leaves<Tensor>(params).map(([path, { data }]) => [path, (data as Float32Array).slice()]));

/** Puts numbers into a tree, in place. */
export function setParams(params: unknown, values: ReadonlyMap<string, Float32Array>): void {
  for (const [path, { data }] of leaves<Tensor>(params)) (data as Float32Array).set(values.get(path)!);
}
