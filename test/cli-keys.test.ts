/** `inkstone keys`, and a server that asks for them. */

import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { openState } from '../src/store/index.ts';
import { inkstone, scratchFolder, serving, startInkstone, tiny, writeTexts } from './cli-harness.ts';

const cwd = scratchFolder();
const keys = (...words: string[]) => inkstone(['keys', ...words], { cwd });

beforeAll(async () => {
  writeTexts(cwd);
  const { status } = await inkstone(['train', '--data', 'en.txt', ...tiny, '--steps', '4', '--out', 'run'], {
    cwd,
  });
  expect(status).toBe(0);
});

test('keys are made, listed, revoked, and asked for', async () => {
  expect((await keys('list')).out).toContain('there are no keys');
  const made = await keys('create', 'ci', '--requests-per-minute', '2', '--json');
  const { secret } = made.json[0] as { secret: string };
  expect(secret).toMatch(/^ik-[\w-]{43}$/);
  expect(await keys('create', 'ci')).toMatchObject({
    status: 2,
    err: expect.stringContaining('"ci" is in use'),
  });
  const listed = await keys('list');
  expect(listed.out).toMatch(/^ci {2}….{4} {2}\d{4}-\d\d-\d\d {2}requestsPerMinute 2\n$/);
  expect(listed.out).not.toContain(secret);

  const { child, ended } = startInkstone(['serve', 'run', '--port', '0', '--json'], { cwd });
  const { url } = await serving(child);
  const ask = (key: string) =>
    fetch(`${url}/v1/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'run', prompt: 'the', max_tokens: 3 }),
    });
  expect((await ask('none')).status).toBe(401);
  expect((await ask(secret)).status).toBe(200);
  const locked = await keys('list');
  expect([locked.status, locked.err]).toEqual([2, expect.stringContaining(`process ${child.pid}`)]);
  child.kill('SIGINT');
  const { err } = await ended;
  expect(err).not.toContain(secret);
  // The last request was written down before the end.
  const state = openState({ folder: join(cwd, '.inkstone/state') });
  expect((await state.audit.list({ limit: 9 })).data.map(({ status }) => status)).toEqual([200]);
  await state.close();

  expect((await keys('revoke', 'cj')).err).toContain('did you mean "ci"?');
  expect((await keys('revoke', 'ci')).status).toBe(0);
  expect((await keys('list')).out).toContain('revoked');
}, 240_000);

test.each([
  [['keys', 'craete', 'x'], 'create, list, revoke'],
  [['keys', 'create'], 'inkstone keys create ci'],
  [['keys', 'list', '--admin'], '--admin is an option of "keys create" only'],
] as const)('%j is refused with the cure', async (argv, sentence) => {
  const { status, err } = await inkstone(argv, { cwd });
  expect([status, err]).toEqual([2, expect.stringContaining(sentence)]);
});
