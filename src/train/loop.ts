/** The training loop: a stream of events over a parameter tree and a loss. It knows no model, no text and no files. */

import { type Precision, readable, type Tensor } from '../tensor/index.ts';
import { addEnergy, type EnergyMeter, type EnergyUse } from './energy.ts';
import { fail, notNegative, positive, requireNumber, wholePositive } from './errors.ts';
import type { Grouping } from './optimizers.ts';
import type { PrivacyAccount } from './privacy/accountant.ts';
import { cosine, type Schedule } from './schedules.ts';
import { type GradientRule, type TrackedParameter, trackParameters, trainStep } from './step.ts';

/** Where a run stands: what a checkpoint must keep beside parameters and slots. */
export interface Place {
  /** Updates done. */
  readonly step: number;
  /** Seconds spent in updates. */
  readonly seconds: number;
  readonly tokens: number;
  /** The run's first loss: divergence is measured against it. */
  readonly firstLoss?: number;
  /** What a private training has spent. */
  readonly privacy?: PrivacyAccount;
  /** What the run took so far, evaluations included, where it was metered. */
  readonly energy?: EnergyUse;
}

/** A moment of a run that can be saved: restore the same tensors and place, and the run goes on identically. */
export interface Snapshot {
  readonly place: Place;
  readonly tracked: readonly TrackedParameter[];
}

/** How often something happens: every so many steps, or seconds of training, whichever is given. */
export interface Every {
  readonly steps?: number;
  readonly seconds?: number;
}

export interface TrainOptions<Params, Batch> {
  readonly params: Params;
  /** Mean loss of a batch: a tensor with one element. */
  readonly loss: (params: Params, batch: Batch) => Tensor;
  /** Batch number `index`: a pure function, so that resuming needs only the number. */
  readonly batch: (index: number) => Batch;
  readonly tokensPerBatch: number;
  readonly grouping: Grouping;
  /** Peak learning rate. */
  readonly lr: number;
  readonly schedule?: Schedule;
  /** Length of the run: updates (exactly repeatable) or minutes of training (the schedule follows the clock). */
  readonly steps?: number;
  readonly minutes?: number;
  /** Micro-batches per update. */
  readonly accumulate?: number;
  /** The numbers of the batches of update `step`, from 0, in place of `accumulate` in turn: a pure function as well. */
  readonly draw?: (step: number) => readonly number[];
  /** How the gradient of an update is made of its batches; default: their mean. */
  readonly gradients?: GradientRule<Params, Batch>;
  /** Largest global gradient norm. */
  readonly clip?: number;
  readonly precision?: Precision;
  /** Held-out loss, in nats per token. */
  readonly evaluate?: Every & { readonly run: () => Promise<number> | number };
  readonly save?: Every & { readonly run: (snapshot: Snapshot) => Promise<void> | void };
  /** Asks the run to end early with a good result so far (early stopping): sees each held-out loss. */
  readonly stopWhen?: (heldOut: readonly number[]) => boolean;
  /** The state to go on from; tensors were restored by `restore` before the first step. */
  readonly resume?: {
    readonly place: Place;
    readonly restore: (tracked: readonly TrackedParameter[]) => Promise<void> | void;
  };
  /** What follows each update before anything reads the parameters. */
  readonly afterUpdate?: () => Promise<void>;
  /** A loss above this many times the first one counts as divergence. */
  readonly divergenceFactor?: number;
  readonly signal?: AbortSignal;
  /** Begun with the run; what an earlier part of it took is added. */
  readonly meter?: EnergyMeter;
  /** Milliseconds; for tests. */
  readonly now?: () => number;
}

export type TrainEvent =
  | {
      readonly type: 'step';
      readonly step: number;
      readonly loss: number;
      readonly lr: number;
      readonly gradNorm: number;
      readonly tokens: number;
      readonly seconds: number;
      /** Over the last steps. */
      readonly tokensPerSecond: number;
      /** Share of the run done. */
      readonly fraction: number;
      readonly etaSeconds: number;
    }
  | { readonly type: 'evaluation'; readonly step: number; readonly heldOutLoss: number }
  | { readonly type: 'checkpoint'; readonly step: number }
  | {
      readonly type: 'finish';
      readonly reason: 'done' | 'aborted' | 'diverged' | 'stopped-early';
      readonly step: number;
      readonly seconds: number;
      readonly tokens: number;
      readonly heldOutLoss?: number;
      readonly energy?: EnergyUse;
    };

/** Speed over the last steps, so that the figure follows the machine. */
const SPEED_WINDOW = 20;

/**
 * Trains in place and tells what happens. Ends after `finish`. Abort stops within one step, saves, and says `aborted`.
 * A loss or gradient that is not finite, or a loss far above the first, ends the run as `diverged` without saving.
 * The event loop goes on while kernels run.
 */
export async function* train<Params, Batch>(
  options: TrainOptions<Params, Batch>,
): AsyncGenerator<TrainEvent> {
  const plan = checkOptions(options);
  const tracked = trackParameters(options.params, options.grouping);
  await options.resume?.restore(tracked);
  let place: Place = options.resume?.place ?? { step: 0, seconds: 0, tokens: 0 };
  const energyUsed = meterFrom(place, options.meter);
  const heldOut: number[] = [];
  const recent: number[] = [];
  let lastSave = place;
  let lastEvaluation = place;
  let reason: Extract<TrainEvent, { type: 'finish' }>['reason'] = 'done';

  while (plan.fractionDone(place) < 1) {
    if (options.signal?.aborted) {
      reason = 'aborted';
      break;
    }
    const started = plan.now();
    const progress = { fraction: plan.fractionDone(place), step: place.step };
    const lr = options.lr * plan.schedule(progress);
    const batches = plan.draw(place.step).map((index) => options.batch(index));
    const { loss, gradNorm } = await trainStep({
      params: options.params,
      tracked,
      loss: options.loss,
      batches,
      step: place.step + 1,
      lr,
      clip: options.clip,
      precision: plan.precision,
      gradients: options.gradients,
    });
    if (options.afterUpdate) await options.afterUpdate();
    const seconds = (plan.now() - started) / 1000;
    recent.push(seconds);
    if (recent.length > SPEED_WINDOW) recent.shift();
    place = {
      step: place.step + 1,
      seconds: place.seconds + seconds,
      tokens: place.tokens + plan.tokensPerStep,
      firstLoss: place.firstLoss ?? loss,
      ...energyUsed(),
    };
    const fraction = plan.fractionDone(place);
    const secondsPerStep = recent.reduce((sum, x) => sum + x, 0) / recent.length;
    yield {
      type: 'step',
      step: place.step,
      loss,
      lr,
      gradNorm,
      tokens: place.tokens,
      seconds: place.seconds,
      tokensPerSecond: plan.tokensPerStep / secondsPerStep,
      fraction,
      etaSeconds: plan.secondsLeft(place, secondsPerStep),
    };
    if (
      !Number.isFinite(loss) ||
      !Number.isFinite(gradNorm) ||
      loss > plan.divergenceFactor * place.firstLoss!
    ) {
      reason = 'diverged';
      break;
    }
    const savesNow = fraction < 1 && isDue(options.save, lastSave, place);
    const evaluatesNow = fraction < 1 && isDue(options.evaluate, lastEvaluation, place);
    // Whoever looks on reads the parameters.
    if (savesNow || evaluatesNow) await readable(tracked);
    if (savesNow) {
      await options.save!.run({ place, tracked });
      lastSave = place;
      yield { type: 'checkpoint', step: place.step };
    }
    if (evaluatesNow) {
      heldOut.push(await options.evaluate!.run());
      lastEvaluation = place;
      yield { type: 'evaluation', step: place.step, heldOutLoss: heldOut[heldOut.length - 1] };
      if (options.stopWhen?.(heldOut)) {
        reason = 'stopped-early';
        break;
      }
    }
    await breathe();
  }

  await readable(tracked);
  // Saved before evaluated: a killed evaluation must not cost a finished run.
  if (reason !== 'diverged' && options.save && (lastSave !== place || !(options.resume || place.step))) {
    await options.save.run({ place, tracked });
    yield { type: 'checkpoint', step: place.step };
  }
  if ((reason === 'done' || reason === 'stopped-early') && options.evaluate) {
    if (lastEvaluation !== place || heldOut.length === 0) {
      heldOut.push(await options.evaluate.run());
      yield { type: 'evaluation', step: place.step, heldOutLoss: heldOut[heldOut.length - 1] };
    }
  }
  const { step, seconds, tokens } = place;
  const end = { reason, step, seconds, tokens, heldOutLoss: heldOut[heldOut.length - 1] };
  yield { type: 'finish', ...end, ...energyUsed() };
}

/** What the run took in all: its earlier part, and what the meter says. Of a run that began without one it is not known. */
function meterFrom({ step, energy }: Place, meter: EnergyMeter | undefined): () => Pick<Place, 'energy'> {
  if (!meter || (step > 0 && !energy)) return () => ({});
  const earlier = energy ?? { joules: 0, processorSeconds: 0 };
  return () => ({ energy: addEnergy(earlier, meter.used()) });
}

/** Checks every option once and fills the defaults. */
function checkOptions<Params, Batch>(options: TrainOptions<Params, Batch>) {
  const { steps, minutes, accumulate = 1, divergenceFactor = 4 } = options;
  if ((steps === undefined) === (minutes === undefined)) throw fail('train/length', {});
  requireNumber('train', 'lr', options.lr, notNegative);
  requireNumber('train', 'accumulate', accumulate, wholePositive);
  if (steps !== undefined) requireNumber('train', 'steps', steps, wholePositive);
  if (minutes !== undefined) requireNumber('train', 'minutes', minutes, positive);
  if (options.clip !== undefined) requireNumber('train', 'clip', options.clip, positive);
  const budget = minutes === undefined ? 0 : minutes * 60;
  return {
    draw: options.draw ?? inTurn(accumulate),
    divergenceFactor,
    precision: options.precision ?? ('f32' as const),
    schedule: options.schedule ?? cosine({ warmupSteps: 10 }),
    now: options.now ?? (() => performance.now()),
    tokensPerStep: options.tokensPerBatch * accumulate,
    fractionDone: (place: Place) => Math.min(1, steps ? place.step / steps : place.seconds / budget),
    secondsLeft: (place: Place, secondsPerStep: number) =>
      Math.max(0, steps ? (steps - place.step) * secondsPerStep : budget - place.seconds),
  };
}

const inTurn =
  (count: number) =>
  (step: number): number[] =>
    Array.from({ length: count }, (_, micro) => step * count + micro);

function isDue(every: Every | undefined, last: Place, place: Place): boolean {
  if (!every) return false;
  if (every.steps !== undefined && place.step % every.steps === 0) return true;
  return every.seconds !== undefined && place.seconds - last.seconds >= every.seconds;
}

/** Lets timers and input have their turn. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
