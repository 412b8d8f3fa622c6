/** Which encoding text is in: UTF-8, else UTF-16 or GB18030 where the bytes say so clearly. */

import { isUtf8 } from 'node:buffer';
import { decodeUtf8 } from './utf8.ts';

/** Names of the WHATWG Encoding Standard. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'gb18030';

/** Bytes from the start of a file that are enough to tell. */
export const SAMPLE_BYTES = 1024 * 1024;

/**
 * The encoding of the beginning of a text, at most a character of which may be cut off at the end; `undefined` if none fits. UTF-16 is
 * told by its mark, or by zero bytes on one side of nearly every pair. GB18030 is taken only if nearly all of its two-byte characters are
 * those of GB 2312, which covers everyday Chinese: damaged UTF-8 is never read as Chinese that was not there.
 */
export function detectEncoding(sample: Uint8Array, isWhole: boolean): Encoding | undefined {
  if (sample[0] === 0xff && sample[1] === 0xfe) return 'utf-16le';
  if (sample[0] === 0xfe && sample[1] === 0xff) return 'utf-16be';
  if (isUtf8(isWhole ? sample : wholeCharacters(sample))) {
    // A zero byte is UTF-8, too, but in no text: every second one is UTF-16 of Latin letters.
    return zeroSide(sample) ?? 'utf-8';
  }
  const wide = zeroSide(sample);
  if (wide) return wide;
  return isLikelyGb18030(sample, isWhole) ? 'gb18030' : undefined;
}

/** Text of a whole file and its encoding. @throws as `decodeUtf8` where no encoding fits. */
export function decodeText(bytes: Uint8Array, path: string): { text: string; encoding: Encoding } {
  const encoding = detectEncoding(bytes, true);
  if (encoding === undefined || encoding === 'utf-8')
    return { text: decodeUtf8(bytes, path), encoding: 'utf-8' };
  try {
    return { text: new TextDecoder(encoding, { fatal: true }).decode(bytes), encoding };
  } catch {
    return { text: decodeUtf8(bytes, path), encoding: 'utf-8' };
  }
}

/** UTF-8 without the bytes of a character that is cut off at the end. */
export function wholeCharacters(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if (byte < 0x80) break;
    if (byte >= 0xc0)
      return byte >= 0xf0 || (byte >= 0xe0 && back < 3) || back < 2 ? bytes.subarray(0, -back) : bytes;
  }
  return bytes;
}

const LEAST_WIDE = 0.4;

function zeroSide(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes.length < 4) return undefined;
  const zeros = [0, 0];
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === 0) zeros[i & 1]++;
  const pairs = bytes.length >> 1;
  if (zeros[1] > LEAST_WIDE * pairs && zeros[0] < 0.01 * pairs) return 'utf-16le';
  if (zeros[0] > LEAST_WIDE * pairs && zeros[1] < 0.01 * pairs) return 'utf-16be';
  return undefined;
}

/** Least share of GB 2312 among the characters of two bytes. UTF-8 of Chinese, read in pairs, has about 0.4. */
const LEAST_COMMON = 0.6;

function isLikelyGb18030(bytes: Uint8Array, isWhole: boolean): boolean {
  let pairs = 0;
  let common = 0;
  for (let i = 0; i < bytes.length; ) {
    const lead = bytes[i];
    if (lead < 0x80) {
      i++;
      continue;
    }
    if (i + 1 >= bytes.length) return !isWhole && common >= LEAST_COMMON * pairs && pairs > 0;
    const trail = bytes[i + 1];
    if (lead === 0x80 || lead === 0xff) return false;
    if (trail >= 0x30 && trail <= 0x39) {
      i += 4;
      continue;
    }
    if (trail < 0x40 || trail === 0x7f || trail === 0xff) return false;
    pairs++;
    // Rows of signs (A1–A9) and of characters (B0–F7).
    if (trail >= 0xa1 && ((lead >= 0xa1 && lead <= 0xa9) || (lead >= 0xb0 && lead <= 0xf7))) common++;
    i += 2;
  }
  return pairs > 0 && common >= LEAST_COMMON * pairs;
}
