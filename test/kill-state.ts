/** State that is killed at random moments: what was acknowledged must be there, and nothing may be half there. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import { createRng } from '../src/rng.ts';
import { openState } from '../src/store/index.ts';
import type { Migration } from '../src/store/migrate.ts';
import { openPglite } from '../src/store/pglite.ts';

/** Steps that each make a table with a row in it. */
export const manyMigrations: readonly Migration[] = Array.from({ length: 200 }, (_, i) => ({
  name: `step ${i}`,
  statements: [`create table step_${i} (n integer)`, `insert into step_${i} values (${i})`],
}));

/** Kills a writer `kills` times in each kind of work with SIGKILL, at moments drawn from `seed`. */
export async function expectStateToSurviveKills(
  cwd: string,
  { kills, seed }: { readonly kills: number; readonly seed: number },
): Promise<void> {
  const rng = createRng(seed);
  const rows = join(cwd, 'rows');
  const migrations = join(cwd, 'migrations');

  const acknowledged = { conversation: new Set<string>(), message: new Set<string>(), version: 0 };
  for (let kill = 0; kill < kills; kill++) {
    for (const [kind, id] of await killWriter(rows, 'rows', rng.uniform() * 500)) {
      acknowledged[kind as 'conversation' | 'message'].add(id);
    }
    await checkRows(rows, acknowledged);
    const told = await killWriter(migrations, 'migrations', rng.uniform() * 200);
    acknowledged.version = Math.max(acknowledged.version, ...told.map(([, id]) => Number(id)));
    await checkMigrations(migrations, acknowledged.version);
  }
  expect(acknowledged.message.size).toBeGreaterThan(kills);
  expect(acknowledged.version).toBeGreaterThan(0);
}

/** Starts a writer and kills it so long after its first word; what it said. */
async function killWriter(folder: string, work: 'rows' | 'migrations', afterMs: number): Promise<string[][]> {
  const tsx = pathToFileURL(join(import.meta.dirname, '../node_modules/tsx/dist/esm/index.mjs')).href;
  const script = join(import.meta.dirname, 'fixtures/state-writer.ts');
  const child = spawn(process.execPath, ['--import', tsx, script, folder, work], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  const first = new Promise<void>((resolve) => {
    child.stdout.on('data', (data) => {
      said += data;
      resolve();
    });
    child.on('exit', () => resolve());
  });
  const ended = new Promise((resolve) => child.on('close', (_code, signal) => resolve(signal)));
  await first;
  await setTimeout(afterMs);
  child.kill('SIGKILL');
  expect(await ended).toBe('SIGKILL');
  // The last line may be cut.
  return said
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split(' '));
}

async function checkRows(
  folder: string,
  { conversation, message }: { readonly conversation: Set<string>; readonly message: Set<string> },
): Promise<void> {
  const state = openState({ folder });
  try {
    const found = new Set<string>();
    let before: string | undefined;
    do {
      const { data, next } = await state.conversations.list('', { limit: 100, before });
      for (const { id, leaf } of data) {
        found.add(id);
        const messages = await state.conversations.messages('', id);
        for (const one of messages) found.add(one.id);
        // A message and its place as the leaf are one transaction.
        expect(leaf).toBe(messages.at(-1)?.id ?? null);
      }
      before = next ?? undefined;
    } while (before);
    const lost = [...conversation, ...message].filter((id) => !found.has(id));
    expect(lost).toEqual([]);
  } finally {
    await state.close();
  }
}

async function checkMigrations(folder: string, acknowledged: number): Promise<void> {
  const database = await openPglite(folder);
  try {
    const [{ versions, tables }] = await database.query<{ versions: number; tables: number }>(
      `select (select count(*)::int from inkstone_migrations) as versions,
        (select count(*)::int from pg_tables where tablename like 'step%') as tables`,
    );
    expect(tables).toBe(versions);
    expect(versions).toBeGreaterThanOrEqual(acknowledged);
  } finally {
    await database.close();
  }
}
