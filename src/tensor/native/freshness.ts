/** Tells an addon that was built before its sources changed. It reads every source: nothing to do at each start. */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Addon, loadAddon } from './addon.ts';

/** From `src/` and from `dist/` alike. */
const nativeFolder = new URL('../../../native/', import.meta.url);

/**
 * Whether the addon was built from the native sources that lie here; undefined where there is no addon, or no sources.
 * One that does not say what it was built from was built from others.
 */
export async function isAddonFresh(
  addon: Pick<Addon, 'sources'> | undefined = loadAddon().addon,
  folder: URL = nativeFolder,
): Promise<boolean | undefined> {
  if (!addon || !existsSync(new URL('src', folder))) return undefined;
  const { hashOfSources } = (await import(new URL('sources.mjs', nativeFolder).href)) as {
    hashOfSources(folder: string): string;
  };
  return addon.sources === hashOfSources(fileURLToPath(folder));
}
