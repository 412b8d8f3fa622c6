import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, test } from 'vitest';
import { stateContract } from '../../test/contracts/state.ts';
import { postgresPrograms, startPostgres } from '../../test/postgres-server.ts';
import { copyEmptyState } from '../../test/state-folder.ts';
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
    await copyEmptyState(join(folder, 'state'));
    return open({ folder: join(folder, 'state') });
  });
});

const programs = postgresPrograms();
if (programs === undefined) test.skip('PostgreSQL: skipped: needs PostgreSQL (apt-get install postgresql)');
else {
  describe('PostgreSQL', () => {
    stateContract(async () => {
      const server = await startPostgres(programs);
      closers.push(() => server.stop());
      return open({ url: server.url });
    });
  });
}
