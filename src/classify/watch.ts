/** Watching and stopping something that learns. */

export interface LearningWatch {
  /** Told the share that is done, from 0 to 1. */
  readonly onProgress?: (share: number) => void;
  readonly signal?: AbortSignal;
}

/** Lets timers and input have their turn. @throws when it shall stop */
export async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}
