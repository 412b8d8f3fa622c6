/** Long work that lets the event loop run, says how far it is and can be stopped. */

/** Where training stands. `done` counts texts read, then tokens of the vocabulary, or rounds of estimation. */
export interface TrainingProgress {
  readonly phase: 'count' | 'merge' | 'estimate';
  readonly done: number;
  /** Unknown while texts are counted. */
  readonly total: number | undefined;
}

export interface PaceOptions {
  readonly onProgress?: (progress: TrainingProgress) => void;
  readonly signal?: AbortSignal;
}

/** Work between two pauses in which the event loop may run. */
const SLICE_MS = 40;

/** Called between small steps: pauses now and then. Errors: the signal's reason. */
export type Pause = (progress: TrainingProgress) => Promise<void>;

export function createPacer({ onProgress, signal }: PaceOptions): Pause {
  let pausedAt = performance.now();
  return async (progress) => {
    signal?.throwIfAborted();
    if (performance.now() - pausedAt < SLICE_MS) return;
    onProgress?.(progress);
    await new Promise((resolve) => setTimeout(resolve, 0));
    signal?.throwIfAborted();
    pausedAt = performance.now();
  };
}
