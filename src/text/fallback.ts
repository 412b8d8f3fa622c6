/** What characters become that a vocabulary lacks: the tokens of their bytes, or its unknown token. */

import { byteTokenName } from './characters.ts';
import { fail } from './errors.ts';
import { writeUtf8 } from './unicode.ts';

/** Ids of the bytes by their names (`<0x0A>`), -1 where the vocabulary has none. */
export function byteTokenIds(idOf: (spelling: string) => number | undefined): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => idOf(byteTokenName(byte)) ?? -1);
}

/**
 * Appends what stands for `text[start, end)`: its bytes where all of them have tokens, else one unknown token. Errors
 * of the result: `text/no-character` when there is neither.
 */
export function createFallback(byteIds: Int32Array | undefined, unknownId: number | undefined) {
  let bytes = new Uint8Array(64);
  return (text: string, start: number, end: number, out: number[]): void => {
    if (byteIds) {
      if (bytes.length < (end - start) * 3) bytes = new Uint8Array((end - start) * 6);
      const count = writeUtf8(text, start, end, bytes);
      let complete = true;
      for (let i = 0; i < count; i++) if (byteIds[bytes[i]] < 0) complete = false;
      if (complete) {
        for (let i = 0; i < count; i++) out.push(byteIds[bytes[i]]);
        return;
      }
    }
    if (unknownId === undefined) {
      throw fail('text/no-character', { character: String.fromCodePoint(text.codePointAt(start)!) });
    }
    out.push(unknownId);
  };
}
