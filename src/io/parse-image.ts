/** Pictures: PNG by `fast-png`, JPEG by `jpeg-js`. How large one is, is known before anything is unpacked. */

import { readFile } from 'node:fs/promises';
import { inflateSync } from 'node:zlib';
import { fail } from './errors.ts';
import { type JpegHeader, readJpegHeader } from './jpeg-header.ts';
import { limits } from './limits.ts';
import type { Found, ParserOptions } from './parsers.ts';
import { type Picture, scaleImage, turnSquare } from './scale-image.ts';

const PNG_SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** What a picture is made of; texts, colour profiles and animations are left out, and cannot be too large. */
const PNG_CHUNKS: readonly string[] = ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'];
const INTERLACED_PASSES = 7;

/** One picture, as a square of the size that was asked for. */
export async function* parseImage(path: string, { imageSize }: ParserOptions): AsyncGenerator<Found> {
  const bytes = new Uint8Array(await readFile(path));
  const read = startsWith(bytes, PNG_SIGNATURE)
    ? readPng
    : startsWith(bytes, Uint8Array.of(0xff, 0xd8, 0xff))
      ? readJpeg
      : undefined;
  if (!read) throw fail('io/format', { path, format: 'PNG/JPEG', reason: 'it begins like neither' });
  const picture: FoundPicture = await read(bytes, path);
  const { width, height, orientation = 1 } = picture;
  yield { kind: 'beat' };
  // NOTE Turned when it is a square: it is smaller then, and no side changes its length.
  const { pixels } = turnSquare(scaleImage(picture, imageSize!), orientation);
  yield { kind: 'image', width, height, pixels: Buffer.from(pixels).toString('base64') };
}

/** As it lies in the file, and how it must be turned to stand upright. */
type FoundPicture = Picture & Pick<Partial<JpegHeader>, 'orientation'>;

const startsWith = (bytes: Uint8Array, beginning: Uint8Array): boolean =>
  beginning.every((byte, i) => bytes[i] === byte);

/** @throws where a picture is larger than the limit, or has no pixels */
function checkSize(path: string, format: string, width: number, height: number): void {
  const limit = limits.imagePixels;
  if (width * height > limit) {
    throw fail('io/image-size', { path, what: 'pixels', limit, got: width * height });
  }
  const [side, longest] = [limits.imageSide, Math.max(width, height)];
  if (longest > side) throw fail('io/image-size', { path, what: 'pixels a side', limit: side, got: longest });
  if (!(width * height > 0)) throw fail('io/format', { path, format, reason: 'it has no pixels' });
}

async function readPng(bytes: Uint8Array, path: string): Promise<Picture> {
  const { convertIndexedToRgb, decode } = await import('fast-png');
  const png = decode(plainPng(bytes, path));
  const { width, height, depth, channels, data, transparency: clear } = png;
  // Beside full colour a palette is advice for poorer screens.
  const palette = channels === 1 ? png.palette : undefined;
  const largest = 2 ** depth - 1;
  if (!palette && depth >= 8) return onWhite({ data, width, height, channels, largest, clear });
  // Grey in fewer bits than a byte is packed as the places in a palette are.
  const grey = (_: unknown, i: number) => [...Array(3).fill((255 * i) / largest), i === clear?.[0] ? 0 : 255];
  const colours = palette ?? Array.from({ length: largest + 1 }, grey);
  const unpacked = convertIndexedToRgb({ ...png, palette: colours });
  return onWhite({ data: unpacked, width, height, channels: colours[0].length, largest: 255 });
}

/** The same picture of the chunks that it needs, once it is sure that its data does not grow beyond its size. */
function plainPng(bytes: Uint8Array, path: string): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const refuse = (reason: string) => fail('io/format', { path, format: 'PNG', reason });
  const kept: Uint8Array[] = [bytes.subarray(0, PNG_SIGNATURE.length)];
  const data: Uint8Array[] = [];
  let most = 0;
  for (let at = PNG_SIGNATURE.length; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const end = at + 12 + length;
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (end > bytes.length) throw refuse(`its chunk ${JSON.stringify(type)} ends behind the file`);
    if (type === 'IHDR' && length === 13) {
      const [width, height] = [view.getUint32(at + 8), view.getUint32(at + 12)];
      checkSize(path, 'PNG', width, height);
      // Four channels of 16 bits at most, and a byte before each row of each pass.
      most = width * height * 8 + height * INTERLACED_PASSES + 64;
    }
    if (type === 'IDAT') data.push(bytes.subarray(at + 8, at + 8 + length));
    if (PNG_CHUNKS.includes(type)) kept.push(bytes.subarray(at, end));
    at = end;
  }
  if (most === 0) throw refuse('it has no header');
  inflateSync(Buffer.concat(data), { maxOutputLength: most });
  return Buffer.concat(kept);
}

interface Samples {
  readonly data: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly largest: number;
  /** The one colour that is transparent, where pixels have no transparency of their own. */
  readonly clear?: Uint16Array;
}

/** Grey or colour, with or without transparency, as colour in bytes; what is transparent lies on white. */
function onWhite({ data, width, height, channels, largest, clear }: Samples): Picture {
  const pixels = new Uint8Array(3 * width * height);
  const [isColour, hasAlpha] = [channels >= 3, channels % 2 === 0];
  const isClear = (i: number): boolean =>
    clear?.length === channels && clear.every((value, c) => data[i * channels + c] === value);
  for (let i = 0; i < width * height; i++) {
    const alpha = hasAlpha ? data[(i + 1) * channels - 1] / largest : isClear(i) ? 0 : 1;
    for (let c = 0; c < 3; c++) {
      const value = data[i * channels + (isColour ? c : 0)] / largest;
      pixels[3 * i + c] = Math.round(255 * (alpha * value + 1 - alpha));
    }
  }
  return { width, height, pixels };
}

const JPEG_MEGABYTES = 1024;

async function readJpeg(bytes: Uint8Array, path: string): Promise<FoundPicture> {
  const header = readJpegHeader(bytes);
  if (!header) throw fail('io/format', { path, format: 'JPEG', reason: 'it has no frame' });
  const { orientation } = header;
  checkSize(path, 'JPEG', header.width, header.height);
  const { default: jpeg } = await import('jpeg-js');
  const { data, ...decoded } = jpeg.decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    maxResolutionInMP: limits.imagePixels / 1e6,
    maxMemoryUsageInMB: JPEG_MEGABYTES,
  });
  return { width: decoded.width, height: decoded.height, pixels: data, orientation };
}
