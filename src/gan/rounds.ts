/** One round of an adversarial training: an update of the writer, some of the critic. */

import { createRng, type Rng } from '../rng.ts';
import { add, affine, fromArray, oneHot, scope, type Tensor, uniform } from '../tensor/index.ts';
import { type StepOptions, type TrackedParameter, trainStep } from '../train/index.ts';
import { leaves } from '../tree.ts';
import type { AdversarialOptions } from './adversarial.ts';
import { type Critic, type CriticParams, criticInput, gradientPenalty } from './critic.ts';
import { adversarialLosses } from './losses.ts';
import { advantages, policyLoss, tokenValues } from './policy-gradient.ts';
import { gumbelIds, straightThrough } from './straight-through.ts';
import {
  type Choose,
  drawIds,
  drawTexts,
  rowsInParts,
  type Texts,
  takeTexts,
  writeTexts,
  writtenPlaces,
} from './texts.ts';

/** Texts that the critic judges at a time. */
const REWARDED_ROWS = 1024;
/** Largest norm of a gradient. */
const CLIP = 5;

/** Texts that the writer writes, from the given beginnings of real ones where there are such. */
function written<Params>(
  { writer, real, batchSize, yardstick: { startId, endId } }: AdversarialOptions<Params>,
  choose: Choose,
  rng: Rng,
): Texts {
  const prompts = real.given && drawTexts(real, batchSize, rng.split('prompts'));
  return writeTexts(writer, { count: batchSize, length: real.length, startId, endId, choose, prompts });
}

/** An update on one batch; its loss, which is no number where nothing was changed: the loss or the gradient was not finite. */
async function update<Params>(
  options: Pick<StepOptions<Params, undefined>, 'params' | 'tracked' | 'step' | 'lr' | 'loss'>,
): Promise<number> {
  const { loss, gradNorm } = await trainStep({
    ...options,
    ...{ batches: [undefined], clip: CLIP, precision: 'f32' },
  });
  return Number.isFinite(gradNorm) ? loss : Number.NaN;
}

/** One update of the writer. */
export async function writerRound<Params>(
  options: AdversarialOptions<Params>,
  tracked: readonly TrackedParameter[],
  round: number,
): Promise<{ readonly reward: number } | { readonly writerLoss: number }> {
  const { writer, critic, yardstick, method, rollouts, warmup, lr, temperature } = options;
  const { startId, endId } = yardstick;
  const rng = createRng(options.seed).split('writer').split(round);
  const learn = (loss: (params: Params) => Tensor) =>
    update({ params: writer.params, tracked, loss, step: round - warmup + 1, lr });
  const { reward, writer: lossOf } = adversarialLosses[options.loss];
  if (method === 'straight-through') {
    const seed = rng.integer(2 ** 32);
    const texts = written(options, gumbelIds(seed), rng);
    const { mask } = criticInput(texts, { endId });
    const writerLoss = await learn((params) => {
      const shares = straightThrough(writer, params, texts, { seed, temperature, startId, endId });
      return lossOf(critic.scores(critic.params, shares, { mask }));
    });
    return { writerLoss };
  }
  const texts = written(options, drawIds(rng), rng);
  const rewards = (some: Texts): Float32Array => scoreTexts(critic, some, endId).map(reward);
  const places = writtenPlaces(texts, endId);
  const values = scope(() => tokenValues(writer, texts, { rollouts, rewards, rng, startId, endId }));
  const weights = advantages(values, places, texts.length);
  const loss = await learn((params) => policyLoss(writer, params, { texts, weights, startId, endId }));
  const sum = values.reduce((all, value, i) => all + places[i] * value, 0);
  const mean = sum / places.reduce((all, place) => all + place, 0);
  return { reward: Number.isFinite(loss) ? mean : Number.NaN };
}

/** What the critic says of texts, a part of them at a time. */
export function scoreTexts(critic: Critic, texts: Texts, endId: number | undefined): Float32Array {
  const scores = new Float32Array(texts.count);
  for (const rows of rowsInParts(texts.count, REWARDED_ROWS)) {
    scope(() => {
      const { ids, mask } = criticInput(takeTexts(texts, rows), { endId });
      scores.set(critic.scores(critic.params, ids, { mask }).data as Float32Array, rows[0]);
    });
  }
  return scores;
}

/** The updates of the critic in a round; their mean loss. */
export async function criticRound<Params>(
  options: AdversarialOptions<Params>,
  tracked: readonly TrackedParameter[],
  round: number,
): Promise<number> {
  const { critic, criticSteps, criticLr, weightClip } = options;
  let sum = 0;
  for (let i = 0; i < criticSteps; i++) {
    const step = round * criticSteps + i;
    const rng = createRng(options.seed).split('critic').split(step);
    const real = drawTexts(options.real, options.batchSize, rng);
    const fake = written(options, drawIds(rng), rng);
    critic.iterate();
    sum += await update({
      ...{ params: critic.params, tracked, step: step + 1, lr: criticLr },
      loss: (params: CriticParams) => criticLossOf(options, params, { real, fake, step }),
    });
    if (weightClip !== undefined) clipWeights(critic.params, weightClip);
  }
  return sum / criticSteps;
}

function criticLossOf<Params>(
  { critic, loss, writer, gradientPenalty: weight, seed, yardstick: { endId } }: AdversarialOptions<Params>,
  params: CriticParams,
  { real, fake, step }: { readonly real: Texts; readonly fake: Texts; readonly step: number },
): Tensor {
  const [a, b] = [real, fake].map((texts) => criticInput(texts, { endId }));
  const drop = (stream: number) =>
    critic.dropout > 0 ? { rate: critic.dropout, seed, stream: 2 * step + stream } : undefined;
  const gap = adversarialLosses[loss].critic(
    critic.scores(params, a.ids, { mask: a.mask, drop: drop(0) }),
    critic.scores(params, b.ids, { mask: b.mask, drop: drop(1) }),
  );
  if (weight === undefined) return gap;
  const [shares, writtenShares] = [a, b].map(({ ids }) => oneHot(ids, writer.vocabSize));
  // Behind an end all texts are alike: a whole mask lets the way between two of different length be felt everywhere.
  const mask = fromArray<'f32'>(new Float32Array(real.ids.length).fill(1), [real.count, real.length], 'f32');
  const mix = uniform([real.count, 1, 1], { seed, stream: step });
  const penalty = gradientPenalty((x) => critic.scores(params, x, { mask }), {
    real: shares,
    written: writtenShares,
    mix,
  });
  return add(gap, affine(penalty, weight, 0));
}

/** In place. */
function clipWeights(params: CriticParams, limit: number): void {
  for (const [, { data }] of leaves<Tensor>(params)) {
    data.forEach((value, i) => {
      data[i] = Math.max(-limit, Math.min(limit, value));
    });
  }
}
