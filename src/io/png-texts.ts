/** Texts in a PNG file: chunks `iTXt`, which hold UTF-8 (PNG specification, third edition, §11.3.3.4). */

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 as PNG and zip have it. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 0xff];
  return (crc ^ 0xffffffff) >>> 0;
}

/** Length, type, data and checksum. */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(data.length + 8, crc32(bytes.subarray(4, data.length + 8)));
  return bytes;
}

const LAST_CHUNK = chunk('IEND', new Uint8Array());

/** The same file with texts before its end; as it is where it does not end as such files do. Zeros in a text become spaces. */
export function withPngTexts(png: Uint8Array, texts: Readonly<Record<string, string>>): Uint8Array {
  const end = png.length - LAST_CHUNK.length;
  if (end < 0 || LAST_CHUNK.some((byte, i) => png[end + i] !== byte)) return png;
  const chunks = Object.entries(texts).map(([keyword, text]) => {
    // Keyword, not compressed, without a language: five zeros in all.
    const bytes = new TextEncoder().encode(`${keyword}\0\0\0\0\0${text.replaceAll('\0', ' ')}`);
    return chunk('iTXt', bytes);
  });
  return Buffer.concat([png.subarray(0, end), ...chunks, png.subarray(end)]);
}
