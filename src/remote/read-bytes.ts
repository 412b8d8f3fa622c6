/** An answer that is no text. */

import { fail } from './errors.ts';
import { limits } from './limits.ts';

/** The body, within bounds. @throws `remote/broken` */
export async function readBytes({ body }: Response, host: string): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body!) {
    length += piece.length;
    if (length > limits.bodyBytes) {
      throw fail('remote/broken', { host, reason: `it sent more than ${limits.bodyBytes} bytes` });
    }
    pieces.push(piece);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
