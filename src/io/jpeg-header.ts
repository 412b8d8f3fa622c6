/** What stands before the pixels of a JPEG file: its size, and how the camera was held (Exif 2.32, tag 0x0112). */

export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** 1 to 8; 1: as it lies. */
  readonly orientation: number;
}

/** Walks the segments to the header of the first frame; undefined where there is none. */
export function readJpegHeader(bytes: Uint8Array): JpegHeader | undefined {
  const view = viewOf(bytes);
  let orientation = 1;
  for (let at = 2; at + 9 <= bytes.length && bytes[at] === 0xff; at += 2 + view.getUint16(at + 2)) {
    const marker = bytes[at + 1];
    // SOF0 to SOF15, but for tables of codes and restarts, which have numbers among them.
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7), orientation };
    const isApp1 = marker === 0xe1;
    if (isApp1)
      orientation = orientationOf(bytes.subarray(at + 4, at + 2 + view.getUint16(at + 2))) ?? orientation;
  }
  return undefined;
}

const EXIF = [...'Exif\0\0'].map((letter) => letter.charCodeAt(0));
const TIFF_HEADER = 8;
const ENTRY = 12;
const ORIENTATION = 0x0112;
const SHORT = 3;

/** The tag in a segment of Exif: a TIFF file whose first directory is looked through. Undefined where it is not there whole. */
function orientationOf(segment: Uint8Array): number | undefined {
  if (!EXIF.every((byte, i) => segment[i] === byte)) return undefined;
  const tiff = viewOf(segment.subarray(EXIF.length));
  if (tiff.byteLength < TIFF_HEADER) return undefined;
  const isLittle = tiff.getUint16(0) === 0x4949;
  if (tiff.getUint16(2, isLittle) !== 42) return undefined;
  const directory = tiff.getUint32(4, isLittle);
  if (directory + 2 > tiff.byteLength) return undefined;
  const end = Math.min(directory + 2 + ENTRY * tiff.getUint16(directory, isLittle), tiff.byteLength);
  for (let at = directory + 2; at + ENTRY <= end; at += ENTRY) {
    if (tiff.getUint16(at, isLittle) !== ORIENTATION) continue;
    const value = tiff.getUint16(at + 8, isLittle);
    return tiff.getUint16(at + 2, isLittle) === SHORT && value >= 1 && value <= 8 ? value : undefined;
  }
  return undefined;
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array) =>
  new DataView(buffer, byteOffset, byteLength);
