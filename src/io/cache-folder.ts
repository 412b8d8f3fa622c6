/** Where downloads are kept: the cache folder that the user's system has for this. */

import { homedir } from 'node:os';
import { join } from 'node:path';

/** `INKSTONE_CACHE`, else XDG_CACHE_HOME or ~/.cache, ~/Library/Caches, LOCALAPPDATA, each with `inkstone` behind it. */
export function userCacheFolder(
  env: { readonly [name: string]: string | undefined } = process.env,
  platform: string = process.platform,
  home: string = homedir(),
): string {
  if (env.INKSTONE_CACHE) return env.INKSTONE_CACHE;
  if (platform === 'win32')
    return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'inkstone', 'Cache');
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'inkstone');
  return join(env.XDG_CACHE_HOME || join(home, '.cache'), 'inkstone');
}
