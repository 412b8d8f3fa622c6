/** Pictures: PNG of every kind and JPEG as squares of a size, against PyTorch's scaling; what is damaged, too large or a bomb. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { encode } from 'fast-png';
import jpeg from 'jpeg-js';
import { afterAll, describe, expect, test } from 'vitest';
import { encodePng, readImage } from './images.ts';
import { readJpegHeader } from './jpeg-header.ts';
import { parseImage } from './parse-image.ts';
import { scaleImage } from './scale-image.ts';

const folder = mkdtempSync(join(tmpdir(), '墨 images-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const { scalings } = JSON.parse(
  readFileSync(new URL('../../test/golden/convolution.json', import.meta.url), 'utf8'),
) as { scalings: { height: number; width: number; size: number; y: number[] }[] };

test.each(scalings)('$height × $width to $size as PyTorch scales', ({ height, width, size, y }) => {
  const pixels = Uint8Array.from({ length: height * width * 3 }, (_, i) => (37 * i * i + 11 * i) % 256);
  const scaled = scaleImage({ width, height, pixels }, size).pixels;
  expect(scaled.length).toBe(y.length);
  y.forEach((value, i) => void expect(Math.abs(scaled[i] - value)).toBeLessThan(0.5001));
});

/** CRC-32, which gzip writes behind what it packs: `crc32` of node:zlib is newer than the oldest Node that must do. */
const crc32 = (bytes: Uint8Array): number => gzipSync(bytes).subarray(-8).readUInt32LE();

/** A chunk of a PNG file. */
function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32BE(data.length, 0);
  numbers.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([numbers.subarray(0, 4), body, numbers.subarray(4)]);
}

/** A PNG file from its parts; colour 0 is grey, 2 colour, 3 a palette. */
function png(width: number, height: number, depth: number, colour: number, ...chunks: Buffer[]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colour, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), ...chunks, chunk('IEND', Buffer.alloc(0))]);
}

/** A segment of Exif with two tags, of which the second is the orientation. */
function exifOf(orientation: number, isLittle: boolean): Buffer {
  const tiff = new DataView(new ArrayBuffer(8 + 2 + 2 * 12 + 4));
  const put = (at: number, ...values: number[]) =>
    values.forEach((value, i) => void tiff.setUint16(at + 2 * i, value, isLittle));
  put(0, isLittle ? 0x4949 : 0x4d4d, 42);
  tiff.setUint32(4, 8, isLittle);
  put(8, 2, 0x0100, 3);
  put(22, 0x0112, 3);
  tiff.setUint32(26, 1, isLittle);
  put(30, orientation);
  const body = Buffer.concat([Buffer.from('Exif\0\0'), new Uint8Array(tiff.buffer)]);
  return Buffer.concat([Buffer.from([0xff, 0xe1, 0, body.length + 2]), body]);
}

describe('files', () => {
  const colours = Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30]);

  test('PNG: colour, 16 bits, grey, one bit, palette, transparent, with what does not belong to the picture', async () => {
    const square = { width: 2, height: 2, depth: 8 as const };
    const read = async (bytes: Uint8Array, name = 'a.png') =>
      Array.from((await readImage(write(name, bytes), 2)).pixels);
    expect(await read(await encodePng({ width: 2, height: 2, pixels: colours }), 'no ending')).toEqual([
      ...colours,
    ]);
    const wide = Uint16Array.from(colours, (value) => value * 257);
    expect(await read(encode({ ...square, depth: 16, channels: 3, data: wide }))).toEqual([...colours]);
    const grey = [7, 7, 7, 100, 100, 100, 255, 255, 255, 0, 0, 0];
    expect(await read(encode({ ...square, channels: 1, data: Uint8Array.of(7, 100, 255, 0) }))).toEqual(grey);
    const clear = Uint8Array.of(9, 9, 9, 0, 9, 9, 9, 255, 0, 0, 0, 51, 0, 0, 0, 255);
    expect(await read(encode({ ...square, channels: 4, data: clear }))).toEqual(
      [255, 9, 204, 0].flatMap((value) => [value, value, value]),
    );
    const bits = chunk('IDAT', deflateSync(Buffer.from([0, 0b10000000, 0, 0b01000000])));
    expect(await read(png(2, 2, 1, 0, bits))).toEqual([255, 0, 0, 255].flatMap((v) => [v, v, v]));
    const palette = chunk('PLTE', Buffer.from([1, 2, 3, 4, 5, 6]));
    const bomb = chunk('zTXt', Buffer.concat([Buffer.from('a\0\0'), deflateSync(Buffer.alloc(1e6))]));
    expect(await read(png(2, 2, 1, 3, bomb, palette, bits))).toEqual([4, 5, 6, 1, 2, 3, 1, 2, 3, 4, 5, 6]);
    // Of full colour, a palette is only advice.
    const lines = chunk(
      'IDAT',
      deflateSync(Buffer.from([0, ...colours.slice(0, 6), 0, ...colours.slice(6)])),
    );
    expect(await read(png(2, 2, 8, 2, palette, lines))).toEqual([...colours]);
  });

  test('PNG: the one colour, or grey, that a chunk says is transparent', async () => {
    const read = async (bytes: Uint8Array) =>
      Array.from((await readImage(write('clear.png', bytes), 2)).pixels);
    const key = (...values: number[]) => chunk('tRNS', Buffer.from(values.flatMap((value) => [0, value])));
    const lines = chunk(
      'IDAT',
      deflateSync(Buffer.from([0, ...colours.slice(0, 6), 0, ...colours.slice(6)])),
    );
    expect(await read(png(2, 2, 8, 2, key(10, 20, 30), lines))).toEqual([
      ...colours.slice(0, 9),
      255,
      255,
      255,
    ]);
    const greys = chunk('IDAT', deflateSync(Buffer.from([0, 7, 8, 0, 9, 7])));
    expect(await read(png(2, 2, 8, 0, key(7), greys))).toEqual([255, 8, 9, 255].flatMap((v) => [v, v, v]));
    const bits = chunk('IDAT', deflateSync(Buffer.from([0, 0b10000000, 0, 0b01000000])));
    expect(await read(png(2, 2, 1, 0, key(0), bits))).toEqual(Array(12).fill(255));
  });

  test('JPEG: nearly what was written', async () => {
    const data = Buffer.alloc(16 * 16 * 4, Buffer.from([200, 60, 30, 255]));
    const path = write('a.jpg', jpeg.encode({ width: 16, height: 16, data }, 95).data);
    const { width, height, pixels } = await readImage(path, 3);
    expect({ width, height }).toEqual({ width: 3, height: 3 });
    for (let i = 0; i < 27; i++) expect(Math.abs(pixels[i] - [200, 60, 30][i % 3])).toBeLessThan(6);
  });

  // Where a picture "ab/cd" (rows from the top) stands upright: by Pillow's `exif_transpose` as by the standard's table.
  test.each([
    [1, 'abcd'],
    [2, 'badc'],
    [3, 'dcba'],
    [4, 'cdab'],
    [5, 'acbd'],
    [6, 'cadb'],
    [7, 'dbca'],
    [8, 'bdac'],
    [0, 'abcd'],
    [9, 'abcd'],
  ])('JPEG: held as Exif says, orientation %d', async (orientation, expected) => {
    const greys = { a: 0, b: 80, c: 160, d: 240 } as Readonly<Record<string, number>>;
    const grey = (i: number) => greys['abcd'[2 * Number(i >= 128) + Number(i % 16 >= 8)]];
    const data = Buffer.concat(Array.from({ length: 256 }, (_, i) => Buffer.alloc(4, grey(i))));
    const plain = jpeg.encode({ width: 16, height: 16, data }, 95).data;
    const seen = async (name: string, exif: Uint8Array) => {
      const file = write(name, Buffer.concat([plain.subarray(0, 2), exif, plain.subarray(2)]));
      for await (const found of parseImage(file, { imageSize: 2 })) {
        if (found.kind !== 'image') continue;
        const pixels = Buffer.from(found.pixels, 'base64');
        const nearest = (grey: number) => 'abcd'[Math.round(grey / 80)];
        return [0, 3, 6, 9].map((at) => nearest(pixels[at])).join('');
      }
    };
    for (const isLittle of [false, true]) {
      const whole = exifOf(orientation, isLittle);
      expect(await seen('held.jpg', whole)).toBe(expected);
      // What is cut, or points behind its end, is not there.
      for (let length = 4; length < whole.length; length += 3) {
        const cut = Buffer.from(whole.subarray(0, length));
        cut.writeUInt16BE(length - 2, 2);
        expect(readJpegHeader(Buffer.concat([plain.subarray(0, 2), cut, plain.subarray(2)]))).toEqual({
          ...{ width: 16, height: 16 },
          orientation: length < whole.length - 4 ? 1 : expect.any(Number),
        });
      }
    }
  });

  test.each<[string, Uint8Array | undefined, RegExp]>([
    ['missing.png', undefined, /missing\.png: no such file/],
    ['text.png', Buffer.from('no picture at all'), /text\.png: cannot be read as PNG\/JPEG: it begins like/],
    [
      'huge.png',
      png(1e5, 1e5, 8, 2, chunk('IDAT', deflateSync(Buffer.alloc(9)))),
      /at most 50000000.*10000000000/,
    ],
    [
      'long.png',
      png(1, 40_000, 8, 2, chunk('IDAT', deflateSync(Buffer.alloc(9)))),
      /at most 32768 pixels a side/,
    ],
    ['bomb.png', png(2, 2, 8, 2, chunk('IDAT', deflateSync(Buffer.alloc(1e6)))), /bomb\.png: cannot be read/],
    ['cut.png', encode({ width: 2, height: 2, data: colours, channels: 3 }).slice(0, 50), /cut\.png: cannot/],
    ['none.png', png(0, 4, 8, 2), /it has no pixels/],
    ['', undefined, /cannot be read as PNG\/JPEG: it is a folder or a device/],
    ['cut.jpg', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0]), /cut\.jpg: .*it has no frame/],
    [
      'huge.jpg',
      Buffer.from([0xff, 0xd8, 0xff, 0xc0, 0, 8, 8, 0xff, 0xff, 0xff, 0xff, 3, 0, 0]),
      /at most 50000000/,
    ],
  ])('%s is refused', async (name, bytes, words) => {
    if (bytes) write(name, bytes);
    await expect(readImage(join(folder, name), 4)).rejects.toThrow(words);
  });

  test('an aborted reading ends', async () => {
    const path = write('b.png', await encodePng({ width: 2, height: 2, pixels: colours }));
    await expect(readImage(path, 2, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    );
  });
});
