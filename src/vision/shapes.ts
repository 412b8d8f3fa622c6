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

/** How one shape stands to another. */
const relations = {
  left: { en: 'left of', zh: '左边', at: [0.27, 0.5] },
  right: { en: 'right of', zh: '右边', at: [0.73, 0.5] },
  above: { en: 'above', zh: '上方', at: [0.5, 0.27] },
  below: { en: 'below', zh: '下方', at: [0.5, 0.73] },
} as const;

/** Of two shapes in one picture. */
const PAIR_RADIUS = 0.17;

type ShapeName = keyof typeof shapes;

/** What is seen: a shape in one size and arrangement, or two shapes that stand to each other. */
export const sceneKinds = ['one', 'pairs'] as const;
export type SceneKind = (typeof sceneKinds)[number];

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
  /** Default `one`. */
  readonly scenes?: SceneKind;
}

const names = <Table extends object>(table: Table) => Object.keys(table) as (keyof Table)[];

/** Every shape in every colour. */
const things = names(shapes).flatMap((shape) => names(colours).map((colour) => ({ shape, colour })));
type Thing = (typeof things)[number];

/** In every size and arrangement: 432 captions in each language. */
const single = things.flatMap((thing) =>
  names(sizes).flatMap((size) => arrangements.map((arrangement) => ({ ...thing, size, arrangement }))),
);
/** Each beside each other one, each way: 5,040 captions in each language. */
const paired = things.flatMap((thing) =>
  things
    .filter((other) => other !== thing)
    .flatMap((other) => names(relations).map((relation) => ({ ...thing, other, relation }))),
);

type Single = (typeof single)[number];
type Paired = (typeof paired)[number];
type Kind = Single | Paired;

const kindsOf: { readonly [Scenes in SceneKind]: readonly Kind[] } = { one: single, pairs: paired };

/**
 * Pictures of coloured shapes, each kind as often as every other; the same for the same seed. Backgrounds, shades and places vary.
 * @throws where a number is out of its range
 */
export function shapeScenes({
  count,
  size = 32,
  seed = 0,
  scenes = 'one',
}: ShapeOptions): Generator<ShapeScene> {
  requireWhole('count', count, 1, limits.shapes);
  requireWhole('size', size, 16, limits.imageSize);
  return drawScenes({ count, size, seed, scenes });
}

function* drawScenes({ count, size, seed, scenes }: Required<ShapeOptions>): Generator<ShapeScene> {
  const rng = createRng(seed).split('shapes');
  const order = shuffle([...kindsOf[scenes]], rng);
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

function captionOf(kind: Kind): ShapeScene['caption'] {
  return 'other' in kind ? pairCaption(kind) : singleCaption(kind);
}

function pairCaption({ shape, colour, other, relation }: Paired): ShapeScene['caption'] {
  const how = relations[relation];
  const zhOf = (thing: Thing): string => `${colours[thing.colour].zh}的${shapes[thing.shape].zh}`;
  return {
    en: `a ${colour} ${shapes[shape].en[0]} ${how.en} a ${other.colour} ${shapes[other.shape].en[0]}`,
    zh: `${zhOf({ shape, colour })}在${zhOf(other)}${how.zh}`,
  };
}

function singleCaption({ shape, colour, size, arrangement }: Single): ShapeScene['caption'] {
  const what = shapes[shape];
  const zhThing = `${colours[colour].zh}的${sizes[size].zh}${what.zh}`;
  return 'count' in arrangement
    ? { en: `${arrangement.en} ${size} ${colour} ${what.en[1]}`, zh: `${arrangement.zh}${zhThing}` }
    : { en: `a ${size} ${colour} ${what.en[0]} ${arrangement.en}`, zh: `${arrangement.zh}有一个${zhThing}` };
}

/** What a caption of ours says of a scene; the second shape of a pair is the other. */
export type ScenePart = 'shape' | 'colour' | 'size' | 'place' | 'otherShape' | 'otherColour';
export type SceneParts = { readonly [Part in ScenePart]?: string };

/** What a caption of ours says, in names that are the same in both languages; undefined for any other text. */
export function sceneParts(caption: string): SceneParts | undefined {
  partsOfCaption ??= new Map(
    Object.values(kindsOf).flatMap((kinds) =>
      kinds.flatMap((kind) => Object.values(captionOf(kind)).map((text) => [text, partsOf(kind)] as const)),
    ),
  );
  return partsOfCaption.get(caption);
}

let partsOfCaption: ReadonlyMap<string, SceneParts> | undefined;

function partsOf(kind: Kind): SceneParts {
  const { shape, colour } = kind;
  if (!('other' in kind)) return { shape, colour, size: kind.size, place: kind.arrangement.en };
  const { other, relation: place } = kind;
  return { shape, colour, otherShape: other.shape, otherColour: other.colour, place };
}

type Place = readonly [x: number, y: number];

/** A shape in a picture; lengths are shares of the side. */
interface Figure {
  readonly shape: ShapeName;
  readonly colour: keyof typeof colours;
  readonly place: Place;
  readonly radius: number;
}

function figuresOf(kind: Kind, rng: Rng): Figure[] {
  const { shape, colour } = kind;
  if (!('other' in kind)) {
    const { radius } = sizes[kind.size];
    return placesOf(kind, rng).map((place) => ({ shape, colour, place, radius }));
  }
  const [x, y] = relations[kind.relation].at;
  const figure = (thing: Thing, place: Place): Figure => ({
    ...thing,
    place: near(place, rng),
    radius: PAIR_RADIUS,
  });
  return [figure({ shape, colour }, [x, y]), figure(kind.other, [1 - x, 1 - y])];
}

const about = (middle: number, reach: number, rng: Rng): number => middle + reach * (2 * rng.uniform() - 1);
/** How far a shape may stand from where its place is said to be. */
const near = ([x, y]: Place, rng: Rng): Place => [about(x, 0.06, rng), about(y, 0.06, rng)];

/** Middles of the shapes, as shares of the side; they keep apart. */
function placesOf({ arrangement, size }: Single, rng: Rng): Place[] {
  if ('at' in arrangement) return [near(arrangement.at, rng)];
  const { radius } = sizes[size];
  for (;;) {
    const places = Array.from({ length: arrangement.count }, (): Place => {
      const reach = 0.48 - radius;
      return [about(0.5, reach, rng), about(0.5, reach, rng)];
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
  const figures = figuresOf(kind, rng);
  const paper = Array.from({ length: 3 }, () => 215 + rng.integer(40));
  /** Shapes of one colour have one shade. */
  const inks = [...new Set(figures.map(({ colour }) => colour))].map((colour) => ({
    figures: figures.filter((figure) => figure.colour === colour),
    ink: colours[colour].rgb.map((value) => value + rng.integer(41) - 20),
  }));
  const pixels = new Uint8Array(3 * size * size);
  for (let i = 0; i < size * size; i++) {
    const shares = inks.map((own) => shareInside(own.figures, i, size));
    const bare = 1 - shares.reduce((sum, share) => sum + share, 0);
    for (let c = 0; c < 3; c++) {
      const grain = rng.integer(13) - 6;
      const inked = shares.reduce((sum, share, k) => sum + share * inks[k].ink[c], 0);
      pixels[3 * i + c] = Math.max(0, Math.min(255, inked + bare * paper[c] + grain));
    }
  }
  return { width: size, height: size, pixels };
}

/** How much of a pixel lies in some figures. */
function shareInside(figures: readonly Figure[], pixel: number, size: number): number {
  let inside = 0;
  for (let point = 0; point < POINTS * POINTS; point++) {
    const x = ((pixel % size) + ((point % POINTS) + 0.5) / POINTS) / size;
    const y = (Math.floor(pixel / size) + (Math.floor(point / POINTS) + 0.5) / POINTS) / size;
    const holds = ({ shape, place: [u, v], radius }: Figure): boolean =>
      shapes[shape].holds((x - u) / radius, (y - v) / radius);
    if (figures.some(holds)) inside++;
  }
  return inside / (POINTS * POINTS);
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
