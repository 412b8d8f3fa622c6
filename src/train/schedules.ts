/** Learning-rate schedules: from how far the run is (0 to 1) and the step to a factor of the peak rate. */

import { fraction, notNegative, requireNumber } from './errors.ts';

export interface Progress {
  /** Share of the run done, 0 to 1: steps of steps, or time of time. */
  readonly fraction: number;
  /** 0 at the first update. */
  readonly step: number;
}

export type Schedule = (progress: Progress) => number;

/** Rises linearly over the first `steps` updates: (step + 1) / steps. */
function warmedUp(steps: number, schedule: Schedule): Schedule {
  requireNumber('schedule', 'warmupSteps', steps, notNegative);
  return (progress) => Math.min(1, (progress.step + 1) / Math.max(1, steps)) * schedule(progress);
}

interface Warmup {
  readonly warmupSteps?: number;
}

interface Floor extends Warmup {
  /** The factor at the end. */
  readonly floor?: number;
}

export function constant({ warmupSteps = 0 }: Warmup = {}): Schedule {
  return warmedUp(warmupSteps, () => 1);
}

export function linear({ warmupSteps = 0, floor = 0 }: Floor = {}): Schedule {
  requireNumber('linear', 'floor', floor, fraction);
  return warmedUp(warmupSteps, ({ fraction: f }) => 1 - (1 - floor) * f);
}

/** Half a cosine from 1 to `floor` (Loshchilov & Hutter 2017). */
export function cosine({ warmupSteps = 0, floor = 0.1 }: Floor = {}): Schedule {
  requireNumber('cosine', 'floor', floor, fraction);
  return warmedUp(warmupSteps, ({ fraction: f }) => floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * f)));
}

/** Warm-up, stable, decay: 1 until the last `decay` share of the run, then linear to `floor` (Hu et al. 2024, MiniCPM). */
export function warmupStableDecay({
  warmupSteps = 0,
  floor = 0,
  decay = 0.3,
}: Floor & { readonly decay?: number } = {}): Schedule {
  requireNumber('warmupStableDecay', 'floor', floor, fraction);
  requireNumber('warmupStableDecay', 'decay', decay, {
    test: (x) => x > 0 && x <= 1,
    en: 'in (0, 1]',
    zh: '在 (0, 1] 之内',
  });
  return warmedUp(warmupSteps, ({ fraction: f }) =>
    f < 1 - decay ? 1 : floor + (1 - floor) * (Math.max(0, 1 - f) / decay),
  );
}

export const schedules = { constant, linear, cosine, warmupStableDecay } as const;
export type ScheduleName = keyof typeof schedules;
