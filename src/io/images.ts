/** Pictures from files, as squares of one size, and into files. PNG and JPEG are read in the process that can be killed. */

import { stat } from 'node:fs/promises';
import { fail } from './errors.ts';
import { describeFileError } from './files.ts';
import { findIn } from './foreign.ts';
import { limits } from './limits.ts';
import { withPngTexts } from './png-texts.ts';
import type { Picture } from './scale-image.ts';

/** What a file is called that may hold a picture. */
export const imageNames = /\.(png|jpe?g)$/i;

/**
 * Reads a PNG or JPEG file, whatever its name, as a square of `size` × `size` pixels: the whole picture, scaled; what is transparent
 * lies on white. @throws where the file cannot be read, is damaged, of another kind, or larger than `limits.imageBytes` or
 * `limits.imagePixels`
 */
export async function readImage(
  path: string,
  size: number,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<Picture> {
  const status = await stat(path).catch((error) => {
    throw describeFileError(error, path);
  });
  const format = 'PNG/JPEG';
  if (!status.isFile()) throw fail('io/format', { path, format, reason: 'it is a folder or a device' });
  const sizeBytes = status.size;
  const limit = limits.imageBytes;
  if (sizeBytes > limit) throw fail('io/image-size', { path, what: 'bytes', limit, got: sizeBytes });
  let pixels: Uint8Array | undefined;
  for await (const found of findIn('image', { location: path, sizeBytes }, { imageSize: size, signal })) {
    if (found.kind === 'image') pixels = new Uint8Array(Buffer.from(found.pixels, 'base64'));
  }
  if (pixels) return { width: size, height: size, pixels };
  throw fail('io/format', { path, format, reason: 'it holds no picture' });
}

/** What is written into a PNG file beside its pixels, by keyword (Title, Description, Comment, …; 1 to 79 Latin characters). */
export type PngTexts = Readonly<Record<string, string>>;

/** A picture as the bytes of a PNG file, with texts in any language. @throws where it is larger than the limit */
export async function encodePng(
  { width, height, pixels }: Picture,
  texts: PngTexts = {},
): Promise<Uint8Array> {
  const limit = limits.imagePixels;
  if (width * height > limit) {
    const got = width * height;
    throw fail('io/image-size', { path: 'PNG', what: 'pixels', limit, got });
  }
  const { encode } = await import('fast-png');
  return withPngTexts(encode({ width, height, data: pixels, channels: 3, depth: 8 }), texts);
}
