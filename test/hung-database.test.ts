/** A PostgreSQL server that does not go away and does not answer either. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { functionModel } from '../src/decode/index.ts';
import { createLocalModel, type RunningServer, startServer } from '../src/serve/index.ts';
import { createState, type Database, limits, openStore, type State } from '../src/store/index.ts';
import { trainCharacters } from '../src/text/index.ts';
import { type PostgresServer, postgresPrograms, startPostgres } from './postgres-server.ts';

const programs = postgresPrograms();
const { statementMs, silenceMs } = limits;

describe.skipIf(!programs)(
  programs ? 'PostgreSQL that hangs' : 'PostgreSQL that hangs: skipped: needs PostgreSQL',
  () => {
    let postgres: PostgresServer;
    let other: Database;
    let store: Database;
    let state: State;
    let server: RunningServer;
    const tokenizer = trainCharacters(['春夏'], { specialTokens: ['<|endoftext|>'] });
    const { vocabSize } = tokenizer;
    const logits = () => new Float32Array(vocabSize);
    const model = createLocalModel({ id: 'poems', model: functionModel({ vocabSize, logits }), tokenizer });
    beforeAll(async () => {
      postgres = await startPostgres(programs!);
      other = openStore({ url: postgres.url });
      await other.query('select 1');
      Object.assign(limits, { statementMs: 400, silenceMs: 1000 });
      store = openStore({ url: postgres.url });
      state = createState(store);
      server = await startServer({ models: [model], state });
    });
    afterAll(async () => {
      Object.assign(limits, { statementMs, silenceMs });
      await server?.close({ graceMs: 100 });
      model.close();
      await state?.close();
      await other?.close();
      await postgres?.stop();
    });

    /** While somebody else holds a table of the state. */
    const whileLocked = (table: string, body: () => Promise<void>): Promise<void> =>
      other.transaction(async (tx) => {
        await tx.query(`lock table ${table} in access exclusive mode`);
        await body();
      });

    test('a statement behind a lock is given up, and the next one works', async () => {
      await whileLocked('conversations', async () => {
        const slow = { code: 'store/slow', data: { within: 0.4 } };
        const count = 'select count(*) from conversations';
        await expect(store.query(count)).rejects.toMatchObject(slow);
        await expect(store.transaction((tx) => tx.query(count))).rejects.toMatchObject(slow);
      });
      expect(await store.query('select id from conversations')).toEqual([]);
    });

    test('a client is told to come later', async () => {
      await whileLocked('conversations', async () => {
        const response = await fetch(`${server.url}/api/conversations`);
        expect(response.status).toBe(503);
        expect(response.headers.get('retry-after')).toBe('2');
        expect(await response.json()).toMatchObject({ error: { code: 'serve/state-down' } });
      });
      expect((await fetch(`${server.url}/api/conversations`)).status).toBe(200);
    });

    test('a server that says nothing is left, in a transaction too', async () => {
      const gone = { code: 'store/unreachable' };
      const stopped: number[] = [];
      try {
        const ask = store.transaction(async (tx) => {
          const [{ pid }] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
          stopped.push(pid);
          process.kill(pid, 'SIGSTOP');
          await tx.query('select 1');
        });
        await expect(ask).rejects.toMatchObject(gone);
        // Another connection takes its place.
        const [{ pid }] = await store.query<{ pid: number }>('select pg_backend_pid() as pid');
        expect(stopped).not.toContain(pid);
      } finally {
        for (const pid of stopped) process.kill(pid, 'SIGCONT');
      }
    });
  },
);
