import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, test } from 'vitest';
import { collectionContract } from '../../test/contracts/collection.ts';
import { postgresPrograms, startPostgres } from '../../test/postgres-server.ts';

const closers: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

describe('PGlite', () => {
  collectionContract(async () => {
    const scratch = mkdtempSync(join(tmpdir(), '墨 index-'));
    closers.push(() => rmSync(scratch, { recursive: true }));
    const folder = join(scratch, 'index');
    return { folder };
  });
});

const programs = postgresPrograms();
if (programs === undefined) test.skip('PostgreSQL: skipped: needs PostgreSQL (apt-get install postgresql)');
else {
  describe('PostgreSQL', () => {
    collectionContract(async () => {
      const server = await startPostgres(programs);
      closers.push(() => server.stop());
      return { url: server.url };
    });
  });
}
