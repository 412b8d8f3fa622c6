/**
 * Rectified flow: noise becomes a picture along a straight line, and a network learns how fast to go (Liu et al. 2022, "Flow Straight
 * and Fast"; Lipman et al. 2022, "Flow Matching"). At time 0 there is noise, at time 1 the picture:
 * x_t = (1 − t)·noise + t·picture, whose velocity is picture − noise at every time.
 * Shapes: B pictures of whatever form, one time for each.
 */

import type { Rng } from '../rng.ts';
import {
  add,
  fromArray,
  meanSquaredError,
  mul,
  scope,
  sub,
  type Tensor,
  withRecording,
} from '../tensor/index.ts';

/** How fast what lies at x [B, …] moves at its times, one for each of B: shape as x. */
export type Velocity = (x: Tensor, times: Float32Array) => Tensor;

/** Mean of the normal numbers behind the times: noise is more often the larger part (Li & He 2025, table 3). */
const TIMES_MEAN = -0.8;

/**
 * Times in (0, 1) to learn at, one for each of `count`: the logistic of normal numbers, so that most are where neither noise nor picture
 * is plain to see (Esser et al. 2024, "Scaling Rectified Flow Transformers", §3.1).
 */
export const flowTimes = (count: number, rng: Rng): Float32Array =>
  Float32Array.from({ length: count }, () => 1 / (1 + Math.exp(-(TIMES_MEAN + rng.normal()))));

/** What lies between noise and pictures, both [B, …], at given times. */
export function between(noise: Tensor, pictures: Tensor, times: Float32Array): Tensor {
  const t = fromArray(times, [times.length, ...pictures.shape.slice(1).map(() => 1)], 'f32');
  return add(noise, mul(t, sub(pictures, noise)));
}

/** Mean squared error of a network's velocity on the way from noise to pictures, both [B, …]. */
export function flowLoss(
  velocity: Velocity,
  {
    noise,
    pictures,
    times,
  }: { readonly noise: Tensor; readonly pictures: Tensor; readonly times: Float32Array },
): Tensor {
  return meanSquaredError(velocity(between(noise, pictures, times), times), sub(pictures, noise));
}

export interface FollowOptions {
  /** Each looks twice, at its beginning and at its end; the last at its beginning alone. */
  readonly steps: number;
  /** Told the steps that are done. */
  readonly onStep?: (done: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Follows a velocity from noise [B, …] at time 0 to what lies there at time 1, by Heun's method: the mean of the velocities at both ends
 * of a step (second order); the last step is straight, as no velocity is known at its end (Karras et al. 2022, algorithm 1). Others have
 * their turn between the steps. @throws the signal's reason
 */
export async function followFlow(
  velocity: Velocity,
  noise: Tensor,
  { steps, onStep, signal }: FollowOptions,
): Promise<Float32Array> {
  const { shape } = noise;
  const length = 1 / steps;
  const at = (time: number) => new Float32Array(shape[0]).fill(time);
  const speedAt = (x: Float32Array, time: number): Float32Array =>
    withRecording(false, () =>
      scope(() => Float32Array.from(velocity(fromArray(x, shape, 'f32'), at(time)).data)),
    );
  let x = Float32Array.from(noise.data);
  for (let step = 0; step < steps; step++) {
    signal?.throwIfAborted();
    const first = speedAt(x, step * length);
    const straight = x.map((value, i) => value + length * first[i]);
    if (step === steps - 1) x = straight;
    else {
      const second = speedAt(straight, (step + 1) * length);
      x = x.map((value, i) => value + (length * (first[i] + second[i])) / 2);
    }
    onStep?.(step + 1);
    await new Promise(setImmediate);
  }
  return x;
}
