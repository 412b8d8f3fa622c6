/** Folders with an empty embedded database: made once (it takes seconds), then copied. */

import {
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPglite } from '../src/store/pglite.ts';

const modules = join(import.meta.dirname, '../node_modules');
const { version } = JSON.parse(readFileSync(join(modules, '@electric-sql/pglite/package.json'), 'utf8'));
const template = join(modules, `.cache/inkstone-state-${version}`);

/** Fills `folder`, which must not exist, with a database without a single table. */
export async function copyEmptyState(folder: string): Promise<void> {
  if (!existsSync(template)) await makeTemplate();
  cpSync(template, folder, { recursive: true, mode: constants.COPYFILE_FICLONE });
}

async function makeTemplate(): Promise<void> {
  const aside = mkdtempSync(join(tmpdir(), 'inkstone-template-'));
  await (await openPglite(join(aside, 'state'))).close();
  mkdirSync(join(modules, '.cache'), { recursive: true });
  const near = `${template}.${process.pid}`;
  cpSync(join(aside, 'state'), near, { recursive: true });
  try {
    renameSync(near, template);
  } catch {
    // Another test was faster.
    rmSync(near, { recursive: true });
  }
  rmSync(aside, { recursive: true });
}
