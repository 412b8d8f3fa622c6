/** Restricted Boltzmann machines (Smolensky 1986) over binary units, learnt by contrastive divergence (Hinton 2002) or with persistent chains (Tieleman 2008). */

import { createRng, type Rng } from '../rng.ts';
import {
  add,
  affine,
  fromArray,
  full,
  linear,
  matmul,
  normal,
  scope,
  sigmoid,
  softplus,
  sum,
  type Tensor,
  uniform,
  zeros,
} from '../tensor/index.ts';
import { shuffledBatches } from '../train/index.ts';
import { positive, requireNumber, wholePositive } from './errors.ts';
import { breathe, type LearningWatch } from './watch.ts';

/** Energy of units v, h: −v·visibleBias − h·hiddenBias − h·W·v. */
export interface RbmParams {
  /** [hidden, visible]. */
  readonly weight: Tensor;
  /** [visible]. */
  readonly visibleBias: Tensor;
  /** [hidden]. */
  readonly hiddenBias: Tensor;
}

/** Binary rows to learn from, made dense as they are needed. */
export interface BinaryRows {
  readonly count: number;
  readonly width: number;
  /** [examples, width] of 0 and 1, or of probabilities. */
  readonly batch: (examples: Int32Array) => Tensor;
}

export interface RbmOptions extends LearningWatch {
  readonly hidden: number;
  /** Passes over the rows. Default 10. */
  readonly epochs?: number;
  readonly batchSize?: number;
  /** At the beginning; falls to 0 in a straight line. Default 0.1. */
  readonly lr?: number;
  /** Gibbs steps of the negative side: the k of CD-k. Default 1. */
  readonly steps?: number;
  /** The negative side goes on where it stopped instead of beginning at the rows. Default false. */
  readonly persistent?: boolean;
  readonly seed?: number;
}

const defaults = { epochs: 10, batchSize: 32, lr: 0.1, steps: 1, persistent: false, seed: 0 };

/** Rows of a tensor [n, width]. */
export function tensorRows({ shape: [count, width], data }: Tensor): BinaryRows {
  const batch = (examples: Int32Array): Tensor => {
    const rows = new Float32Array(examples.length * width);
    examples.forEach((example, i) => {
      rows.set((data as Float32Array).subarray(example * width, (example + 1) * width), i * width);
    });
    return fromArray(rows, [examples.length, width], 'f32');
  };
  return { count, width, batch };
}

/**
 * Learns the weights: ΔW ∝ ⟨h v⟩ of the rows − ⟨h v⟩ of what the machine dreams. @throws `classify/option`; the signal's reason when it is
 * aborted
 */
export async function trainRbm(rows: BinaryRows, options: RbmOptions): Promise<RbmParams> {
  const { hidden, epochs, batchSize, lr, steps, persistent, seed, onProgress, signal } = {
    ...defaults,
    ...options,
  };
  for (const [name, value] of Object.entries({ hidden, epochs, batchSize, steps })) {
    requireNumber('rbm', name, value, wholePositive);
  }
  requireNumber('rbm', 'lr', lr, positive);
  const rng = createRng(seed).split('gibbs');
  const params = start(rows, hidden, seed);
  const perEpoch = Math.ceil(rows.count / batchSize);
  let chain: Float32Array | undefined;
  let batches: readonly Int32Array[] = [];
  for (let step = 0; step < epochs * perEpoch; step++) {
    if (step % perEpoch === 0)
      batches = shuffledBatches(rows.count, { batchSize, seed, epoch: step / perEpoch });
    const examples = batches[step % perEpoch];
    const rate = lr * (1 - step / (epochs * perEpoch));
    const dream = scope(() => learnBatch(params, rows.batch(examples), { lr: rate, steps, chain, rng }));
    if (persistent) chain = dream;
    if (step % BREATH_STEPS > 0) continue;
    await breathe(signal);
    onProgress?.(step / (epochs * perEpoch));
  }
  return params;
}

const BREATH_STEPS = 16;

/** Small weights; visible biases that alone would give each unit its frequency (Hinton 2010, A practical guide, §8). */
function start(rows: BinaryRows, hidden: number, seed: number): RbmParams {
  const bias = new Float32Array(rows.width);
  for (let from = 0; from < rows.count; from += COUNTED_ROWS) {
    scope(() => {
      const { data } = rows.batch(range(from, Math.min(rows.count, from + COUNTED_ROWS)));
      for (let k = 0; k < data.length; k++) bias[k % rows.width] += data[k];
    });
  }
  for (let k = 0; k < bias.length; k++) bias[k] = Math.log((bias[k] + 0.5) / (rows.count - bias[k] + 0.5));
  return {
    weight: affine(normal([hidden, rows.width], { seed }), 0.01, 0),
    visibleBias: fromArray(bias, [rows.width], 'f32'),
    hiddenBias: zeros([hidden]),
  };
}

const COUNTED_ROWS = 256;
const range = (from: number, to: number): Int32Array =>
  Int32Array.from({ length: to - from }, (_, i) => from + i);

interface Learning {
  readonly lr: number;
  readonly steps: number;
  readonly chain: Float32Array | undefined;
  readonly rng: Rng;
}

/** Changes the weights in place by one batch; returns the visible units that it dreamt. */
function learnBatch(params: RbmParams, visible: Tensor, { lr, steps, chain, rng }: Learning): Float32Array {
  const { weight, visibleBias, hiddenBias } = params;
  const known = hiddenProbabilities(params, visible);
  let dreamt = chain ? fromArray(chain, [chain.length / weight.shape[1], weight.shape[1]], 'f32') : visible;
  for (let k = 0; k < steps; k++) dreamt = gibbsStep(params, dreamt, rng);
  const believed = hiddenProbabilities(params, dreamt);
  const learn = (into: Tensor, from: Tensor, less: Tensor): void => {
    const [values, more, fewer] = [into.data as Float32Array, from.data, less.data];
    const [a, b] = [lr / visible.shape[0], lr / dreamt.shape[0]];
    for (let i = 0; i < values.length; i++) values[i] += a * more[i] - b * fewer[i];
  };
  learn(weight, matmul(known, visible, { transA: true }), matmul(believed, dreamt, { transA: true }));
  learn(visibleBias, sum(visible, { axis: 0 }), sum(dreamt, { axis: 0 }));
  learn(hiddenBias, sum(known, { axis: 0 }), sum(believed, { axis: 0 }));
  return Float32Array.from(dreamt.data as Float32Array);
}

/** P(hidden unit is 1 | visible): [rows, visible] → [rows, hidden]. */
export const hiddenProbabilities = ({ weight, hiddenBias }: RbmParams, visible: Tensor): Tensor =>
  sigmoid(linear(visible, weight, { bias: hiddenBias }));

/** P(visible unit is 1 | hidden): [rows, hidden] → [rows, visible]. */
export const visibleProbabilities = ({ weight, visibleBias }: RbmParams, hidden: Tensor): Tensor =>
  sigmoid(add(matmul(hidden, weight), visibleBias));

/** 1 with the probability that is given, else 0. */
export function drawUnits({ shape, data }: Tensor, rng: Rng): Tensor {
  const { data: chance } = uniform(shape, { seed: rng.integer(2 ** 31) });
  return fromArray(
    Float32Array.from(data as Float32Array, (p, i) => (chance[i] < p ? 1 : 0)),
    shape,
    'f32',
  );
}

/** From visible units to hidden ones and back, each drawn. */
export const gibbsStep = (params: RbmParams, visible: Tensor, rng: Rng): Tensor =>
  drawUnits(visibleProbabilities(params, drawUnits(hiddenProbabilities(params, visible), rng)), rng);

/** −ln Σ_h e^−E(v, h) of each row: −v·b − Σ softplus(c + W v). The lower, the likelier. */
export function freeEnergy({ weight, visibleBias, hiddenBias }: RbmParams, visible: Tensor): Float64Array {
  const [rows, width] = visible.shape;
  return scope(() => {
    const inputs = softplus(linear(visible, weight, { bias: hiddenBias })).data;
    const hidden = weight.shape[0];
    return Float64Array.from({ length: rows }, (_, row) => {
      let energy = 0;
      for (let i = 0; i < width; i++) energy -= visible.data[row * width + i] * visibleBias.data[i];
      for (let j = 0; j < hidden; j++) energy -= inputs[row * hidden + j];
      return energy;
    });
  });
}

/** The smaller side of a machine whose partition function can be counted out: 2²⁰ states. */
export const rbmLimits = { countedUnits: 20 } as const;

/** ln Z, exactly, by all states of the smaller side. @throws `classify/option` where that side is too large */
export function logPartition({ weight, visibleBias, hiddenBias }: RbmParams): number {
  const [hidden, visible] = weight.shape;
  requireNumber('rbm', 'units of the smaller side', Math.min(hidden, visible), {
    test: (units) => units <= rbmLimits.countedUnits,
    en: `at most ${rbmLimits.countedUnits}, for ln Z to be counted out`,
    zh: `不超过 ${rbmLimits.countedUnits}，才能逐一算出 ln Z`,
  });
  const isByHidden = hidden <= visible;
  const [few, many] = isByHidden ? [hidden, visible] : [visible, hidden];
  const [own, other] = isByHidden ? [hiddenBias.data, visibleBias.data] : [visibleBias.data, hiddenBias.data];
  const at = (a: number, b: number) => weight.data[isByHidden ? a * visible + b : b * visible + a];
  const inputs = Float64Array.from(other as ArrayLike<number>);
  let [energy, most, total] = [0, Number.NEGATIVE_INFINITY, 0];
  // Each state differs from the one before in one unit (Gray code).
  for (let state = 0; state < 2 ** few; state++) {
    if (state > 0) {
      const unit = 31 - Math.clz32(state & -state);
      const sign = ((state ^ (state >>> 1)) >>> unit) & 1 ? 1 : -1;
      energy += sign * own[unit];
      for (let i = 0; i < many; i++) inputs[i] += sign * at(unit, i);
    }
    let log = energy;
    for (const input of inputs) log += Math.max(input, 0) + Math.log1p(Math.exp(-Math.abs(input)));
    if (log > most) [total, most] = [total * Math.exp(most - log) + 1, log];
    else total += Math.exp(log - most);
  }
  return most + Math.log(total);
}

/** The mean log-likelihood of rows [n, visible] in nats, exactly. @throws as `logPartition` */
export function logLikelihood(params: RbmParams, visible: Tensor): number {
  const energies = freeEnergy(params, visible);
  return -energies.reduce((all, energy) => all + energy, 0) / energies.length - logPartition(params);
}

/** Rows [count, visible] that the machine dreams, each by a chain of its own that begins at random. */
export function rbmSamples(
  params: RbmParams,
  {
    count,
    steps = 1000,
    seed = 0,
  }: { readonly count: number; readonly steps?: number; readonly seed?: number },
): Tensor {
  const rng = createRng(seed).split('samples');
  const shape = [count, params.weight.shape[1]];
  let dreamt = drawUnits(full(shape, 0.5), rng);
  for (let step = 0; step < steps; step++) dreamt = scope(() => gibbsStep(params, dreamt, rng));
  return dreamt;
}
