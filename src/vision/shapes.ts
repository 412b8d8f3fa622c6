/** Small pictures of coloured shapes with their labels and captions in two languages: data that everybody can make. */

import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describeFileError, encodePng, type Picture, writeFileAtomic } from '../io/index.ts';
import type { Language } from '../language.ts';
import { createRng, type Rng, shuffle } from '../rng.ts';
import { fail, requireWhole } from './errors.ts';
import { limits } from './limits.ts';

/** Whether a point at (x, y) from the middle lies in a shape of radius 1; y grows downwards. */
const shapes = {
  circle: { en: ['circle', 'circles'], zh: '圆形', holds: (x: number, y: number) => x * x + y * y < 1 },
  square: {
    en: ['square', 'squares'],
    zh: '正方形',
    holds: (x: number, y: number) => Math.max(Math.abs(x), Math.abs(y)) < 0.85,
  },
  triangle: {
    en: ['triangle', 'triangles'],
    zh: '三角形',
    holds: (x: number, y: number) => y < 0.7 && y > 2 * Math.abs(x) - 1,
  },
  diamond: {
    en: ['diamond', 'diamonds'],
    zh: '菱形',
    holds: (x: number, y: number) => Math.abs(x) * 1.4 + Math.abs(y) < 1,
  },
  ring: {
    en: ['ring', 'rings'],
    zh: '圆环',
    holds: (x: number, y: number) => x * x + y * y < 1 && x * x + y * y > 0.36,
  },
  cross: {
    en: ['cross', 'crosses'],
    zh: '十字',
    holds: (x: number, y: number) =>
      Math.min(Math.abs(x), Math.abs(y)) < 0.3 && Math.max(Math.abs(x), Math.abs(y)) < 1,
  },
} as const;

const colours = {
  red: { zh: '红色', rgb: [210, 40, 40] },
  yellow: { zh: '黄色', rgb: [225, 190, 30] },
  green: { zh: '绿色', rgb: [40, 160, 70] },
  blue: { zh: '蓝色', rgb: [45, 80, 210] },
  purple: { zh: '紫色', rgb: [140, 50, 170] },
  black: { zh: '黑色', rgb: [35, 35, 35] },
} as const;

/** Shares of the picture's side. */
const sizes = { small: { zh: '小', radius: 0.11 }, large: { zh: '大', radius: 0.19 } } as const;

/** Where one shape stands, or how many there are. */
const arrangements = [
  { en: 'on the left', zh: '左边', at: [0.25, 0.5] },
  { en: 'on the right', zh: '右边', at: [0.75, 0.5] },
  { en: 'at the top', zh: '上方', at: [0.5, 0.25] },
  { en: 'at the bottom', zh: '下方', at: [0.5, 0.75] },
  { en: 'two', zh: '两个', count: 2 },
  { en: 'three', zh: '三个', count: 3 },
] as const;

type ShapeName = keyof typeof shapes;

/** A picture with what is said of it. */
export interface ShapeScene {
  readonly picture: Picture;
  readonly shape: { readonly [L in Language]: string };
  readonly caption: { readonly [L in Language]: string };
}

export interface ShapeOptions {
  readonly count: number;
  /** Pixels of a side. Default 32. */
  readonly size?: number;
  readonly seed?: number;
}

const names = <Table extends object>(table: Table) => Object.keys(table) as (keyof Table)[];

/** Every shape in every colour, size and arrangement: 432 captions in each language. */
const kinds = names(shapes).flatMap((shape) =>
  names(colours).flatMap((colour) =>
    names(sizes).flatMap((size) => arrangements.map((arrangement) => ({ shape, colour, size, arrangement }))),
  ),
);

type Kind = (typeof kinds)[number];

/**
 * Pictures of coloured shapes, each kind as often as every other; the same for the same seed. Backgrounds, shades and places vary.
 * @throws where a number is out of its range
 */
export function shapeScenes({ count, size = 32, seed = 0 }: ShapeOptions): Generator<ShapeScene> {
  requireWhole('count', count, 1, limits.shapes);
  requireWhole('size', size, 16, limits.imageSize);
  return drawScenes({ count, size, seed });
}

function* drawScenes({ count, size, seed }: Required<ShapeOptions>): Generator<ShapeScene> {
  const rng = createRng(seed).split('shapes');
  const order = shuffle([...kinds], rng);
  for (let i = 0; i < count; i++) {
    const kind = order[i % order.length];
    const { zh, en } = shapes[kind.shape];
    yield {
      picture: draw(kind, size, rng.split(`picture ${i}`)),
      shape: { en: en[0], zh },
      caption: captionOf(kind),
    };
  }
}

function captionOf({ shape, colour, size, arrangement }: Kind): ShapeScene['caption'] {
  const what = shapes[shape];
  const zhThing = `${colours[colour].zh}的${sizes[size].zh}${what.zh}`;
  return 'count' in arrangement
    ? { en: `${arrangement.en} ${size} ${colour} ${what.en[1]}`, zh: `${arrangement.zh}${zhThing}` }
    : { en: `a ${size} ${colour} ${what.en[0]} ${arrangement.en}`, zh: `${arrangement.zh}有一个${zhThing}` };
}

type Place = readonly [x: number, y: number];

/** Middles of the shapes, as shares of the side; they keep apart. */
function placesOf(kind: Kind, rng: Rng): Place[] {
  const { arrangement, size } = kind;
  const about = (middle: number, reach: number): number => middle + reach * (2 * rng.uniform() - 1);
  if ('at' in arrangement) return [[about(arrangement.at[0], 0.06), about(arrangement.at[1], 0.06)]];
  const { radius } = sizes[size];
  for (;;) {
    const places = Array.from({ length: arrangement.count }, (): Place => {
      const reach = 0.48 - radius;
      return [about(0.5, reach), about(0.5, reach)];
    });
    const isApart = places.every(([x, y], i) =>
      places.slice(0, i).every(([u, v]) => Math.hypot(x - u, y - v) > 2 * radius + 0.03),
    );
    if (isApart) return places;
  }
}

/** Points of a pixel, each way, that are asked whether they lie in a shape: edges are smooth. */
const POINTS = 2;

function draw(kind: Kind, size: number, rng: Rng): Picture {
  const { holds } = shapes[kind.shape];
  const { radius } = sizes[kind.size];
  const places = placesOf(kind, rng);
  const paper = Array.from({ length: 3 }, () => 215 + rng.integer(40));
  const ink = colours[kind.colour].rgb.map((value) => value + rng.integer(41) - 20);
  const pixels = new Uint8Array(3 * size * size);
  for (let i = 0; i < size * size; i++) {
    let inside = 0;
    for (let point = 0; point < POINTS * POINTS; point++) {
      const x = ((i % size) + ((point % POINTS) + 0.5) / POINTS) / size;
      const y = (Math.floor(i / size) + (Math.floor(point / POINTS) + 0.5) / POINTS) / size;
      if (places.some(([u, v]) => holds((x - u) / radius, (y - v) / radius))) inside++;
    }
    const share = inside / (POINTS * POINTS);
    for (let c = 0; c < 3; c++) {
      const grain = rng.integer(13) - 6;
      pixels[3 * i + c] = Math.max(0, Math.min(255, share * ink[c] + (1 - share) * paper[c] + grain));
    }
  }
  return { width: size, height: size, pixels };
}

/** The table beside the pictures: two rows of each, a caption in each language. */
const SHAPES_TABLE = 'captions.csv';

/**
 * Writes such pictures as PNG files into `pictures/` of a folder, and a table of file, label and caption; labels are in one language,
 * captions in both. An older table goes first and the new one comes last: a folder with one is whole. @throws where the folder holds something else
 */
export async function writeShapes(
  folder: string,
  options: ShapeOptions & {
    readonly labels?: Language;
    readonly onProgress?: (done: number) => void;
    readonly signal?: AbortSignal;
  },
): Promise<{ readonly table: string; readonly pictures: number; readonly labels: readonly string[] }> {
  const { labels = 'en', onProgress, signal } = options;
  const scenes = shapeScenes(options);
  const pictures = 'pictures';
  const known = [pictures, SHAPES_TABLE];
  try {
    await mkdir(join(folder, pictures), { recursive: true });
    const found = (await readdir(folder)).find((name) => !known.includes(name) && !name.startsWith('.'));
    if (found !== undefined) throw fail('vision/other-content', { folder, found });
    await rm(join(folder, SHAPES_TABLE), { force: true });
  } catch (error) {
    throw describeFileError(error, folder);
  }
  const rows = ['file,label,caption'];
  const digits = String(options.count - 1).length;
  let done = 0;
  for (const { picture, shape, caption } of scenes) {
    signal?.throwIfAborted();
    const file = `${pictures}/${String(done).padStart(digits, '0')}.png`;
    await writeFileAtomic(join(folder, file), await encodePng(picture));
    for (const lang of ['en', 'zh'] as const) rows.push(`${file},${shape[labels]},${caption[lang]}`);
    onProgress?.(++done);
  }
  const table = join(folder, SHAPES_TABLE);
  await writeFileAtomic(table, `${rows.join('\n')}\n`);
  return { table, pictures: done, labels: names(shapes).map((name: ShapeName) => shapeName(name, labels)) };
}

const shapeName = (name: ShapeName, lang: Language): string =>
  lang === 'en' ? shapes[name].en[0] : shapes[name].zh;
