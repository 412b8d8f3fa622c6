/** Texts in PNG files, read back chunk by chunk; and zlib's checksum. */

import { inflateSync } from 'node:zlib';
import { decode } from 'fast-png';
import { expect, test } from 'vitest';
import { encodePng } from './images.ts';
import { withPngTexts } from './png-texts.ts';

const picture = { width: 2, height: 1, pixels: Uint8Array.of(1, 2, 3, 250, 251, 252) };

/** Every chunk: its type and data, with the checksum that it carries. */
function chunksOf(png: Uint8Array) {
  const view = new DataView(png.buffer, png.byteOffset);
  const chunks: { type: string; data: Buffer; crc: number }[] = [];
  for (let at = 8; at < png.length; ) {
    const length = view.getUint32(at);
    const data = Buffer.from(png.subarray(at + 8, at + 8 + length));
    chunks.push({
      type: Buffer.from(png.subarray(at + 4, at + 8)).toString(),
      data,
      crc: view.getUint32(at + 8 + length),
    });
    at += length + 12;
  }
  return chunks;
}

test('texts stand before the end, in any language, and the picture stays', async () => {
  const png = await encodePng(picture, { Description: '左边有一个红色的大圆形\0', Software: 'inkstone' });
  const chunks = chunksOf(png);
  expect(chunks.at(-1)!.type).toBe('IEND');
  const texts = chunks.filter(({ type }) => type === 'iTXt').map(({ data }) => data.toString());
  expect(texts).toEqual(['Description\0\0\0\0\0左边有一个红色的大圆形 ', 'Software\0\0\0\0\0inkstone']);
  // A reader that checks every chunk takes it.
  const { width, height, data } = decode(png, { checkCrc: true });
  expect({ width, height }).toEqual({ width: 2, height: 1 });
  expect([...data]).toEqual([...picture.pixels]);
  const idat = chunks.find(({ type }) => type === 'IDAT')!;
  expect(inflateSync(idat.data)).toHaveLength(7);
});

test('a checksum is that of the specification', async () => {
  // Of an empty IEND chunk it is AE 42 60 82.
  expect(chunksOf(await encodePng(picture, { Title: 'a' })).at(-1)!.crc).toBe(0xae426082);
});

test('what is no whole PNG file stays as it is', () => {
  const cut = Uint8Array.of(1, 2, 3);
  expect(withPngTexts(cut, { Title: 'a' })).toBe(cut);
  const long = new Uint8Array(40);
  expect(withPngTexts(long, { Title: 'a' })).toBe(long);
});
