/** `inkstone index` killed in the middle: every batch is there whole or not at all, and the next run completes it. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRng } from '../src/rng.ts';
import { openStore } from '../src/store/index.ts';
import { inkstone, scratchFolder, startInkstone } from './cli-harness.ts';

const cwd = scratchFolder();
const DOCUMENTS = 400;
/** Documents that `index` writes at once. */
const BATCH = 64;

test('a process that is killed while it indexes leaves every batch whole', async () => {
  mkdirSync(join(cwd, 'many'));
  for (let i = 0; i < DOCUMENTS; i++) {
    writeFileSync(join(cwd, `many/${i}.txt`), `Document ${i} of many. `.repeat(200));
  }
  const rng = createRng(7);
  let before = 0;
  for (let kills = 0; kills < 6; kills++) {
    const { child, ended } = startInkstone(['index', 'many', '--out', 'index'], { cwd });
    await new Promise((resolve) => setTimeout(resolve, 3_000 + 15_000 * rng.uniform()));
    child.kill('SIGKILL');
    await ended;
    const database = openStore({ folder: join(cwd, 'index') });
    const [{ documents, chunks, empty }] = await database.query<Counts>(
      `select (select count(*)::int from documents) as documents, (select count(*)::int from chunks) as chunks,
        (select count(*)::int from documents where id not in (select document from chunks)) as empty`,
    );
    await database.close();
    const isWhole = documents % BATCH === 0 || documents === DOCUMENTS;
    expect({ isWhole, empty, chunks: chunks % Math.max(1, documents) }).toEqual({
      isWhole: true,
      empty: 0,
      chunks: 0,
    });
    expect(documents).toBeGreaterThanOrEqual(before);
    before = documents;
  }
  const last = await inkstone(['index', 'many', '--out', 'index', '--json'], { cwd });
  expect(last.json.at(-1)).toMatchObject({ added: DOCUMENTS - before, same: before, changed: 0 });
}, 300_000);

interface Counts {
  readonly documents: number;
  readonly chunks: number;
  readonly empty: number;
}
