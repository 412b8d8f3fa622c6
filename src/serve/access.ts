/** Who may ask: names the server answers to, and keys. */

import { createHash, timingSafeEqual } from 'node:crypto';
import { fail } from './errors.ts';

/** Keys given on the command line, kept as hashes only. */
export interface Keys {
  /** The tenant behind an Authorization header; `undefined` when it is none of them. */
  find(authorization: string | undefined): string | undefined;
}

const hash = (key: string): Buffer => createHash('sha256').update(key).digest();

/** Every key is compared, in constant time. */
export function createKeys(keys: readonly string[]): Keys {
  const known = keys.map(hash);
  return {
    find(authorization) {
      const given = hash(bearerOf(authorization) ?? '');
      const at = known.map((one) => timingSafeEqual(one, given)).indexOf(true);
      return at < 0 ? undefined : known[at].toString('hex').slice(0, 16);
    },
  };
}

/** The secret in an Authorization header. */
export const bearerOf = (authorization: string | undefined): string | undefined =>
  /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];

/** The name in a Host header or origin, without port. */
function nameOf(host: string): string {
  try {
    return new URL(`http://${host}`).hostname;
  } catch {
    return '';
  }
}

/**
 * Refuses what did not come for us: a page elsewhere that makes a browser ask (its Origin), or a foreign name that leads
 * here (its Host: DNS rebinding). `hosts` are further names that we answer to; `origins` are pages that may ask.
 */
export function checkOrigin(
  headers: { readonly host: string | undefined; readonly origin: string | undefined },
  { hosts, origins }: { readonly hosts: readonly string[]; readonly origins: readonly string[] },
): void {
  const ours = ['localhost', '127.0.0.1', '[::1]', ...hosts];
  if (!ours.includes(nameOf(headers.host ?? ''))) throw fail('serve/host', undefined);
  const { origin } = headers;
  if (origin === undefined || origins.includes(origin)) return;
  const own = URL.canParse(origin) && new URL(origin).host === headers.host;
  if (!own) throw fail('serve/host', undefined);
}
