/** kill -9 at forty random moments: twenty among writes, twenty among migrations. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openPglite } from '../src/store/pglite.ts';
import { scratchFolder } from './cli-harness.ts';
import { expectStateToSurviveKills } from './kill-state.ts';

const cwd = scratchFolder();

test('embedded state killed at 40 random moments loses nothing that was acknowledged', {
  timeout: 1_800_000,
}, async () => {
  await expectStateToSurviveKills(cwd, { kills: 20, seed: 2 });
  expect.hasAssertions();
});

test('one killed while it is made is made anew', { timeout: 1_800_000 }, async () => {
  const module = join(import.meta.dirname, '../src/store/pglite.ts');
  for (const ms of [500, 1000, 2000, 3000, 4000, 6000]) {
    const folder = join(cwd, `made-${ms}`);
    const program = `await (await import(${JSON.stringify(module)})).openPglite(${JSON.stringify(folder)})`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program]);
    const gone = new Promise((resolve) => child.once('exit', resolve));
    await setTimeout(ms);
    child.kill('SIGKILL');
    await gone;
    const database = await openPglite(folder);
    expect(await database.query('select 1 as n')).toEqual([{ n: 1 }]);
    await database.close();
  }
});
