import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { nodeProcesses } from '../io/index.ts';
import { openStore, storePlace } from './open-store.ts';
import { openPglite } from './pglite.ts';
import { type DatabaseThread, startDatabaseThread } from './pglite-thread.ts';

const scratch = mkdtempSync(join(tmpdir(), '墨 pglite-'));
// No test may find a blank database that another one kept, or leave one.
beforeAll(() => void vi.stubEnv('INKSTONE_CACHE', join(scratch, 'cache')));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(scratch, { recursive: true });
});

test('one process at a time: a second is refused with the pid, a dead one is followed, rows stay', async () => {
  const folder = join(scratch, 'a b');
  const tsx = pathToFileURL(join(import.meta.dirname, '../../node_modules/tsx/dist/esm/index.mjs')).href;
  const module = pathToFileURL(join(import.meta.dirname, 'pglite.ts')).href;
  const program = `const { openPglite } = await import(${JSON.stringify(module)});
    const database = await openPglite(${JSON.stringify(folder)});
    await database.query('create table t (n integer)');
    await database.query('insert into t values (7)');
    console.log('open'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--import', tsx, '--input-type=module', '-e', program]);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  for (let i = 0; i < 2; i++) {
    const error = await openPglite(folder).catch((e) => e);
    expect(error).toMatchObject({ code: 'folder/locked', data: { kind: 'state', pid: child.pid } });
    expect(error.text('zh')).toContain(`进程 ${child.pid}`);
  }
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  // What a creation that was cut off leaves behind does not matter to a database that is there.
  mkdirSync(join(folder, 'database.new'));
  const store = openStore(storePlace(folder));
  expect(await store.query('select n from t')).toEqual([{ n: 7 }]);
  await expect(openPglite(folder)).rejects.toMatchObject({ data: { pid: process.pid } });
  await store.close();
  expect(readdirSync(folder).filter((name) => name.includes('lock'))).toEqual([]);
  await expect(store.query('select 1')).rejects.toThrow('closed');
});

test('while a database is made, this thread goes on, and who asks whether there is one does not wait', async () => {
  const store = openStore({ folder: join(scratch, 'new') });
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);
  const first = store.query('select 1 as one');
  expect(await store.isNew!()).toBe(true);
  expect(await first).toEqual([{ one: 1 }]);
  clearInterval(timer);
  expect(await store.isNew!()).toBe(false);
  await store.close();
  // Made in this thread it leaves about fifteen.
  expect(ticks).toBeGreaterThan(100);
});

test('what the first database was before it had a table is what the next ones start from, unless it is damaged', async () => {
  const starts: string[] = [];
  const start: typeof startDatabaseThread = (place, onStop, blank) => {
    starts.push(`${basename(place)}${blank === undefined ? '' : ' from a blank one'}`);
    return startDatabaseThread(place, onStop, blank);
  };
  const make = async (name: string): Promise<void> => {
    const database = await openPglite(join(scratch, name), { start });
    await database.query('create table t (n integer)');
    await database.close();
  };
  await make('first');
  starts.splice(0);
  await make('second');
  expect(starts.splice(0)).toEqual(['database.new from a blank one', 'database']);
  const [name] = readdirSync(join(scratch, 'cache/databases'));
  const kept = join(scratch, 'cache/databases', name!);
  truncateSync(kept, 100_000);
  await make('third');
  expect(starts).toEqual(['database.new from a blank one', 'database.new', 'database']);
  expect(statSync(kept).size).toBeGreaterThan(100_000);
});

test('a breakdown is told to those who wait, and the next question finds all that was kept', async () => {
  const folder = join(scratch, 'broken');
  let thread: DatabaseThread | undefined;
  const start: typeof startDatabaseThread = async (...args) => (thread = await startDatabaseThread(...args));
  const faults: Error[] = [];
  const database = await openPglite(folder, { start, onFault: (error) => faults.push(error) });
  await database.query('create table t (n integer)');
  await database.query('insert into t values (1)');
  const half = database.transaction(async (tx) => {
    await tx.query('insert into t values (2)');
    const asked = expect(tx.query('select pg_sleep(60)')).rejects.toMatchObject({ code: 'store/stopped' });
    await thread!.kill();
    await asked;
    await tx.query('insert into t values (3)');
  });
  await expect(half).rejects.toMatchObject({ code: 'store/stopped' });
  expect(await database.query('select n from t')).toEqual([{ n: 1 }]);
  await thread!.kill();
  expect(await database.query('select n from t')).toEqual([{ n: 1 }]);
  expect(faults).toMatchObject([{ code: 'store/stopped' }, { code: 'store/stopped' }]);
  // All the while the folder was ours.
  await expect(openPglite(folder)).rejects.toMatchObject({ code: 'folder/locked' });
  await database.close();
});

test('a database that was cut off while it was made is made anew', async () => {
  vi.stubEnv('INKSTONE_CACHE', join(scratch, 'no blank'));
  const folder = join(scratch, 'cut');
  const places: string[] = [];
  const start = async (place: string) => {
    places.push(basename(place));
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, `from start ${places.length}`), '');
    if (places.length === 1) throw new Error('power');
    return { dump: async () => new Uint8Array(), close: async () => {} } as unknown as DatabaseThread;
  };
  await expect(openPglite(folder, { start })).rejects.toThrow('power');
  await (await openPglite(folder, { start })).close();
  expect(places).toEqual(['database.new', 'database.new', 'database']);
  expect(readdirSync(join(folder, 'database'))).toEqual(['from start 2', 'from start 3']);
});

test('what cannot be opened is tried again with the next question', async () => {
  vi.stubEnv('INKSTONE_CACHE', join(scratch, 'cache'));
  const folder = join(scratch, 'retry');
  mkdirSync(folder);
  const { pid } = process;
  const owner = { pid, host: nodeProcesses.host, started: nodeProcesses.started(pid), id: 'other' };
  writeFileSync(join(folder, 'state.lock.1'), JSON.stringify(owner));
  const store = openStore({ folder });
  await expect(store.query('select 1')).rejects.toMatchObject({ code: 'folder/locked' });
  rmSync(join(folder, 'state.lock.1'));
  expect(await store.query('select 1 as n')).toEqual([{ n: 1 }]);
  await store.close();
});

test('a server that does not answer is an error without the password', async () => {
  const store = openStore(storePlace('postgres://user:secret@127.0.0.1:1/none'));
  const error = await store.query('select 1').catch((e) => e);
  expect(error).toMatchObject({ code: 'store/unreachable', data: { reason: 'ECONNREFUSED' } });
  expect(error.message).not.toContain('secret');
  await store.close();
});
