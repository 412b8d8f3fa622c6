/** `--remote`: endpoints by name. */

import type { RemoteModelOptions } from '../remote/index.ts';
import { type RemoteServed, remoteServed } from '../serve/index.ts';
import { endpointOf } from './endpoints.ts';
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
  const [, id, spec = ''] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  const endpoint = endpointOf(spec, apiKey);
  if (id === undefined || !endpoint) throw fail('cli/remote', { remote: text });
  return { id, ...endpoint };
}
