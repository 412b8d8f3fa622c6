/** API keys: shown once when they are made, kept as hashes, each with limits of its own. */

import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Database } from './database.ts';
import { fail } from './errors.ts';

/** What one key may use; null is without limit. */
export interface KeyLimits {
  readonly requestsPerMinute: number | null;
  readonly tokensPerDay: number | null;
  readonly concurrent: number | null;
}

export interface ApiKey extends KeyLimits {
  readonly id: string;
  readonly name: string;
  /** Whose rows it sees. Keys of one tenant see the same. */
  readonly tenant: string;
  /** Whether it may see every tenant's audit log and make rules for all. */
  readonly isAdmin: boolean;
  /** The last letters, so that a person knows it again. */
  readonly hint: string;
  readonly created: Date;
  readonly revoked: Date | null;
}

export interface NewKey extends Partial<KeyLimits> {
  readonly name: string;
  /** Default: a tenant of its own. */
  readonly tenant?: string;
  readonly isAdmin?: boolean;
}

export interface Keys {
  /** The secret is in this answer and nowhere else. @throws `store/key-name` when a key of this name is in use. */
  create(key: NewKey): Promise<{ readonly secret: string; readonly key: ApiKey }>;
  list(): Promise<ApiKey[]>;
  /** By name or id; `undefined` if none in use is called so. */
  revoke(name: string): Promise<ApiKey | undefined>;
  /** The key in use behind a secret. */
  find(secret: string): Promise<ApiKey | undefined>;
  /** Whether any key is in use. */
  any(): Promise<boolean>;
  /** Adds to what a key has used on a day (`2026-11-26`, UTC); the sum of that day. */
  use(id: string, day: string, tokens: number): Promise<number>;
}

/** Hashed once only: a secret of 256 random bits cannot be guessed from its hash. */
const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

const FIELDS = `id, name, tenant, is_admin as "isAdmin", hint, created, revoked,
  requests_per_minute as "requestsPerMinute", tokens_per_day::float8 as "tokensPerDay", concurrent`;

export function keys(database: Database): Keys {
  return {
    async create({ name, tenant, isAdmin = false, requestsPerMinute, tokensPerDay, concurrent }) {
      const id = randomUUID();
      const secret = `ik-${randomBytes(32).toString('base64url')}`;
      const sql = `insert into api_keys (id, name, tenant, is_admin, hash, hint, created, requests_per_minute,
          tokens_per_day, concurrent) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict (name) where revoked is null do nothing returning ${FIELDS}`;
      const amounts = [requestsPerMinute ?? null, tokensPerDay ?? null, concurrent ?? null];
      const [key] = await database.query<ApiKey>(sql, [
        ...[id, name, tenant ?? id, isAdmin, hashOf(secret), secret.slice(-4), new Date()],
        ...amounts,
      ]);
      if (!key) throw fail('store/key-name', { name });
      return { secret, key };
    },
    list: () => database.query<ApiKey>(`select ${FIELDS} from api_keys order by created, name`),
    async revoke(name) {
      const sql = `update api_keys set revoked = $2 where (name = $1 or id = $1) and revoked is null
        returning ${FIELDS}`;
      return (await database.query<ApiKey>(sql, [name, new Date()]))[0];
    },
    async find(secret) {
      const sql = `select ${FIELDS} from api_keys where hash = $1 and revoked is null`;
      return (await database.query<ApiKey>(sql, [hashOf(secret)]))[0];
    },
    async any() {
      return (await database.query('select from api_keys where revoked is null limit 1')).length > 0;
    },
    async use(id, day, tokens) {
      const sql = `insert into key_usage (key, day, tokens) values ($1, $2::date, $3)
        on conflict (key, day) do update set tokens = key_usage.tokens + $3 returning tokens::float8 as tokens`;
      return (await database.query<{ tokens: number }>(sql, [id, day, tokens]))[0].tokens;
    },
  };
}
