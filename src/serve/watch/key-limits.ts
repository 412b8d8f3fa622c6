/** What each key has used of its limits, in the memory of this process; the tokens of a day are kept in the state. */

import type { KeyLimits, Keys } from '../../store/index.ts';
import { fail } from '../errors.ts';

/** Who is counted: a key with limits of its own. */
export interface Counted extends KeyLimits {
  readonly id: string;
}

export interface KeyCounts {
  /** Counts a request. @throws `serve/limit` when there were too many in the last minute. */
  request(key: Counted): void;
  /** Takes a place among those at work; the answer gives it back. @throws `serve/limit`. */
  begin(key: Counted): Promise<() => void>;
  /** Counts what was read and written. */
  used(key: Counted, tokens: number): void;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export const dayOf = (now: number): string => new Date(now).toISOString().slice(0, 10);

/** `now` tells the time in ms; replaced in tests. */
export function createKeyCounts(keys: Pick<Keys, 'use'>, now: () => number = Date.now): KeyCounts {
  const requests = new Map<string, number[]>();
  const running = new Map<string, number>();
  const days = new Map<string, { readonly day: string; tokens: number }>();

  const tooMany = (what: 'minute' | 'concurrent' | 'day', most: number, ms: number) =>
    fail('serve/limit', { what, most, seconds: Math.max(1, Math.ceil(ms / 1000)) });

  /** What is used today: what the state knows from before, and what this process counted. */
  const today = async ({ id }: Counted): Promise<number> => {
    const day = dayOf(now());
    const known = days.get(id);
    if (known?.day === day) return known.tokens;
    const fresh = { day, tokens: 0 };
    days.set(id, fresh);
    fresh.tokens += await keys.use(id, day, 0);
    return fresh.tokens;
  };

  return {
    request(key) {
      const { id, requestsPerMinute: most } = key;
      if (most === null) return;
      const recent = (requests.get(id) ?? []).filter((time) => time > now() - MINUTE_MS);
      if (recent.length >= most)
        throw tooMany('minute', most, (recent.at(-most) ?? now()) + MINUTE_MS - now());
      requests.set(id, [...recent, now()]);
    },
    async begin(key) {
      const { id, concurrent, tokensPerDay } = key;
      const count = running.get(id) ?? 0;
      if (concurrent !== null && count >= concurrent) throw tooMany('concurrent', concurrent, 1000);
      running.set(id, count + 1);
      let isOver = false;
      const end = (): void => {
        if (!isOver) running.set(id, running.get(id)! - 1);
        isOver = true;
      };
      try {
        if (tokensPerDay !== null && (await today(key)) >= tokensPerDay) {
          throw tooMany('day', tokensPerDay, DAY_MS - (now() % DAY_MS));
        }
        return end;
      } catch (error) {
        end();
        throw error;
      }
    },
    used({ id }, tokens) {
      const known = days.get(id);
      if (known?.day === dayOf(now())) known.tokens += tokens;
    },
  };
}
