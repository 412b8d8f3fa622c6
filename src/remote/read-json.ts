/** An answer that comes whole. */

import { fail } from './errors.ts';
import { limits } from './limits.ts';

/** The body, within bounds; undefined when it is no JSON. */
export async function readJson({ body }: Response, host: string): Promise<unknown> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const piece of body!) {
    bytes += piece.length;
    if (bytes > limits.bodyBytes) {
      throw fail('remote/broken', { host, reason: `it sent more than ${limits.bodyBytes} bytes` });
    }
    text += decoder.decode(piece, { stream: true });
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
