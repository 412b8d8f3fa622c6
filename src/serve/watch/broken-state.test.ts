import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { functionModel } from '../../decode/index.ts';
import { createState } from '../../store/index.ts';
import { migrate } from '../../store/migrate.ts';
import { migrations } from '../../store/migrations.ts';
import { openPglite } from '../../store/pglite.ts';
import { type DatabaseThread, startDatabaseThread } from '../../store/pglite-thread.ts';
import { trainCharacters } from '../../text/index.ts';
import { createLocalModel } from '../engine/local-model.ts';
import { startServer } from '../server.ts';

const folder = mkdtempSync(join(tmpdir(), '墨 broken-'));

let thread: DatabaseThread | undefined;
/** Where the database is sought; its own place when it is undefined. */
let elsewhere: string | undefined;
const database = await openPglite(join(folder, 'state'), {
  async start(place, onStop) {
    thread = await startDatabaseThread(elsewhere ?? place, onStop);
    return thread;
  },
});
await migrate(database, migrations);
const state = createState(database);
const tokenizer = trainCharacters(['春夏秋冬'], { specialTokens: ['<|endoftext|>'] });
const { vocabSize, eosId } = tokenizer;
const model = createLocalModel({
  id: 'poems',
  model: functionModel({
    vocabSize,
    contextLength: 100_000,
    logits: (ids) => Float32Array.from({ length: vocabSize }, (_, id) => (id === ids.length % 4 ? 9 : 0)),
  }),
  tokenizer,
  prefixIds: [eosId!],
});
const faults: unknown[] = [];
const server = await startServer({ models: [model], state, onFault: (error) => faults.push(error) });
afterAll(async () => {
  await server.close({ graceMs: 100 });
  model.close();
  await state.close();
  rmSync(folder, { recursive: true });
});

const ask = (path: string, body?: object) =>
  fetch(`${server.url}${path}`, {
    ...(body && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
const write = (max_tokens: number, more: object = {}) =>
  ask('/v1/completions', { model: 'poems', prompt: '春', max_tokens, ...more });

test('a database that breaks down: texts go on, what needs it is 503 until it opens again', async () => {
  const stream = (await write(20_000, { stream: true })).text();
  elsewhere = join(folder, 'no-database');
  writeFileSync(elsewhere, '');
  await thread!.kill();
  const refused = await ask('/api/conversations');
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('2');
  expect(await refused.text()).not.toContain(folder);
  expect(faults).toContainEqual(expect.objectContaining({ code: 'store/stopped' }));
  elsewhere = undefined;
  expect((await ask('/api/conversations')).status).toBe(200);
  expect((await write(5)).status).toBe(200);
  expect(await stream).toContain('[DONE]');
}, 180_000);
