/** Waits for a server that is away. */

import { ApiError, UNREACHABLE } from '../../api/client.ts';

/** How often, and how long, a server that does not answer is tried again, in ms. */
const RETRY = { every: 2000, atMost: 120_000 } as const;

/** Does it, and again for as long as the server does not answer. @throws what else goes wrong */
export async function whileAway<Value>(work: () => Promise<Value>): Promise<Value> {
  for (const begun = performance.now(); ; ) {
    try {
      return await work();
    } catch (error) {
      const isAway = error instanceof ApiError && error.status === UNREACHABLE;
      if (!isAway || performance.now() - begun > RETRY.atMost) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY.every));
    }
  }
}
