/** `--remote`: endpoints by name. */

import { type RemoteServed, remoteServed } from '../serve/index.ts';
import { fail } from './errors.ts';

/**
 * Reads `NAME=URL#MODEL`, several separated by commas. The key comes from the environment, so that it stands in no history
 * of commands and no list of processes.
 */
export function parseRemotes(
  text: string,
  apiKey: string | undefined = process.env.INKSTONE_REMOTE_KEY,
): RemoteServed[] {
  return text.split(',').map((one) => {
    const [, id, url, model] = /^([^=]+)=([^#]+)#(.+)$/.exec(one.trim()) ?? [];
    if (id === undefined) throw fail('cli/remote', { remote: one.trim() });
    return remoteServed(id, { url, model, ...(apiKey !== undefined && { apiKey }) });
  });
}
