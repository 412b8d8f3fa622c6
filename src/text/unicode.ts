/** Unicode classes of characters in one table look-up, and UTF-16 to UTF-8. */

/** Class bits of a code point. `OTHER` is what is neither letter, number nor white space. */
export const LETTER = 1;
export const NUMBER = 2;
export const SPACE = 4;
export const OTHER = 8;
/** Lu, Lt, Lm, Lo, M: what may stand before the lower-case part of a word in the o200k pattern. */
export const UPPER = 16;
/** Ll, Lm, Lo, M. */
export const LOWER = 32;
const KNOWN = 128;

const isLetter = /^\p{L}$/u;
const isNumber = /^\p{N}$/u;
// NOTE: Unicode White_Space, not JavaScript's \s, which has U+FEFF and lacks U+0085.
const isSpace = /^\p{White_Space}$/u;
const isUpper = /^[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]$/u;
const isLower = /^[\p{Ll}\p{Lm}\p{Lo}\p{M}]$/u;

/** Classes of the code units that are characters by themselves; 0 = surrogate or not asked yet. */
const units = new Uint8Array(0x10000);
const astral = new Map<number, number>();

function classify(codePoint: number): number {
  const c = String.fromCodePoint(codePoint);
  let bits = KNOWN;
  if (isLetter.test(c)) bits |= LETTER;
  else if (isNumber.test(c)) bits |= NUMBER;
  else if (isSpace.test(c)) bits |= SPACE;
  else bits |= OTHER;
  if (isUpper.test(c)) bits |= UPPER;
  if (isLower.test(c)) bits |= LOWER;
  return bits;
}

/** The rare path of `classAt`: a surrogate, or a character met for the first time. */
function lookUp(text: string, at: number): number {
  const codePoint = text.codePointAt(at)!;
  if (codePoint > 0xffff) {
    let bits = astral.get(codePoint);
    if (bits === undefined) astral.set(codePoint, (bits = classify(codePoint)));
    return bits;
  }
  // A lone surrogate is read as U+FFFD, like everywhere in UTF-8.
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return KNOWN | OTHER;
  return (units[codePoint] = classify(codePoint));
}

/** Class bits of the character that starts at `at` (inside the text). */
export function classAt(text: string, at: number): number {
  return units[text.charCodeAt(at)] || lookUp(text, at);
}

/** Code units of the character at `at`: 2 for a surrogate pair, else 1. */
export function widthAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  if (unit < 0xd800 || unit > 0xdbff || at + 1 >= text.length) return 1;
  return (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00 ? 2 : 1;
}

/** The first place at or after `at` whose character has none of the bits of `mask`. */
export function skip(text: string, at: number, mask: number): number {
  const { length } = text;
  while (at < length) {
    const bits = units[text.charCodeAt(at)];
    if (bits !== 0) {
      if ((bits & mask) === 0) return at;
      at++;
    } else {
      if ((lookUp(text, at) & mask) === 0) return at;
      at += widthAt(text, at);
    }
  }
  return at;
}

/**
 * Writes `text[start, end)` as UTF-8 to `out`, which must have room for 3 bytes per code unit; returns the number of
 * bytes. A lone surrogate becomes U+FFFD, as in `TextEncoder`.
 */
export function writeUtf8(text: string, start: number, end: number, out: Uint8Array): number {
  let n = 0;
  for (let i = start; i < end; i++) {
    let c = text.charCodeAt(i);
    if (c < 0x80) {
      out[n++] = c;
      continue;
    }
    if (c < 0x800) {
      out[n++] = 0xc0 | (c >> 6);
      out[n++] = 0x80 | (c & 0x3f);
      continue;
    }
    if (c >= 0xd800 && c <= 0xdfff) {
      const low = c < 0xdc00 && i + 1 < end ? text.charCodeAt(i + 1) : 0;
      if ((low & 0xfc00) === 0xdc00) {
        const codePoint = 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff);
        out[n++] = 0xf0 | (codePoint >> 18);
        out[n++] = 0x80 | ((codePoint >> 12) & 0x3f);
        out[n++] = 0x80 | ((codePoint >> 6) & 0x3f);
        out[n++] = 0x80 | (codePoint & 0x3f);
        i++;
        continue;
      }
      c = 0xfffd;
    }
    out[n++] = 0xe0 | (c >> 12);
    out[n++] = 0x80 | ((c >> 6) & 0x3f);
    out[n++] = 0x80 | (c & 0x3f);
  }
  return n;
}
