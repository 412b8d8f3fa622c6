/** The adversarial training: rounds in which a writer learns from a critic, and the critic from both sides; the best state is kept. */

import { createRng } from '../rng.ts';
import { add, affine, fromArray, oneHot, scope, type Tensor, uniform } from '../tensor/index.ts';
import {
  adam,
  type Snapshot,
  type TrackedParameter,
  trackParameters,
  trainStep,
  uniformGroup,
} from '../train/index.ts';
import { leaves, mapTree } from '../tree.ts';
import { type Critic, type CriticParams, criticInput, gradientPenalty } from './critic.ts';
import { fail } from './errors.ts';
import { copyOf, setParams } from './likelihood.ts';
import { type AdversarialLossName, adversarialLosses } from './losses.ts';
import { isCollapsed, measureWriter, quality, type WriterMeasures, type Yardstick } from './measure.ts';
import { advantages, policyLoss, tokenValues } from './policy-gradient.ts';
import { gumbelIds, straightThrough } from './straight-through.ts';
import { drawIds, drawTexts, type Texts, takeTexts, writeTexts, writtenPlaces } from './texts.ts';
import type { Writer } from './writer.ts';

export const ganMethods = ['policy', 'straight-through'] as const;

/** How an adversarial training goes; plain data, as it stands in a run's config. */
export interface AdversarialSettings {
  /** How the writer learns: by trying (SeqGAN), or through a critic's slope. */
  readonly method: (typeof ganMethods)[number];
  readonly loss: AdversarialLossName;
  /** How often each beginning is gone on from (`policy`). */
  readonly rollouts: number;
  /** Of the softened draw (`straight-through`). */
  readonly temperature: number;
  /** Weight of the gradient penalty; WGAN-GP takes 10. */
  readonly gradientPenalty?: number;
  /** The critic's numbers stay within ± this; WGAN takes 0.01. */
  readonly weightClip?: number;
  /** Rounds in which the critic learns alone, before the others. */
  readonly warmup: number;
  readonly rounds: number;
  /** Updates of the critic in each round. */
  readonly criticSteps: number;
  readonly batchSize: number;
  readonly lr: number;
  readonly criticLr: number;
  /** Rounds between two measurements. */
  readonly evaluateEvery: number;
  readonly seed: number;
}

export interface AdversarialOptions<Params> extends AdversarialSettings {
  readonly writer: Writer<Params>;
  readonly critic: Critic;
  readonly real: Texts;
  readonly yardstick: Yardstick;
  readonly save?: (snapshot: Snapshot) => Promise<void>;
  /** The rounds that are done; `restore` puts back what was saved. */
  readonly resume?: {
    readonly round: number;
    readonly restore: (tracked: readonly TrackedParameter[]) => void;
  };
  readonly signal?: AbortSignal;
}

export type AdversarialEvent =
  | {
      readonly type: 'round';
      /** From 1; the first `warmup` are the critic's alone. */
      readonly round: number;
      readonly criticLoss: number;
      /** Mean reward of written texts (`policy`) or the writer's loss; not in the critic's rounds. */
      readonly reward?: number;
      readonly writerLoss?: number;
      readonly etaSeconds: number;
    }
  | ({
      readonly type: 'evaluation';
      readonly round: number;
      readonly isCollapsed: boolean;
      readonly isBest: boolean;
    } & WriterMeasures)
  | { readonly type: 'checkpoint'; readonly round: number }
  | {
      readonly type: 'finish';
      readonly reason: 'done' | 'aborted' | 'collapsed' | 'diverged';
      readonly round: number;
      /** The round whose writer was kept; 0: as it was before. */
      readonly bestRound: number;
      readonly before: WriterMeasures;
      readonly best: WriterMeasures;
    };

/** Collapsed measurements in a row after which it ends. */
const PATIENCE = 2;
/** Numbers of a batch as shares of the vocabulary: 1 GiB. */
const MOST_SHARES = 2 ** 28;
const REWARDED_ROWS = 1024;
const CLIP = 5;
/** Over the last rounds. */
const SPEED_WINDOW = 20;

/** @throws where settings contradict each other or do not fit; `trainAdversarially` asks first. */
export function checkAdversarial(
  settings: AdversarialSettings,
  writer: Pick<Writer, 'vocabSize' | 'contextLength'>,
  { length, spectralNorm }: { readonly length: number; readonly spectralNorm: boolean },
): void {
  const { loss, method, gradientPenalty: penalty, weightClip, batchSize } = settings;
  if (penalty !== undefined && weightClip !== undefined) throw fail('gan/two-bounds', {});
  const isHeld = penalty !== undefined || weightClip !== undefined || spectralNorm;
  if (loss === 'wasserstein' && !isHeld) throw fail('gan/unbounded', {});
  if (length > writer.contextLength)
    throw fail('gan/too-long', { length, contextLength: writer.contextLength });
  const shares = batchSize * length * writer.vocabSize;
  if ((penalty !== undefined || method === 'straight-through') && shares > MOST_SHARES)
    throw fail('gan/too-large', { numbers: shares, limit: MOST_SHARES });
  for (const [option, least] of [
    ['rounds', 1],
    ['criticSteps', 1],
    ['batchSize', 2],
    ['rollouts', 1],
    ['warmup', 0],
    ['evaluateEvery', 1],
  ] as const) {
    const got = settings[option];
    if (!Number.isInteger(got) || got < least)
      throw fail('gan/option', {
        option,
        rule: `a whole number of at least ${least}`,
        zhRule: `为不小于 ${least} 的整数`,
        got,
      });
  }
}

/**
 * Trains writer and critic in place and tells what happens. In the end the writer is as it was at the best measurement that had not
 * collapsed, the one before the first round included: by the oracle where there is one, else by BLEU. Ends early when it collapses
 * twice in a row. Equal seeds give equal runs, whether broken off or not.
 */
export async function* trainAdversarially<Params>(
  options: AdversarialOptions<Params>,
): AsyncGenerator<AdversarialEvent> {
  const spectralNorm = options.critic.vectors.size > 0;
  checkAdversarial(options, options.writer, { length: options.real.length, spectralNorm });
  const { writer, yardstick, warmup, rounds, evaluateEvery, signal } = options;
  const total = warmup + rounds;
  const state = trackedState(options);
  const measure = (): WriterMeasures => measureWriter(writer, yardstick);
  // Without what was saved: the writer as it came.
  const before = measure();
  let round = options.resume?.round ?? 0;
  options.resume?.restore(state.tracked);
  let best = before;
  if (state.figures.bestRound > 0) {
    const current = copyOf(writer.params);
    setParams(writer.params, copyOf(state.best));
    best = measure();
    setParams(writer.params, current);
  }
  let saved = options.resume?.round;
  const save = async (): Promise<AdversarialEvent[]> => {
    if (!options.save || saved === round) return [];
    await options.save({ place: { step: round, seconds, tokens: 0 }, tracked: state.tracked });
    saved = round;
    return [{ type: 'checkpoint', round }];
  };
  let seconds = 0;
  const recent: number[] = [];
  let reason: Extract<AdversarialEvent, { type: 'finish' }>['reason'] = 'done';
  const isOver = (): boolean => round >= total || state.figures.collapses >= PATIENCE;
  if (round === 0) yield { type: 'evaluation', round, isCollapsed: false, isBest: true, ...before };

  while (!isOver()) {
    if (signal?.aborted) {
      yield* await save();
      reason = 'aborted';
      break;
    }
    const started = performance.now();
    const learned = round < warmup ? {} : await writerRound(options, state.writer, round);
    const criticLoss = await criticRound(options, state.critic, round);
    if (![criticLoss, ...Object.values(learned)].every(Number.isFinite)) {
      reason = 'diverged';
      break;
    }
    round++;
    const took = (performance.now() - started) / 1000;
    seconds += took;
    recent.push(took);
    if (recent.length > SPEED_WINDOW || round === warmup + 1) recent.splice(0, recent.length - 1);
    const etaSeconds = ((total - round) * recent.reduce((sum, x) => sum + x, 0)) / recent.length;
    yield { type: 'round', round, criticLoss, ...learned, etaSeconds };
    if (round > warmup && ((round - warmup) % evaluateEvery === 0 || round === total)) {
      const now = measure();
      const collapsed = isCollapsed(now, before);
      const isBest = !collapsed && quality(now) > quality(best);
      state.figures.collapses = collapsed ? state.figures.collapses + 1 : 0;
      if (isBest) {
        best = now;
        setParams(state.best, copyOf(writer.params));
        state.figures.bestRound = round;
      }
      yield { type: 'evaluation', round, isCollapsed: collapsed, isBest, ...now };
      if (!isOver()) yield* await save();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (reason !== 'aborted') {
    if (state.figures.collapses >= PATIENCE) reason = 'collapsed';
    setParams(writer.params, copyOf(state.best));
    yield* await save();
  }
  yield { type: 'finish', reason, round, bestRound: state.figures.bestRound, before, best };
}

/** All that a checkpoint keeps; what belongs to the training alone stands under a path of its own. */
function trackedState<Params>({ writer, critic, loss }: AdversarialOptions<Params>) {
  // Gulrajani et al. 2017: without momentum, as the critic's slope turns.
  const optimizer = adam(loss === 'wasserstein' ? { beta1: 0, beta2: 0.9 } : {});
  const writerTracked = trackParameters(writer.params, uniformGroup(optimizer));
  const criticTracked = trackParameters(critic.params, uniformGroup(optimizer));
  const best = mapTree<Tensor, Tensor>(writer.params, ({ data, shape }) =>
    fromArray<'f32'>((data as Float32Array).slice(), shape, 'f32'),
  );
  const numbers = fromArray<'f32'>(new Float32Array(2), [2], 'f32');
  const still = (path: string, tensor: Tensor): TrackedParameter => ({
    path: `training.${path}`,
    tensor,
    group: undefined,
    slots: {},
  });
  const vectors = [...critic.vectors].flatMap(([path, { left, right }]) => [
    still(`vectors.${path}.left`, left),
    still(`vectors.${path}.right`, right),
  ]);
  return {
    writer: writerTracked,
    critic: criticTracked,
    best,
    tracked: [
      ...writerTracked,
      ...criticTracked.map((one) => ({ ...one, path: `training.critic.${one.path}` })),
      ...vectors,
      ...leaves<Tensor>(best).map(([path, tensor]) => still(`best.${path}`, tensor)),
      still('figures', numbers),
    ],
    figures: {
      get bestRound() {
        return numbers.data[0];
      },
      set bestRound(round: number) {
        numbers.data[0] = round;
      },
      get collapses() {
        return numbers.data[1];
      },
      set collapses(count: number) {
        numbers.data[1] = count;
      },
    },
  };
}

/** Texts that the writer writes, from the given beginnings of real ones where there are such. */
function written<Params>(
  { writer, real, batchSize, yardstick: { startId, endId } }: AdversarialOptions<Params>,
  choose: ReturnType<typeof drawIds>,
  rng: ReturnType<typeof createRng>,
): Texts {
  const prompts = real.given && drawTexts(real, batchSize, rng.split('prompts'));
  return writeTexts(writer, { count: batchSize, length: real.length, startId, endId, choose, prompts });
}

/** One update of the writer. */
async function writerRound<Params>(
  options: AdversarialOptions<Params>,
  tracked: readonly TrackedParameter[],
  round: number,
): Promise<{ readonly reward: number } | { readonly writerLoss: number }> {
  const { writer, critic, yardstick, method, rollouts, warmup, lr, temperature } = options;
  const { startId, endId } = yardstick;
  const rng = createRng(options.seed).split('writer').split(round);
  const update = (loss: (params: Params) => Tensor) =>
    trainStep({
      ...{ params: writer.params, tracked, loss, batches: [undefined] },
      ...{ step: round - warmup + 1, lr, clip: CLIP, precision: 'f32' as const },
    });
  const { reward, writer: lossOf } = adversarialLosses[options.loss];
  if (method === 'straight-through') {
    const seed = rng.integer(2 ** 32);
    const texts = written(options, gumbelIds(seed), rng);
    const { mask } = criticInput(texts, { endId });
    const { loss } = await update((params) => {
      const shares = straightThrough(writer, params, texts, { seed, temperature, startId, endId });
      return lossOf(critic.scores(critic.params, shares, { mask }));
    });
    return { writerLoss: loss };
  }
  const texts = written(options, drawIds(rng), rng);
  const rewards = (some: Texts): Float32Array => scoreTexts(critic, some, endId).map(reward);
  const places = writtenPlaces(texts, endId);
  const values = scope(() => tokenValues(writer, texts, { rollouts, rewards, rng, startId, endId }));
  const weights = advantages(values, places, texts.length);
  const { gradNorm } = await update((params) =>
    policyLoss(writer, params, { texts, weights, startId, endId }),
  );
  const sum = values.reduce((all, value, i) => all + places[i] * value, 0);
  const mean = sum / places.reduce((all, place) => all + place, 0);
  return { reward: Number.isFinite(gradNorm) ? mean : Number.NaN };
}

/** What the critic says of texts, a part of them at a time. */
export function scoreTexts(critic: Critic, texts: Texts, endId: number | undefined): Float32Array {
  const scores = new Float32Array(texts.count);
  for (let from = 0; from < texts.count; from += REWARDED_ROWS) {
    const size = Math.min(REWARDED_ROWS, texts.count - from);
    const some = takeTexts(
      texts,
      Int32Array.from({ length: size }, (_, i) => from + i),
    );
    scope(() => {
      const { ids, mask } = criticInput(some, { endId });
      scores.set(critic.scores(critic.params, ids, { mask }).data as Float32Array, from);
    });
  }
  return scores;
}

/** The updates of the critic in a round; their mean loss. */
async function criticRound<Params>(
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
    const { loss } = await trainStep({
      ...{ params: critic.params, tracked, batches: [undefined], step: step + 1, lr: criticLr },
      loss: (params: CriticParams) => criticLossOf(options, params, { real, fake, step }),
      ...{ clip: CLIP, precision: 'f32' as const },
    });
    if (weightClip !== undefined) clipWeights(critic.params, weightClip);
    sum += loss;
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
