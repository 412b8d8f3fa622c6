/** Names that come from outside (archives, manifests, headers): refused unless they stay where they belong. */

import { fail } from './errors.ts';
import { limits } from './limits.ts';

const RESERVED_ON_WINDOWS = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;

/** Why a relative path with `/` is unsafe on some system, or `undefined`. */
export function unsafePath(path: string): string | undefined {
  if (path === '') return 'it is empty';
  if (Buffer.byteLength(path) > limits.pathBytes) return `it is longer than ${limits.pathBytes} bytes`;
  for (let i = 0; i < path.length; i++) if (path.charCodeAt(i) < 32) return 'it holds a control character';
  if (path.includes('\\')) return 'it holds a backslash';
  if (path.includes(':')) return 'it holds a colon';
  if (path.startsWith('/')) return 'it is absolute';
  for (const part of path.split('/')) {
    if (part === '') return 'it has an empty part';
    if (part === '.' || part === '..') return `it has a part "${part}"`;
    if (part.endsWith('.') || part.endsWith(' ')) return 'a part ends with a dot or space';
    if (RESERVED_ON_WINDOWS.test(part)) return `"${part}" is a device name on Windows`;
  }
  return undefined;
}

/** Throws unless `name` is a single safe name without folders. */
export function checkFileName(name: string): void {
  const reason = unsafePath(name) ?? (name.includes('/') ? 'it names a folder' : undefined);
  if (reason) throw fail('io/name', { name, reason });
}
