/** What a customer's words hold of what a tool needs. */

import { createContext, Script } from 'node:vm';
import type { ServiceIntent } from './plan.ts';

/** Words that patterns of the plan are tried on. */
const MOST_READ = 1000;
/** How long a pattern is tried, in ms: what takes longer tries ever more ways to match, and blocks all others. */
const TIMEOUT_MS = 100;
/** How often, where the time went to other processes: the clock goes on while this one waits for the processor. */
const TRIES = 3;
// NOTE Only the engine of a script can be stopped within a regular expression.
const search = new Script('new RegExp(pattern, "iu").exec(words)');

/** The values that are found, by the names of their places. */
export function readPlaces({ places }: Pick<ServiceIntent, 'places'>, words: string): Record<string, string> {
  const plain = words.normalize('NFKC').slice(0, MOST_READ);
  const found = Object.entries(places).flatMap(([name, { pattern }]) => {
    const value = valueIn(plain, pattern);
    return value ? [[name, value] as const] : [];
  });
  return Object.fromEntries(found);
}

function valueIn(words: string, pattern: string): string | undefined {
  for (let tries = 1; ; tries++) {
    const before = process.cpuUsage();
    try {
      const match: RegExpExecArray | null = search.runInContext(createContext({ pattern, words }), {
        timeout: TIMEOUT_MS,
      });
      return match?.[1] ?? match?.[0];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      const { user, system } = process.cpuUsage(before);
      if (tries === TRIES || (user + system) / 1000 > TIMEOUT_MS / 2) return undefined;
    }
  }
}
