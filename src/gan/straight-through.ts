/**
 * Texts that a critic's slope reaches through (Gumbel-softmax: Jang et al., Maddison et al., ICLR 2017): forwards the drawn tokens,
 * backwards the softened draw. Each place is learned with what was written before it held fixed, so that one pass is enough for any
 * model; what a token does to later ones is not learned.
 */

import {
  add,
  affine,
  argmax,
  fromArray,
  log,
  mul,
  neg,
  oneHot,
  softmax,
  stack,
  sub,
  type Tensor,
  uniform,
  withRecording,
} from '../tensor/index.ts';
import { type Choose, type Ends, readBefore, type Texts, writtenPlaces } from './texts.ts';
import type { Writer } from './writer.ts';

/** Below it a uniform number is taken for it: −log(−log 0) has no value. */
const SMALLEST = 1e-20;

/** −log(−log u): the noise with which the largest of logits is a draw; equal for equal seed and place. */
function gumbel(shape: readonly number[], seed: number, place: number): Tensor {
  const positive = (x: Tensor): Tensor => affine(x, 1, SMALLEST);
  const exponential = neg(log(positive(uniform(shape, { seed, stream: place }))));
  return neg(log(positive(exponential)));
}

/** Draws by noise that can be made again. */
export const gumbelIds =
  (seed: number): Choose =>
  (logits, place) =>
    (argmax(add(logits, gumbel(logits.shape, seed, place)), -1).data as Int32Array).slice();

/**
 * Shares of the vocabulary [texts, length, vocab] of texts that were drawn with this seed: 1 at each token, with the slope of
 * softmax((logits + noise) / temperature) where it was written.
 */
export function straightThrough<Params>(
  writer: Writer<Params>,
  params: Params,
  texts: Texts,
  { seed, temperature, startId, endId }: Ends & { readonly seed: number; readonly temperature: number },
): Tensor {
  const { count, length, ids } = texts;
  const { vocabSize } = writer;
  const noise = stack(
    Array.from({ length }, (_, place) => gumbel([count, vocabSize], seed, place)),
    1,
  );
  const logits = writer.logits(params, readBefore(texts, startId));
  const soft = softmax(affine(add(logits, noise), 1 / temperature, 0));
  const fixed = withRecording(false, () => affine(soft, 1, 0));
  const written = fromArray<'f32'>(writtenPlaces(texts, endId), [count, length, 1], 'f32');
  const hard = oneHot(fromArray<'i32'>(ids, [count, length], 'i32'), vocabSize);
  return add(hard, mul(written, sub(soft, fixed)));
}
