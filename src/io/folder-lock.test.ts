import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { nodeFiles } from './files.ts';
import { lockFolder, nodeProcesses, type ProcessTable } from './folder-lock.ts';

const folder = mkdtempSync(join(tmpdir(), '墨 lock-'));
afterAll(() => rmSync(folder, { recursive: true }));
const newRun = () => mkdtempSync(join(folder, 'run-'));

/** A table in which the processes of `alive` run, each with its start time. */
const table = (pid: number, alive: { [pid: number]: string }, host = 'here'): ProcessTable => ({
  pid,
  host,
  started: (other) => alive[other],
});

describe('the lock of a run folder', () => {
  test('a second process is refused, naming the pid; after release it may', async () => {
    const run = newRun();
    const alive = { 11: 'a', 22: 'b' };
    const lock = await lockFolder(run, 'run', { processes: table(11, alive) });
    const second = () => lockFolder(run, 'run', { processes: table(22, alive) });
    await expect(second()).rejects.toThrow('in use by process 11');
    await lock.release();
    await lock.release();
    await (await second()).release();
    expect(readdirSync(run)).toEqual([]);
  });

  test('the same process does not get it twice', async () => {
    const run = newRun();
    const lock = await lockFolder(run, 'run');
    await expect(lockFolder(run, 'run')).rejects.toMatchObject({ code: 'folder/locked' });
    await lock.release();
  });

  test('a dead process is followed; so is a pid that now belongs to another process', async () => {
    for (const alive of [{ 22: 'b' }, { 11: 'later', 22: 'b' }] as { [pid: number]: string }[]) {
      const run = newRun();
      await lockFolder(run, 'run', { processes: table(11, { 11: 'a' }) });
      const lock = await lockFolder(run, 'run', { processes: table(22, alive) });
      expect(readdirSync(run)).toEqual(['run.lock.2']);
      await lock.release();
    }
  });

  test('a lock of another machine is refused with the file to delete', async () => {
    const run = newRun();
    await lockFolder(run, 'run', { processes: table(11, { 11: 'a' }, 'far') });
    const error = await lockFolder(run, 'run', { processes: table(22, { 22: 'b' }) }).catch((e) => e);
    expect(error.code).toBe('folder/locked-elsewhere');
    expect(error.message).toContain(join(run, 'run.lock.1'));
    rmSync(join(run, 'run.lock.1'));
    await lockFolder(run, 'run', { processes: table(22, { 22: 'b' }) });
  });

  test('an empty or foreign lock file, as a lost power leaves it, does not block', async () => {
    for (const content of ['', 'null', '{"pid":"x"}', '\0\0\0']) {
      const run = newRun();
      writeFileSync(join(run, 'run.lock.7'), content);
      await lockFolder(run, 'run');
      expect(readdirSync(run)).toEqual(['run.lock.8']);
    }
  });

  test('of many heirs of a dead process exactly one wins', async () => {
    for (let round = 0; round < 20; round++) {
      const run = newRun();
      await lockFolder(run, 'run', { processes: table(1, { 1: 'dead soon' }) });
      const alive = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [100 + i, `s${i}`]));
      const results = await Promise.allSettled(
        Object.keys(alive).map((pid) => lockFolder(run, 'run', { processes: table(Number(pid), alive) })),
      );
      expect(results.filter((r) => r.status === 'fulfilled').length).toBe(1);
      for (const r of results) if (r.status === 'rejected') expect(r.reason.code).toBe('folder/locked');
      expect(readdirSync(run).filter((n) => n.startsWith('run.lock')).length).toBe(1);
    }
  });

  test('a slow heir that creates an older lock steps back', async () => {
    const run = newRun();
    const alive = { 1: 'a', 2: 'b' };
    let listed = false;
    const slow = {
      ...nodeFiles,
      async list(path: string) {
        const names = await nodeFiles.list(path);
        // While this heir looked away, another took the folder twice.
        if (!listed)
          writeFileSync(join(run, 'run.lock.5'), JSON.stringify({ pid: 1, host: 'here', started: 'a' }));
        listed = true;
        return names;
      },
    };
    await expect(lockFolder(run, 'run', { files: slow, processes: table(2, alive) })).rejects.toThrow(
      'process 1',
    );
    expect(readdirSync(run)).toEqual(['run.lock.5']);
  });

  test('where the file system has no links, the lock holds as well', async () => {
    const run = newRun();
    const link = () => Promise.reject(Object.assign(new Error('no links'), { code: 'EPERM' }));
    const files = { ...nodeFiles, link };
    const lock = await lockFolder(run, 'run', { files });
    await expect(lockFolder(run, 'run', { files })).rejects.toThrow(`process ${process.pid}`);
    await lock.release();
  });

  test('a real process is seen alive, then dead', async () => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
    const pid = child.pid as number;
    expect(nodeProcesses.started(pid)).toBeDefined();
    expect(nodeProcesses.started(process.pid)).toBe(nodeProcesses.started(process.pid));
    const gone = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    expect(nodeProcesses.started(pid)).toBeUndefined();
  });
});
