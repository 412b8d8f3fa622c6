/** A server takes in what `inkstone update` promotes or takes back, and stays as it is where that cannot be served. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { updateFollower } from '../src/cli/served-updates.ts';
import type { ServedModel } from '../src/serve/index.ts';
import { scratchFolder } from './cli-harness.ts';

const cwd = scratchFolder();

function put(run: string, name: string, state: string, step: number): void {
  const folder = join(cwd, run, 'updates', name);
  mkdirSync(folder, { recursive: true });
  const record = { version: 1, state, begun: '', source: 'x', documents: 1, task: {}, from: 0, step };
  writeFileSync(join(folder, 'update.json'), JSON.stringify(record));
}

const model = (id: string, step?: number, parent?: string) =>
  ({ id, parent, origin: { parameters: 1, source: 'x', step } }) as unknown as ServedModel;

test('what is promoted and taken back is loaded, each once; what is refused is not', async () => {
  put('poems', '0001-2026-11-29', 'promoted', 52);
  const load = vi.fn(async (id: string) => model(id, 52));
  const told: string[] = [];
  const terminal = {
    print: (line = '') => void told.push(line),
    error: (line: string) => void told.push(line),
    json() {},
  };
  const served = [model('poems', 52), model('poems-lora', 52, 'poems'), model('file.gguf')];
  writeFileSync(join(cwd, 'file.gguf'), '');
  const look = updateFollower({
    ...{ registry: { list: () => served, load }, terminal },
    folderOf: (id) => join(cwd, id),
  });
  await look();
  put('poems', '0002-2026-11-29', 'training', 64);
  await look();
  put('poems', '0002-2026-11-29', 'refused', 64);
  await look();
  expect(load).not.toHaveBeenCalled();
  put('poems', '0003-2026-11-29', 'promoted', 64);
  await Promise.all([look(), look()]);
  await look();
  expect(load.mock.calls).toEqual([['poems']]);
  expect(told).toEqual(['poems: updated, step 52 is served now']);
  put('poems', '0003-2026-11-29', 'rolled-back', 64);
  load.mockRejectedValueOnce(new Error('not signed'));
  await look();
  await look();
  expect(load).toHaveBeenCalledTimes(2);
  expect(told.at(-1)).toBe('poems: its update cannot be served, the model stays as it was: not signed');
  // One that is taken away and comes back is looked at as it then is.
  served.shift();
  await look();
  served.unshift(model('poems', 40));
  await look();
  expect(load).toHaveBeenCalledTimes(3);
});
