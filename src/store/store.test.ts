import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { stateContract } from '../../test/contracts/state.ts';
import { type PostgresServer, postgresPrograms, startPostgres } from '../../test/postgres-server.ts';
import { openStore, type StorePlace } from './open-store.ts';

const closers: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

async function open(place: StorePlace) {
  const store = openStore(place);
  closers.push(() => store.close());
  return store;
}

describe('PGlite', () => {
  stateContract(async () => {
    const folder = mkdtempSync(join(tmpdir(), '墨 state-'));
    closers.push(() => rmSync(folder, { recursive: true }));
    return open({ folder: join(folder, 'state') });
  });
});

const programs = postgresPrograms();
if (programs === undefined) test.skip('PostgreSQL: skipped: needs PostgreSQL (apt-get install postgresql)');
else {
  describe('PostgreSQL', () => {
    let server: PostgresServer;
    stateContract(async () => {
      server = await startPostgres(programs);
      closers.push(() => server.stop());
      return open({ url: server.url });
    });

    test('a server that goes away is told from a statement that it refuses', async () => {
      const store = await open({ url: server.url });
      await expect(store.query('select nothing')).rejects.toMatchObject({ code: '42703' });
      await server.stop();
      const gone = { code: 'store/unreachable' };
      await expect(store.query('select 1')).rejects.toMatchObject(gone);
      await expect(store.transaction((tx) => tx.query('select 1'))).rejects.toMatchObject(gone);
    });
  });
}
