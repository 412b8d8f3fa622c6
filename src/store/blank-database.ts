/** A database without a single table, kept in the cache folder: a new one that starts from it is there five times as soon. */

import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { nodeFiles, userCacheFolder, writeFileAtomic } from '../io/index.ts';

/** Each version of PGlite has its own. */
async function blankPath(): Promise<string> {
  const manifest = new URL('../package.json', import.meta.resolve('@electric-sql/pglite'));
  const { version } = JSON.parse(await readFile(manifest, 'utf8'));
  return join(userCacheFolder(), 'databases', `pglite-${version}.tar`);
}

/** As it was dumped, or `undefined` where none is kept. */
export async function readBlank(): Promise<Uint8Array | undefined> {
  return readFile(await blankPath()).catch(() => undefined);
}

/** Where it cannot be kept, the next database just takes as long. */
export async function keepBlank(dump: () => Promise<Uint8Array>): Promise<void> {
  const path = await blankPath();
  try {
    await nodeFiles.makeFolder(dirname(path));
    await writeFileAtomic(path, await dump());
  } catch {}
}
