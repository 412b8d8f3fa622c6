/** Work under one name, one after the other; so much may wait, and no more. */

/** Rejects with what `full` makes where too much waits under the name. */
export type Turns = <Result>(name: string, work: () => Promise<Result>) => Promise<Result>;

/** `most`: that waits or works under one name. */
export function createTurns(most: number, full: () => Error): Turns {
  const waiting = new Map<string, { count: number; last: Promise<unknown> }>();
  return async (name, work) => {
    const queue = waiting.get(name) ?? { count: 0, last: Promise.resolve() };
    if (queue.count >= most) throw full();
    waiting.set(name, queue);
    queue.count++;
    const own = queue.last.then(work);
    queue.last = own.catch(() => {});
    try {
      return await own;
    } finally {
      if (--queue.count === 0) waiting.delete(name);
    }
  };
}
