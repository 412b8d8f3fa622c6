/** Who may ask: names the server answers to, and keys. */

import { createHash, timingSafeEqual } from 'node:crypto';
import { fail } from './errors.ts';

/** Keys are kept as hashes only. */
export interface Keys {
  /** The tenant behind an Authorization header. @throws when a key is needed and this is none. */
  tenantOf(authorization: string | undefined): string;
}

const hash = (key: string): Buffer => createHash('sha256').update(key).digest();

/** With no keys everyone is welcome, as one tenant. Every key is compared, in constant time. */
export function createKeys(keys: readonly string[]): Keys {
  const known = keys.map(hash);
  return {
    tenantOf(authorization) {
      if (known.length === 0) return '';
      const given = hash(/^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? '');
      const matches = known.map((one) => timingSafeEqual(one, given));
      const at = matches.indexOf(true);
      if (at < 0) throw fail('serve/key', undefined);
      return known[at].toString('hex').slice(0, 16);
    },
  };
}

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
