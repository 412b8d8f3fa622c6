/** The adversarial training: rounds in which a writer learns from a critic, and the critic from both sides; the best state is kept. */

import type { Place, Snapshot, TrackedParameter } from '../train/index.ts';
import type { Critic } from './critic.ts';
import { fail } from './errors.ts';
import { keptState } from './kept-state.ts';
import { copyOf, setParams } from './likelihood.ts';
import type { AdversarialLossName } from './losses.ts';
import { isCollapsed, measureWriter, quality, type WriterMeasures, type Yardstick } from './measure.ts';
import { criticRound, writerRound } from './rounds.ts';
import type { Texts } from './texts.ts';
import type { Writer } from './writer.ts';

/** How an adversarial training goes; plain data, as it stands in a run's config. */
export interface AdversarialSettings {
  /** How the writer learns: by trying (SeqGAN), or through a critic's slope. */
  readonly method: 'policy' | 'straight-through';
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
  /** The rounds that are done, as steps; `restore` puts back what was saved. */
  readonly resume?: {
    readonly place: Pick<Place, 'step' | 'seconds'>;
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
/** Numbers of a batch as shares of the vocabulary: 256 MiB, a few times. */
const MOST_SHARES = 2 ** 26;
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
  const state = keptState(options);
  const measure = (): WriterMeasures => measureWriter(writer, yardstick);
  // Without what was saved: the writer as it came.
  const before = measure();
  let { step: round, seconds } = options.resume?.place ?? { step: 0, seconds: 0 };
  options.resume?.restore(state.tracked);
  let best = before;
  if (state.figures.bestRound > 0) {
    const current = copyOf(writer.params);
    setParams(writer.params, copyOf(state.best));
    best = measure();
    setParams(writer.params, current);
  }
  let saved = options.resume?.place.step;
  const save = async (): Promise<AdversarialEvent[]> => {
    if (!options.save || saved === round) return [];
    await options.save({ place: { step: round, seconds, tokens: 0 }, tracked: state.tracked });
    saved = round;
    return [{ type: 'checkpoint', round }];
  };
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
      if (!Number.isFinite(now.heldOutNll)) {
        reason = 'diverged';
        break;
      }
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
    // What was saved after this round is the writer that then went astray.
    if (reason === 'diverged') saved = undefined;
    setParams(writer.params, copyOf(state.best));
    yield* await save();
  }
  yield { type: 'finish', reason, round, bestRound: state.figures.bestRound, before, best };
}
