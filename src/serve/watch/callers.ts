/** Who asks: a key of the command line, a key of the state, or, where no key is needed, anyone. */

import type { ApiKey, State } from '../../store/index.ts';
import { bearerOf, createKeys } from '../access.ts';
import { fail } from '../errors.ts';
import { remember } from './remember.ts';

export interface Caller {
  /** Whose rows it sees. */
  readonly tenant: string;
  /** A key's id; null where no key is needed. */
  readonly key: string | null;
  /** The key of the state, with its limits. */
  readonly stored?: ApiKey;
  /** May see every tenant's log and make rules for all. */
  readonly isAdmin: boolean;
}

export interface Callers {
  /** @throws `serve/key` when a key is needed and this is none. */
  callerOf(authorization: string | undefined): Promise<Caller>;
  /** A key was made or revoked. */
  forget(): void;
}

export function createCallers(given: readonly string[], state: State | undefined): Callers {
  const known = createKeys(given);
  const stored = remember((secret: string) => state!.keys.find(secret));
  const isNeeded = remember((_: '') => state!.keys.any());
  return {
    async callerOf(authorization) {
      const tenant = given.length > 0 ? known.find(authorization) : undefined;
      if (tenant !== undefined) return { tenant, key: tenant, isAdmin: false };
      // NOTE: a state that nobody has used yet has no keys, and is not made for a question.
      const hasState = state !== undefined && !(await state.isNew());
      const secret = bearerOf(authorization);
      const key = hasState && secret ? await stored.get(secret) : undefined;
      if (key) return { tenant: key.tenant, key: key.id, stored: key, isAdmin: key.isAdmin };
      if (given.length > 0 || (hasState && (await isNeeded.get('')))) throw fail('serve/key', undefined);
      return { tenant: '', key: null, isAdmin: true };
    },
    forget() {
      stored.clear();
      isNeeded.clear();
    },
  };
}
