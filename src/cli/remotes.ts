/** `--remote`: endpoints by name. */

import type { RemoteModelOptions } from '../remote/index.ts';
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
    const { id, ...endpoint } = readRemote(one.trim(), apiKey);
    return remoteServed(id, endpoint);
  });
}

/** Reads one `NAME=URL#MODEL`. */
export function readRemote(
  text: string,
  apiKey: string | undefined = process.env.INKSTONE_REMOTE_KEY,
): RemoteModelOptions & { readonly id: string } {
  const [, id, url, model] = /^([^=]+)=([^#]+)#(.+)$/.exec(text) ?? [];
  if (id === undefined) throw fail('cli/remote', { remote: text });
  return { id, url, model, ...(apiKey !== undefined && { apiKey }) };
}
