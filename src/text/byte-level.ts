/**
 * How byte-level vocabularies spell bytes as visible characters (Radford et al. 2019, GPT-2): printable Latin-1
 * stands for itself, the other 68 bytes for U+0100, U+0101, … in their order.
 */

const spellings: string[] = [];
const bytes = new Map<number, number>();
for (let byte = 0, next = 0x100; byte < 256; byte++) {
  const printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
  const codePoint = printable ? byte : next++;
  spellings.push(String.fromCharCode(codePoint));
  bytes.set(codePoint, byte);
}

/** The character that stands for each byte. */
export const byteSpellings: readonly string[] = spellings;

/** The visible spelling of bytes. */
export function spellBytes(raw: Uint8Array): string {
  let spelling = '';
  for (const byte of raw) spelling += spellings[byte];
  return spelling;
}

/** The bytes behind a spelling, or `undefined` when a character of it stands for no byte. */
export function unspellBytes(spelling: string): Uint8Array | undefined {
  const raw = new Uint8Array(spelling.length);
  for (let i = 0; i < spelling.length; i++) {
    const byte = bytes.get(spelling.charCodeAt(i));
    if (byte === undefined) return undefined;
    raw[i] = byte;
  }
  return raw;
}
