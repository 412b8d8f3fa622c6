/** A PostgreSQL server by URL, through a pool of connections. */

import { type Database, type Param, type Queries, storableParams } from './database.ts';
import { fail } from './errors.ts';
import { limits } from './limits.ts';

interface Asked {
  query(sql: string, params?: unknown[]): Promise<{ readonly rows: unknown[] }>;
}

/** Connects to the server. @throws `store/unreachable` or `store/postgres-version`. */
export async function openPostgres(url: string): Promise<Database> {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({
    connectionString: url,
    max: limits.connections,
    connectionTimeoutMillis: limits.connectMs,
    statement_timeout: limits.statementMs,
    query_timeout: limits.silenceMs,
  });
  // A connection that breaks while nobody uses it leaves the pool; the next query takes another.
  pool.on('error', () => {});
  const on = (asked: Asked): Queries => ({
    async query<Row>(sql: string, params?: readonly Param[]) {
      return (await asked.query(sql, storableParams(params)).catch(unreachable)).rows as Row[];
    },
  });
  const database: Database = {
    ...on(pool),
    async transaction(work) {
      const client = await pool.connect().catch(unreachable);
      const own = on(client);
      let broken: Error | undefined;
      try {
        await own.query('begin');
        const result = await work(own);
        await own.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback').catch((failure: Error) => (broken = failure));
        throw error;
      } finally {
        client.release(broken);
      }
    },
    close: () => pool.end(),
  };
  try {
    await checkVersion(database);
    return database;
  } catch (error) {
    await pool.end();
    throw (error as { code?: string }).code?.startsWith('store/')
      ? error
      : fail('store/unreachable', { reason: reasonOf(error) }, error);
  }
}

/** The server gave a statement up. */
const TOO_SLOW = '57014';

/** What the server itself says of a statement stays; that it gives up, shuts down (57P) or says nothing is an error of ours. */
function unreachable(error: { readonly code?: string; readonly severity?: string }): never {
  if (error.code === TOO_SLOW) throw fail('store/slow', { within: limits.statementMs / 1000 }, error);
  const isRefusal = error.severity !== undefined && !error.code?.startsWith('57P');
  throw isRefusal ? error : fail('store/unreachable', { reason: reasonOf(error) }, error);
}

/** The oldest PostgreSQL that its makers still mend. */
const OLDEST = 14;

/** Refuses a server that is too old. @throws `store/postgres-version` */
export async function checkVersion(queries: Queries): Promise<void> {
  const [{ version }] = await queries.query<{ version: string }>(
    `select current_setting('server_version') as version`,
  );
  if (Number.parseInt(version, 10) < OLDEST)
    throw fail('store/postgres-version', { version, needed: OLDEST });
}

/** The system's or the server's words, without the address: a URL holds a password. */
function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return code ?? message ?? 'unknown';
}
