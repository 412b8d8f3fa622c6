/** Brings a database to the newest version: numbered steps, each in a transaction of its own, each recorded with its hash. */

import { createHash } from 'node:crypto';
import type { Database, Queries } from './database.ts';
import { fail } from './errors.ts';

/** One step; its number is its place in the list. A step that was released is never edited: a new one follows it. */
export interface Migration {
  readonly name: string;
  readonly statements: readonly string[];
}

interface Recorded {
  readonly version: number;
  readonly hash: string;
}

const hashOf = ({ name, statements }: Migration): string =>
  createHash('sha256')
    .update([name, ...statements].join('\0'))
    .digest('hex');

/** Any number, so that two processes do not migrate at once. */
const LOCK = 0x1a4b5701;

/** Does the steps that are missing. @throws `store/newer`, `store/edited` before anything is changed. */
export async function migrate(database: Database, migrations: readonly Migration[]): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.query(`select pg_advisory_xact_lock(${LOCK})`);
    await tx.query(`create table if not exists inkstone_migrations (
      version integer primary key, name text not null, hash text not null, at timestamptz not null default now())`);
  });
  while (await database.transaction((tx) => step(tx, migrations)));
}

/** The next step, if one is missing; false when all are there. */
async function step(tx: Queries, migrations: readonly Migration[]): Promise<boolean> {
  await tx.query(`select pg_advisory_xact_lock(${LOCK})`);
  const done = await tx.query<Recorded>('select version, hash from inkstone_migrations order by version');
  const version = done.at(-1)?.version ?? 0;
  if (version > migrations.length) throw fail('store/newer', { version, known: migrations.length });
  for (const [i, { hash }] of done.entries()) {
    if (hash !== hashOf(migrations[i]))
      throw fail('store/edited', { version: i + 1, name: migrations[i].name });
  }
  const next = migrations[version];
  if (!next) return false;
  for (const statement of next.statements) await tx.query(statement);
  await tx.query('insert into inkstone_migrations (version, name, hash) values ($1, $2, $3)', [
    version + 1,
    next.name,
    hashOf(next),
  ]);
  return true;
}
