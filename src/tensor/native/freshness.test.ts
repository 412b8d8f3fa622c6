import { appendFileSync, cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { loadAddon } from './addon.ts';
import { isAddonFresh } from './freshness.ts';

const { addon } = loadAddon();
const root = join(import.meta.dirname, '../../..');
const copies = mkdtempSync(join(tmpdir(), 'inkstone-sources-'));
afterAll(() => rmSync(copies, { recursive: true, force: true }));

/** A copy of the native sources. */
function copyOfSources(name: string): { readonly path: string; readonly url: URL } {
  const path = join(copies, name);
  for (const part of ['binding.gyp', 'src']) {
    cpSync(join(root, 'native', part), join(path, part), { recursive: true });
  }
  return { path, url: pathToFileURL(`${path}/`) };
}

test.skipIf(!addon)(
  `the addon was built from these sources; else: node native/build.mjs${addon ? '' : ` (skipped: needs the addon)`}`,
  async () => {
    expect(await isAddonFresh()).toBe(true);
  },
);

describe.skipIf(!addon)('an addon is not fresh', () => {
  test.each<[string, (folder: string) => void]>([
    ['when a kernel changed', (folder) => appendFileSync(join(folder, 'src/norm.inl'), '\n')],
    ['when the way of building changed', (folder) => appendFileSync(join(folder, 'binding.gyp'), '\n')],
    [
      'when a file is called otherwise',
      (folder) => renameSync(join(folder, 'src/norm.inl'), join(folder, 'src/norms.inl')),
    ],
  ])('%s', async (name, change) => {
    const { path, url } = copyOfSources(name);
    expect(await isAddonFresh(addon, url)).toBe(true);
    change(path);
    expect(await isAddonFresh(addon, url)).toBe(false);
  });

  test('when it does not say what it was built from', async () => {
    expect(await isAddonFresh({})).toBe(false);
  });

  test('but where there are no sources nobody can tell', async () => {
    expect(await isAddonFresh(addon, pathToFileURL(`${copies}/nowhere/`))).toBeUndefined();
  });
});
