/** Drawn shapes: their folder is whole or has no table. */

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writeShapes } from './shapes.ts';

const folder = mkdtempSync(join(tmpdir(), '墨 shapes-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('what was drawn over and not finished has no table', async () => {
  const out = join(folder, 'twice');
  const { table } = await writeShapes(out, { count: 2, size: 16 });
  expect(existsSync(table)).toBe(true);
  const stop = new AbortController();
  const onProgress = () => stop.abort(new Error('enough'));
  const again = writeShapes(out, { count: 2, size: 16, seed: 1, onProgress, signal: stop.signal });
  await expect(again).rejects.toThrow('enough');
  expect(existsSync(table)).toBe(false);
});

test('what is refused leaves no folder', async () => {
  const out = join(folder, 'none');
  await expect(writeShapes(out, { count: 2, size: 8 })).rejects.toThrow('`size` must be');
  expect(existsSync(out)).toBe(false);
});
