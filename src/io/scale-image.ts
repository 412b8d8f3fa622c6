/** Pictures in another size: each new pixel is a mean of the old ones under it, weighted by a triangle. And turned upright. */

/** Red, green and blue of each pixel, row by row from the top. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** 3 · width · height numbers from 0 to 255. */
  readonly pixels: Uint8Array;
}

const CHANNELS = 3;

/** Which old places make a new one, from `first` on, and how much each counts; the weights add up to 1. */
interface Share {
  readonly first: number;
  readonly weights: Float64Array;
}

/** As wide as what is made smaller, so that nothing is left out and nothing flickers (antialiasing). */
function sharesOf(from: number, to: number): Share[] {
  const scale = from / to;
  const reach = Math.max(1, scale);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach + 0.5));
    const end = Math.min(from, Math.floor(centre + reach + 0.5));
    const weights = Float64Array.from({ length: end - first }, (_, j) =>
      Math.max(0, 1 - Math.abs((first + j + 0.5 - centre) / reach)),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/** The whole picture as a square of `size` × `size` pixels, whatever its sides were; equal to PyTorch's antialiased `interpolate`. */
export function scaleImage({ width, height, pixels }: Picture, size: number): Picture {
  if (width === size && height === size) return { width, height, pixels };
  const row = size * CHANNELS;
  const narrow = new Float64Array(height * row);
  sharesOf(width, size).forEach(({ first, weights }, x) => {
    for (let y = 0; y < height; y++) {
      for (let c = 0; c < CHANNELS; c++) {
        let sum = 0;
        for (let j = 0; j < weights.length; j++)
          sum += weights[j] * pixels[(y * width + first + j) * CHANNELS + c];
        narrow[y * row + x * CHANNELS + c] = sum;
      }
    }
  });
  const scaled = new Uint8Array(size * row);
  sharesOf(height, size).forEach(({ first, weights }, y) => {
    for (let x = 0; x < row; x++) {
      let sum = 0;
      for (let j = 0; j < weights.length; j++) sum += weights[j] * narrow[(first + j) * row + x];
      scaled[y * row + x] = Math.round(sum);
    }
  });
  return { width: size, height: size, pixels: scaled };
}

/** For each orientation of Exif from 1 on: whether rows become columns; then whether the old x, the old y count from the other end. */
const TURNS = [
  [false, false, false],
  [false, true, false],
  [false, true, true],
  [false, false, true],
  [true, false, false],
  [true, false, true],
  [true, true, true],
  [true, true, false],
] as const;

/** A square turned and mirrored to stand upright, by its Exif orientation. */
export function turnSquare({ width: size, pixels }: Picture, orientation: number): Picture {
  const [isSwapped, isFromRight, isFromBelow] = TURNS[orientation - 1];
  const turned = new Uint8Array(pixels.length);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [across, down] = isSwapped ? [y, x] : [x, y];
      const oldX = isFromRight ? size - 1 - across : across;
      const oldY = isFromBelow ? size - 1 - down : down;
      const at = CHANNELS * (oldY * size + oldX);
      turned.set(pixels.subarray(at, at + CHANNELS), CHANNELS * (y * size + x));
    }
  }
  return { width: size, height: size, pixels: turned };
}
