/** A rank that is gone answers no more: operations that wait no longer than they may. */

import type { Communicator } from './communicator.ts';
import { fail } from './errors.ts';

export interface WaitOptions {
  /** How long the other ranks may take to come. */
  readonly timeoutMs: number;
  /** When it is aborted, this rank was told to stop, as it is when another one is gone: it waits `graceMs` more. */
  readonly signal?: AbortSignal;
  readonly graceMs?: number;
}

/** Between the polite and the hard kill, mpirun leaves a second. */
const GRACE_MS = 600;

/** The same ranks; an operation that the others do not come to ends with `parallel/lost`. */
export function bounded(
  communicator: Communicator,
  { timeoutMs, signal, graceMs = GRACE_MS }: WaitOptions,
): Communicator {
  const { rank } = communicator;
  const within = (operation: string, running: Promise<void>): Promise<void> =>
    new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const giveUpIn = (ms: number, isStopped: boolean): void => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          end();
          reject(fail('parallel/lost', { rank, operation, seconds: ms / 1000, isStopped }));
        }, ms);
      };
      const hurry = (): void => giveUpIn(graceMs, true);
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', hurry);
      };
      if (signal?.aborted) hurry();
      else giveUpIn(timeoutMs, false);
      signal?.addEventListener('abort', hurry, { once: true });
      running.finally(end).then(resolve, reject);
    });
  return {
    rank,
    size: communicator.size,
    allReduce: (values) => within('allReduce', communicator.allReduce(values)),
    reduceScatter: (values, mine) => within('reduceScatter', communicator.reduceScatter(values, mine)),
    allGather: (mine, values) => within('allGather', communicator.allGather(mine, values)),
    broadcast: (values, from) => within('broadcast', communicator.broadcast(values, from)),
    barrier: () => within('barrier', communicator.barrier()),
  };
}
