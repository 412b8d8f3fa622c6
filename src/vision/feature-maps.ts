/** What the filters of a model answer on one picture, as pictures beside each other. */

import type { Picture } from '../io/index.ts';
import { withRecording } from '../tensor/index.ts';
import { encodeImages, type ImageEncoderConfig, type ImageEncoderParams } from './image-encoder.ts';
import { type ImageSet, imageTensor } from './image-set.ts';

/** The answers of one layer: a square of numbers for each filter. */
export interface FeatureMaps {
  readonly height: number;
  readonly width: number;
  /** Filter by filter, row by row from the top. */
  readonly filters: readonly Float32Array[];
}

/** Of every layer, what each of its filters (or each number of a patch's state) answers on the picture at a place of a set. */
export function featureMaps(
  params: ImageEncoderParams,
  config: ImageEncoderConfig,
  images: ImageSet,
  place: number,
): FeatureMaps[] {
  const layers: FeatureMaps[] = [];
  withRecording(false, () =>
    encodeImages(params, config, imageTensor(images, [place]), (maps) => {
      const [, height, width, count] = maps.shape;
      const { data } = maps;
      const filters = Array.from({ length: count }, (_, filter) =>
        Float32Array.from({ length: height * width }, (_, i) => data[i * count + filter]),
      );
      layers.push({ height, width, filters });
    }),
  );
  return layers;
}

/** Pixels of a side of the picture at the top, of a filter's answers, and between them. */
const TILE = 48;
const GAP = 4;
const TILES_IN_ROW = 16;
const PAPER = 255;

/** How light a pixel of a tile is: red, green and blue. */
type Paint = (x: number, y: number) => readonly [number, number, number];

/** One picture of all: the picture that was seen at the top left, then layer by layer its filters' answers, dark 0 and light the largest of a layer. */
export function mapsPicture(images: ImageSet, place: number, layers: readonly FeatureMaps[]): Picture {
  const { size, pixels } = images;
  const seen: Paint = (x, y) => {
    const at = 3 * (place * size * size + y * size + x);
    return [pixels[at], pixels[at + 1], pixels[at + 2]];
  };
  const rows: { readonly side: number; readonly tiles: readonly Paint[] }[] = [{ side: size, tiles: [seen] }];
  for (const { height, width, filters } of layers) {
    // NOTE No `Math.max(...filter)`: a map of a large picture has more numbers than a call takes arguments.
    let [low, high] = [0, Number.NEGATIVE_INFINITY];
    for (const filter of filters) {
      for (const value of filter) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    const tiles = filters.map((filter): Paint => {
      return (x, y) => {
        const light = Math.round((255 * (filter[y * width + x] - low)) / (high - low || 1));
        return [light, light, light];
      };
    });
    for (let from = 0; from < tiles.length; from += TILES_IN_ROW) {
      rows.push({ side: height, tiles: tiles.slice(from, from + TILES_IN_ROW) });
    }
  }
  const step = TILE + GAP;
  const across = Math.max(...rows.map(({ tiles }) => tiles.length));
  const [width, height] = [across * step + GAP, rows.length * step + GAP];
  const whole = new Uint8Array(3 * width * height).fill(PAPER);
  rows.forEach(({ side, tiles }, row) => {
    tiles.forEach((paint, column) => {
      for (let i = 0; i < TILE * TILE; i++) {
        const [x, y] = [i % TILE, Math.floor(i / TILE)];
        const inside = (at: number): number => Math.floor((at * side) / TILE);
        const at = (row * step + GAP + y) * width + column * step + GAP + x;
        whole.set(paint(inside(x), inside(y)), 3 * at);
      }
    });
  });
  return { width, height, pixels: whole };
}
