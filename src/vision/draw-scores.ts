/**
 * How well pictures are drawn as they were asked for: which caption the drawer itself finds likeliest for a real picture, what models that
 * see pictures say of drawn ones, how much pictures of one prompt differ, and whether they are copies.
 */

import { type Picture, scaleImage } from '../io/index.ts';
import type { Language } from '../language.ts';
import { normal, scope, sub, withRecording } from '../tensor/index.ts';
import { type Captioner, writeCaptions } from './captioner.ts';
import { captionIds, languageOf } from './captions.ts';
import { type Drawer, type DrawOptions, drawPictures, fitsPrompt } from './drawer.ts';
import { between } from './flow.ts';
import type { ImageRow } from './image-rows.ts';
import { embedCaptions, embedImages, type ImageSearcher, nearest, pairsApart } from './image-search.ts';
import type { ImageSet } from './image-set.ts';
import { paintVelocity, readPrompts } from './painter.ts';
import { imagePatches } from './patches.ts';
import { type ScenePart, sceneParts } from './shapes.ts';

/** How often the right one is chosen. */
export interface ChoiceScores {
  readonly language: Language;
  readonly pairs: number;
  readonly right: number;
  readonly chance: number;
}

/** Pictures that are asked about in one language, and captions that each is asked about: its own, and others. */
const CHOICES = 48;
const CAPTIONS = 8;
/** Times at which the errors are compared. */
const TIMES = [0.3, 0.5, 0.7] as const;

/**
 * In each language, how often the drawer's error on a real picture is smaller with its own caption than with any of seven others (a
 * diffusion classifier; Li et al. 2023, "Your Diffusion Model is Secretly a Zero-Shot Classifier"). No other model is needed for it.
 */
export async function testDrawer(
  { params, encoder, text, tokenizer }: Drawer,
  images: ImageSet,
  rows: readonly ImageRow[],
  { seed = 0, signal }: { readonly seed?: number; readonly signal?: AbortSignal } = {},
): Promise<ChoiceScores[]> {
  /** The squared error of one picture with each of some captions, over the same noise. */
  const errors = (place: number, captions: readonly string[], stream: number): number[] =>
    withRecording(false, () =>
      scope(() => {
        const asked = captions.flatMap((caption) => TIMES.map((time) => ({ caption, time })));
        const times = Float32Array.from(asked, ({ time }) => time);
        const pictures = imagePatches(images, Array(asked.length).fill(place), encoder.patch);
        const noise = normal([1, ...pictures.shape.slice(1)], { seed, stream });
        const x = between(noise, pictures, times);
        const ids = asked.map(({ caption }) => captionIds(tokenizer, caption));
        const prompts = readPrompts(params, text, ids);
        const { data } = sub(paintVelocity(params, encoder, { x, times, prompts }), sub(pictures, noise));
        const each = data.length / captions.length;
        return captions.map((_, i) => sumOfSquares(data.subarray(i * each, (i + 1) * each)));
      }),
    );
  const scores: ChoiceScores[] = [];
  for (const { language, pairs } of pairsOf(rows, CHOICES)) {
    const count = Math.min(CAPTIONS, pairs.length);
    let right = 0;
    for (const [i, { file }] of pairs.entries()) {
      const captions = Array.from({ length: count }, (_, k) => pairs[(i + k) % pairs.length].text);
      const [own, ...others] = errors(images.places.get(file)!, captions, i);
      if (others.every((error) => own < error)) right++;
      await pause(signal);
    }
    scores.push({ language, pairs: pairs.length, right: right / pairs.length, chance: 1 / count });
  }
  return scores;
}

/** Rows of each language, no two of which share caption or picture; a language with fewer than two is left out. */
const pairsOf = (rows: readonly ImageRow[], most: number) =>
  (['en', 'zh'] as const)
    .map((language) => ({
      language,
      pairs: pairsApart(rows.filter(({ text }) => languageOf(text) === language)).slice(0, most),
    }))
    .filter(({ pairs }) => pairs.length > 1);

/** Others have their turn. @throws the signal's reason */
async function pause(signal: AbortSignal | undefined): Promise<void> {
  await new Promise(setImmediate);
  signal?.throwIfAborted();
}

function sumOfSquares(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ** 2;
  return sum;
}

/** Who looks at what is drawn. */
export interface Judges {
  readonly searcher?: ImageSearcher;
  readonly captioner?: Captioner;
}

/** What judges say of pictures of given prompts; absent where there is no such judge. */
export interface Judgement {
  /** How often a picture is nearer to its own prompt than to all others. */
  readonly match?: number;
  /** How often the captioner writes the prompt, letter for letter. */
  readonly exact?: number;
  /** Of prompts of our shapes: how often it sees the right colour, shape, size, place. */
  readonly parts?: { readonly [Part in ScenePart]?: number };
}

export interface DrawingScores {
  readonly language: Language;
  /** Prompts that were drawn, no two the same. */
  readonly prompts: number;
  /** What `match` would be by chance. */
  readonly chance: number;
  readonly drawn: Judgement;
  /** The same judges about the real pictures with these captions: more cannot be reached. */
  readonly real: Judgement;
  /** Root mean square difference, 0 to 255, of pictures of one prompt with other seeds, and of real pictures of different captions. */
  readonly variety: { readonly samePrompt: number; readonly real: number };
  /** The same difference to the nearest picture that was learnt from: of what was drawn, and of real pictures that were held out. */
  readonly nearestLearnt: { readonly drawn: number; readonly real: number };
}

export interface JudgeOptions extends Omit<DrawOptions, 'seeds'> {
  readonly seed: number;
  /** Prompts of each language. Default 32. */
  readonly prompts?: number;
}

/** Prompts of which several pictures are drawn, and how many. */
const VARIED = 4;
const VARIANTS = 4;

/** Draws captions that were not learnt from, and has the pictures judged. A language with fewer than two of them is left out. */
export async function judgeDrawer(
  model: Drawer,
  judges: Judges,
  images: ImageSet,
  { train, heldOut }: { readonly train: readonly ImageRow[]; readonly heldOut: readonly ImageRow[] },
  options: JudgeOptions,
): Promise<DrawingScores[]> {
  const { seed, prompts: most = 32, onProgress, ...drawing } = options;
  const learnt = [...new Set(train.map(({ file }) => images.places.get(file)!))];
  // Of longer captions the beginning was learnt, but no prompt is cut.
  const short = heldOut.filter(({ text }) => fitsPrompt(model.tokenizer, text));
  const asked = pairsOf(short, most);
  const scores: DrawingScores[] = [];
  for (const [turn, { language, pairs }] of asked.entries()) {
    const captions = pairs.map(({ text }) => text);
    const again = captions.slice(0, VARIED).flatMap((caption) => Array<string>(VARIANTS - 1).fill(caption));
    const all = [...captions, ...again];
    const pictures = await drawPictures(model, all, {
      ...drawing,
      seeds: all.map((_, i) => seed + i),
      onProgress: (share) => onProgress?.((turn + share) / asked.length),
    });
    const drawn = pictures.slice(0, captions.length);
    const real = pairs.map(({ file }) => pictureAt(images, images.places.get(file)!));
    const variants = captions
      .slice(0, VARIED)
      .map((_, i) => [
        drawn[i],
        ...pictures.slice(captions.length).slice(i * (VARIANTS - 1), (i + 1) * (VARIANTS - 1)),
      ]);
    scores.push({
      language,
      prompts: captions.length,
      chance: 1 / captions.length,
      drawn: await judge(judges, drawn, captions, language, options),
      real: await judge(judges, real, captions, language, options),
      variety: { samePrompt: mean(variants.map(spread)), real: spread(real) },
      nearestLearnt: {
        drawn: await nearestLearnt(drawn, images, learnt, drawing.signal),
        real: await nearestLearnt(real, images, learnt, drawing.signal),
      },
    });
  }
  return scores;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

function pictureAt({ size, pixels }: ImageSet, place: number): Picture {
  const each = 3 * size * size;
  return { width: size, height: size, pixels: pixels.subarray(place * each, (place + 1) * each) };
}

/** Pictures that lie in no file, as a set of the size that a model sees; they are called by their numbers. */
function setOf(pictures: readonly Picture[], size: number): ImageSet {
  const files = pictures.map((_, i) => String(i));
  const pixels = new Uint8Array(pictures.length * 3 * size * size);
  pictures.forEach((picture, i) => {
    pixels.set(scaleImage(picture, size).pixels, i * 3 * size * size);
  });
  return { size, files, pixels, places: new Map(files.map((file, i) => [file, i])) };
}

async function judge(
  { searcher, captioner }: Judges,
  pictures: readonly Picture[],
  captions: readonly string[],
  language: Language,
  { seed, signal }: JudgeOptions,
): Promise<Judgement> {
  const share = (isRight: (i: number) => boolean): number =>
    captions.filter((_, i) => isRight(i)).length / captions.length;
  const found: { match?: number; exact?: number; parts?: Judgement['parts'] } = {};
  if (searcher) {
    const set = setOf(pictures, searcher.encoder.size);
    const vectors = embedImages(searcher, set, set.files);
    const texts = embedCaptions(searcher, captions);
    found.match = share((i) => nearest(vectors[i], texts, 1)[0].place === i);
  }
  if (captioner) {
    const set = setOf(pictures, captioner.encoder.size);
    const written = await writeCaptions(captioner, set, set.files, { language, seed, signal });
    found.exact = share((i) => written[i] === captions[i]);
    const [wanted, seen] = [captions, written].map((texts) => texts.map(sceneParts));
    if (wanted.every((parts) => parts !== undefined)) {
      const names = [...new Set(wanted.flatMap((parts) => Object.keys(parts!) as ScenePart[]))];
      found.parts = Object.fromEntries(
        names.map((name) => [name, share((i) => seen[i]?.[name] === wanted[i]![name])]),
      );
    }
  }
  return found;
}

/** Root mean square difference of two pictures of one size. */
const difference = (a: Uint8Array, b: Uint8Array): number =>
  Math.sqrt(squaresUpTo(a, b, Number.POSITIVE_INFINITY) / a.length);

/** The mean difference over all pairs. */
const spread = (pictures: readonly Picture[]): number =>
  mean(
    pictures.flatMap(({ pixels }, i) =>
      pictures.slice(0, i).map((other) => difference(pixels, other.pixels)),
    ),
  );

/** The mean over some pictures of the difference to the nearest of others in a set. */
async function nearestLearnt(
  pictures: readonly Picture[],
  images: ImageSet,
  places: readonly number[],
  signal: AbortSignal | undefined,
): Promise<number> {
  const differences: number[] = [];
  for (const { pixels } of pictures) {
    const least = places.reduce(
      (best, place) => Math.min(best, squaresUpTo(pixels, pictureAt(images, place).pixels, best)),
      Number.POSITIVE_INFINITY,
    );
    differences.push(Math.sqrt(least / pixels.length));
    await pause(signal);
  }
  return mean(differences);
}

/** The sum of squared differences, or of so many of them that it is above a limit. */
function squaresUpTo(a: Uint8Array, b: Uint8Array, limit: number): number {
  let sum = 0;
  for (let i = 0; i < a.length && sum <= limit; i++) sum += (a[i] - b[i]) ** 2;
  return sum;
}
