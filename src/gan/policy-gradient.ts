/** The policy gradient of SeqGAN (Yu et al., AAAI 2017): what a token is worth is what texts that go on behind it are worth. */

import type { Rng } from '../rng.ts';
import { affine, crossEntropy, fromArray, mul, scope, sum, type Tensor } from '../tensor/index.ts';
import { writtenTargets } from './likelihood.ts';
import { drawIds, type Ends, readBefore, rowOf, type Texts, textLengths, writeOn } from './texts.ts';
import type { Writer } from './writer.ts';

export interface RolloutOptions extends Ends {
  /** How often each beginning is gone on from. */
  readonly rollouts: number;
  /** What whole texts are worth, [texts]. */
  readonly rewards: (texts: Texts) => Float32Array;
  readonly rng: Rng;
}

/** What each written token is worth [texts × length]: the mean reward of texts that go on behind it, of the last its text's. */
export function tokenValues(
  writer: Writer,
  texts: Texts,
  { rollouts, rewards, rng, startId, endId }: RolloutOptions,
): Float32Array {
  const { ids, count, length, given } = texts;
  const values = new Float32Array(count * length);
  const ends = textLengths(texts, endId);
  const whole = rewards(texts);
  const choose = drawIds(rng);
  let before = new Int32Array(count).fill(startId);
  let reading = writer.begin(count);
  for (let place = 0; place < length; place++) {
    const now = Int32Array.from({ length: count }, (_, row) => ids[row * length + place]);
    reading = reading.next(before, () => undefined).after;
    before = now;
    const open: number[] = [];
    for (let row = 0; row < count; row++) {
      if (place < (given?.[row] ?? 0) || place >= ends[row]) continue;
      if (place === ends[row] - 1) values[row * length + place] = whole[row];
      else open.push(row);
    }
    if (open.length === 0) continue;
    const rows = Int32Array.from(
      { length: open.length * rollouts },
      (_, i) => open[Math.floor(i / rollouts)],
    );
    const copies = new Int32Array(rows.length * length);
    rows.forEach((row, i) => {
      copies.set(rowOf(texts, row), i * length);
    });
    const tried = {
      ...{ ids: copies, count: rows.length, length },
      ...(given && { given: rows.map((row) => given[row]) }),
    };
    const begun = rows.map((row) => now[row]);
    scope(() => writeOn(reading.take(rows), tried, { from: place + 1, begun, endId }, choose));
    rewards(tried).forEach((reward, i) => {
      values[rows[i] * length + place] += reward / rollouts;
    });
  }
  return values;
}

/**
 * Values less the mean of their place over the texts that wrote there: the baseline, which takes noise from the gradient.
 * NOTE A text's own value is in the mean: of n texts the gradient is (n − 1)/n as long as it would be, and nothing is learned where one alone wrote.
 */
export function advantages(values: Float32Array, written: Float32Array, length: number): Float32Array {
  const [sums, counts] = [new Float64Array(length), new Float64Array(length)];
  written.forEach((isWritten, i) => {
    sums[i % length] += isWritten * values[i];
    counts[i % length] += isWritten;
  });
  return values.map((value, i) => (written[i] ? value - sums[i % length] / counts[i % length] : 0));
}

/** −Σ advantage · log p(token) / tokens: its gradient is the policy gradient (Williams 1992). */
export function policyLoss<Params>(
  writer: Writer<Params>,
  params: Params,
  { texts, weights, startId, endId }: Ends & { readonly texts: Texts; readonly weights: Float32Array },
): Tensor {
  const logits = writer.logits(params, readBefore(texts, startId));
  const targets = writtenTargets(texts, endId);
  const surprise = crossEntropy(logits, targets, { reduction: 'none' });
  const count = targets.data.reduce((n, id) => n + (id < 0 ? 0 : 1), 0);
  const weighed = mul(surprise, fromArray<'f32'>(weights, targets.shape, 'f32'));
  return affine(sum(weighed), 1 / Math.max(1, count), 0);
}
