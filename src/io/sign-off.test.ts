import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { limits } from './limits.ts';
import { addSignOff, readSignOffs } from './sign-off.ts';

const folder = mkdtempSync(join(tmpdir(), 'inkstone-sign-off-'));
afterAll(() => rmSync(folder, { recursive: true }));
const by = (name: string) => ({ name, statement: 'read it', files: {} });

test('of two who sign at once none is lost in silence', async () => {
  const history = join(folder, 'two.jsonl');
  const signed = await Promise.allSettled([addSignOff(history, by('Li')), addSignOff(history, by('Du'))]);
  const done = signed.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  expect(done.length).toBeGreaterThan(0);
  expect(await readSignOffs(history)).toEqual(done);
  for (const one of signed)
    if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'folder/locked' });
  expect(readdirSync(folder)).toEqual(['two.jsonl']);
});

test('a history that cannot be looked at is not an empty one', async () => {
  const history = join(folder, 'loop.jsonl');
  symlinkSync(history, history);
  await expect(readSignOffs(history)).rejects.toMatchObject({ code: 'io/device' });
});

test('a history that is too long says so, and is never made', async () => {
  const history = join(folder, 'long.jsonl');
  let previous: string | null = null;
  const line = () => {
    const own = { at: '2026-01-01T00:00:00.000Z', ...by('Li'), previous };
    const hashed = [previous, own.at, own.name, own.statement, []];
    previous = createHash('sha256').update(JSON.stringify(hashed)).digest('hex');
    return `${JSON.stringify({ ...own, hash: previous })}\n`;
  };
  const lines = Array.from({ length: limits.signOffs + 1 }, line);
  writeFileSync(history, lines.slice(0, -1).join(''));
  expect(await readSignOffs(history)).toHaveLength(limits.signOffs);
  const full = { code: 'io/sign-offs-full', message: expect.stringContaining('at most 10000 approvals') };
  await expect(addSignOff(history, by('Du'))).rejects.toMatchObject(full);
  writeFileSync(history, lines.join(''));
  await expect(readSignOffs(history)).rejects.toMatchObject(full);
});
