/** Bytes to text, strictly. */

import { isUtf8 } from 'node:buffer';
import { fail } from './errors.ts';

/** Text of UTF-8 bytes; a leading byte order mark is left out. Anything else is an error that names `path` and the offset. */
export function decodeUtf8(bytes: Uint8Array, path: string): string {
  if (isUtf8(bytes)) return new TextDecoder('utf-8').decode(bytes);
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw fail('io/utf16', { path });
  }
  const offset = invalidOffset(bytes);
  throw fail('io/utf8', { path, offset, byte: bytes[offset] });
}

/** Where the first malformed sequence begins; `bytes.length` if there is none. Ranges: Unicode 15, table 3-7. */
export function invalidOffset(bytes: Uint8Array): number {
  let i = 0;
  while (i < bytes.length) {
    const lead = bytes[i];
    const length =
      lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (length === 0 || i + length > bytes.length) return i;
    for (let k = 1; k < length; k++) {
      const low = k > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
      const high = k > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
      if (bytes[i + k] < low || bytes[i + k] > high) return i;
    }
    i += length;
  }
  return i;
}
