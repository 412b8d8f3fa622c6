/** One clock for all ranks: what hangs on time (the length of a run, when it saves) is decided alike by each. */

export interface SharedClock {
  /** For the trainer, which asks when a step begins and when it ends. */
  now(): number;
  /** Milliseconds of steps that passed on this rank since it was asked last. */
  spent(): number;
  /** The first rank's `spent`, on every rank. */
  goOn(milliseconds: number): void;
}

/** It stands still between steps, as the trainer's own count does. */
export function sharedClock(now: () => number = () => performance.now()): SharedClock {
  let shown = 0;
  let passed = 0;
  let mark: number | undefined;
  return {
    now() {
      // The end of a step: what came behind its exchange belongs to it.
      if (mark === undefined) mark = now();
      else {
        passed += now() - mark;
        mark = undefined;
      }
      return shown;
    },
    spent() {
      const at = now();
      const sum = passed + at - (mark ?? at);
      passed = 0;
      mark = at;
      return sum;
    },
    goOn(milliseconds) {
      shown += milliseconds;
    },
  };
}
