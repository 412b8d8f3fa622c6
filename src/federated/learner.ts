/** A client's own work: training on what it alone has, and answering with the difference. Its text never leaves it. */

import type { Precision, Tensor } from '../tensor/index.ts';
import { type Grouping, type Schedule, trackParameters, trainStep } from '../train/index.ts';
import { fail } from './errors.ts';
import type { ClientSize, Measured, Questions, Respondent } from './messages.ts';
import { type SecureParty, secureParty } from './secure-party.ts';
import { fillFrom, vectorOf } from './vector.ts';

/** How much a client does in a round: passes over its batches, or updates. */
export type LocalLength =
  | { readonly epochs: number; readonly steps?: undefined }
  | { readonly steps: number; readonly epochs?: undefined };

/** What a client learns, and how. */
export interface LocalLesson<Params, Batch> {
  readonly params: Params;
  /** Mean loss of a batch: a tensor with one element. */
  readonly loss: (params: Params, batch: Batch) => Tensor;
  /** Batch number `index`: a pure function, so that a round can be done again. */
  readonly batch: (index: number) => Batch;
  readonly batchesPerEpoch: number;
  /** One update an epoch, of all its batches at once (FedSGD), instead of one a batch. */
  readonly isFullBatch?: boolean;
  readonly length: LocalLength;
  readonly grouping: Grouping;
  /** Peak learning rate; the schedule goes over all rounds. */
  readonly lr: number;
  readonly schedule: Schedule;
  readonly clip?: number;
  readonly precision?: Precision;
  /** Loss on the client's own held-out text. */
  readonly measure: () => Promise<Measured> | Measured;
}

/** Updates of one round. */
export function localSteps({
  length,
  batchesPerEpoch,
  isFullBatch,
}: Pick<LocalLesson<unknown, unknown>, 'length' | 'batchesPerEpoch' | 'isFullBatch'>): number {
  if (length.steps !== undefined) return length.steps;
  return isFullBatch ? length.epochs : length.epochs * batchesPerEpoch;
}

/**
 * A client that answers the coordinator. Optimizer state begins anew in each round: what a client keeps would be stale after rounds in
 * which it was not asked (Reddi et al. 2021).
 */
export function federatedLearner<Params, Batch>(
  name: string,
  lesson: LocalLesson<Params, Batch>,
): Respondent {
  const { params, batchesPerEpoch, isFullBatch = false, precision = 'f32' } = lesson;
  const tracked = trackParameters(params, lesson.grouping);
  const tensors = tracked.map(({ tensor }) => tensor);
  const stepsPerRound = localSteps(lesson);
  const batchesOf = (step: number): Batch[] =>
    isFullBatch
      ? Array.from({ length: batchesPerEpoch }, (_, i) => lesson.batch(step * batchesPerEpoch + i))
      : [lesson.batch(step)];
  let secure: SecureParty | undefined;

  /** Local minus sent weights, then the mean loss. */
  const learn = async ({ round, rounds, weights }: Questions['learn']['question']): Promise<Float32Array> => {
    fillFrom(tensors, weights);
    for (const { slots } of tracked)
      for (const slot of Object.values(slots)) (slot.data as Float32Array).fill(0);
    let losses = 0;
    for (let own = 0; own < stepsPerRound; own++) {
      const step = round * stepsPerRound + own;
      const fraction = step / (rounds * stepsPerRound);
      const { loss } = await trainStep({
        params,
        tracked,
        loss: lesson.loss,
        batches: batchesOf(step),
        step: own + 1,
        lr: lesson.lr * lesson.schedule({ fraction, step }),
        clip: lesson.clip,
        precision,
      });
      losses += loss;
    }
    const after = vectorOf(params);
    const values = new Float32Array(after.length + 1);
    for (let i = 0; i < after.length; i++) values[i] = after[i] - weights[i];
    values[after.length] = losses / stepsPerRound;
    if (!values.every(Number.isFinite)) throw fail('federated/diverged', { round: round + 1 });
    return values;
  };

  const inRound = (): SecureParty => {
    if (secure) return secure;
    throw fail('federated/protocol', { what: 'no secure round was begun' });
  };

  return {
    async learn(question) {
      const values = await learn(question);
      return question.sealed ? { masked: inRound().mask(values, question) } : { values };
    },
    async measure({ weights }) {
      fillFrom(tensors, weights);
      return lesson.measure();
    },
    keys() {
      secure = secureParty(name);
      return secure.keys();
    },
    shares: (question) => inRound().shares(question),
    unmask: (question) => inRound().unmask(question),
  };
}

/** A client in this process. */
export const localClient = (name: string, size: ClientSize, respondent: Respondent) => ({
  name,
  ...size,
  async ask<Name extends keyof Questions>(
    what: Name,
    question: Questions[Name]['question'],
  ): Promise<Questions[Name]['answer']> {
    return respondent[what](question);
  },
});
