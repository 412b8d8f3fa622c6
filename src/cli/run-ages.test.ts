import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runsByAge } from './run-ages.ts';

const folder = mkdtempSync(join(tmpdir(), 'inkstone-ages-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A folder with files that were last changed at these seconds. */
function place(name: string, files: Readonly<Record<string, number>>): void {
  mkdirSync(join(folder, name));
  for (const [file, seconds] of Object.entries(files)) {
    writeFileSync(join(folder, name, file), '');
    utimesSync(join(folder, name, file), seconds, seconds);
  }
}

test('the run in which something happened last comes first', async () => {
  place('old', { 'config.json': 100, 'metrics.jsonl': 200 });
  place('going-on', { 'config.json': 50, 'metrics.jsonl': 400 });
  place('just-begun', { 'config.json': 300 });
  place('no-run', { 'metrics.jsonl': 500 });
  const runs = ['going-on', 'just-begun', 'old'].map((name) => join(folder, name));
  expect(await runsByAge(folder)).toEqual(runs);
  expect(await runsByAge(join(folder, 'nowhere'))).toEqual([]);
});
