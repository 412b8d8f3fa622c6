/** What stops a command from outside: Ctrl-C, a polite kill, a reader that went away. */

/** Exit status after an interrupt, as shells count: 128 + SIGINT. */
export const INTERRUPTED = 130;

export interface Interrupt {
  /** Aborted by the first signal: the command saves and stops. The second ends the process at once. */
  readonly signal: AbortSignal;
  /** Listens no longer. */
  stop(): void;
}

export function listenForInterrupt(): Interrupt {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort();
  };
  // `inkstone train --json | head`: without a reader there is no reason to go on.
  const onOutputError = (): void => controller.abort();
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.stdout.on('error', onOutputError);
  return {
    signal: controller.signal,
    stop() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
      process.stdout.off('error', onOutputError);
    },
  };
}
