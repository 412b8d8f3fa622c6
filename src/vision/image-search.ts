/**
 * Pictures and captions as vectors of one space (CLIP, Radford et al. 2021): each picture shall be nearest to its own caption among
 * all of a batch, and the other way round.
 */

import type { Language } from '../language.ts';
import { type EncoderConfig, encode, encoderConfig, encoderSpec } from '../models/index.ts';
import {
  initialize,
  linearSpec,
  normalInit,
  ParameterSpec,
  type Parameters,
  runLinear,
  symmetricInfoNce,
  unitRows,
} from '../nn/index.ts';
import { createRng } from '../rng.ts';
import { full, mean, scope, type Tensor, withRecording } from '../tensor/index.ts';
import type { SavableTokenizer } from '../text/index.ts';
import type { Tokenizer } from '../types.ts';
import { captionIds, captionTokenizer, idRows, languageOf, tokenMeans } from './captions.ts';
import { encodeImages, type ImageEncoderConfig, imageEncoderSpec } from './image-encoder.ts';
import type { ImageRow } from './image-rows.ts';
import { type ImageSet, imageTensor } from './image-set.ts';
import { type ImageLearningOptions, learn, pieces } from './learning.ts';
import { limits } from './limits.ts';

/** CLIP's first temperature: 0.07. */
const FIRST_LOG_SCALE = Math.log(1 / 0.07);

export function imageSearchSpec(encoder: ImageEncoderConfig, text: EncoderConfig) {
  const { width } = encoder;
  const std = 1 / Math.sqrt(width);
  const projection = () => linearSpec(width, width, { init: normalInit(std) });
  return {
    image: imageEncoderSpec(encoder),
    text: encoderSpec(text, { std }),
    imageProjection: projection(),
    textProjection: projection(),
    logScale: new ParameterSpec([1], (shape) => full(shape, FIRST_LOG_SCALE)),
  };
}

export type ImageSearchParams = Parameters<ReturnType<typeof imageSearchSpec>>;

export interface ImageSearcher {
  readonly task: 'search';
  readonly encoder: ImageEncoderConfig;
  readonly text: EncoderConfig;
  readonly tokenizer: SavableTokenizer;
  readonly params: ImageSearchParams;
}

/** Vectors [B, D] of pictures [B, S, S, 3]: the mean of their places, mapped into the common space. */
const imageVectors = (params: ImageSearchParams, config: ImageEncoderConfig, x: Tensor): Tensor =>
  runLinear(params.imageProjection, mean(encodeImages(params.image, config, x), { axis: 1 }));

/** Vectors [B, D] of captions: the mean of the states of their tokens, mapped into the common space. */
function textVectors(
  params: ImageSearchParams,
  config: EncoderConfig,
  rows: readonly (readonly number[])[],
  padding: number,
): Tensor {
  const lengths = rows.map(({ length }) => length);
  const states = encode(params.text, config, idRows(rows, padding), { lengths });
  return runLinear(params.textProjection, tokenMeans(states, lengths));
}

/** The reader of captions beside an encoder of pictures: as wide, with two blocks. */
export function textConfig(encoder: ImageEncoderConfig, tokenizer: Tokenizer): EncoderConfig {
  const { width, heads } = encoder;
  const parts = { block: 'preNorm', embeddingNorm: false, maskedHead: false } as const;
  const { vocabSize } = tokenizer;
  return encoderConfig({
    vocabSize,
    contextLength: limits.captionTokens,
    width,
    layers: 2,
    heads,
    ...parts,
  });
}

/** Learns from pictures with captions, in any mix of languages. @throws the signal's reason */
export async function trainImageSearch(
  rows: readonly ImageRow[],
  images: ImageSet,
  encoder: ImageEncoderConfig,
  options: ImageLearningOptions,
): Promise<ImageSearcher> {
  const tokenizer = await captionTokenizer(
    rows.map(({ text }) => text),
    options,
  );
  const text = textConfig(encoder, tokenizer);
  const params = initialize(imageSearchSpec(encoder, text), createRng(options.seed));
  const places = rows.map(({ file }) => images.places.get(file)!);
  const ids = rows.map((row) => captionIds(tokenizer, row.text));
  const loss = (p: ImageSearchParams, examples: Int32Array): Tensor => {
    const own = Array.from(examples);
    const pictures = imageTensor(
      images,
      own.map((example) => places[example]),
    );
    const captions = own.map((example) => ids[example]);
    const a = imageVectors(p, encoder, pictures);
    return symmetricInfoNce(a, textVectors(p, text, captions, tokenizer.eosId!), p.logScale);
  };
  await learn({ params, count: rows.length, loss }, options);
  return { task: 'search', encoder, text, tokenizer, params };
}

/** Rows of length 1, one for each of `items`. */
function vectorsOf<Item>(items: readonly Item[], vectors: (some: readonly Item[]) => Tensor): Float32Array[] {
  return pieces(items).flatMap((some) => {
    const made = withRecording(false, () =>
      scope(() => Float32Array.from(unitRows(vectors(some)).data as Float32Array)),
    );
    const size = made.length / some.length;
    return some.map((_, row) => made.subarray(row * size, (row + 1) * size));
  });
}

/** Vectors of length 1 of pictures, each by its file: their products are cosines. */
export const embedImages = (
  { params, encoder }: ImageSearcher,
  images: ImageSet,
  files: readonly string[],
): Float32Array[] =>
  vectorsOf(files, (some) => {
    const places = some.map((file) => images.places.get(file)!);
    return imageVectors(params, encoder, imageTensor(images, places));
  });

/** Vectors of length 1 of captions, in the same space. */
export const embedCaptions = (
  { params, text, tokenizer }: ImageSearcher,
  captions: readonly string[],
): Float32Array[] =>
  vectorsOf(captions, (some) => {
    const ids = some.map((caption) => captionIds(tokenizer, caption));
    return textVectors(params, text, ids, tokenizer.eosId!);
  });

export interface Match {
  /** Place in the list that was searched. */
  readonly place: number;
  /** Cosine, in [−1, 1]. */
  readonly similarity: number;
}

/** The most similar of a list, the best first. */
export function nearest(vector: Float32Array, list: readonly Float32Array[], top: number): Match[] {
  return list
    .map((other, place) => ({ place, similarity: dot(vector, other) }))
    .sort((a, b) => b.similarity - a.similarity || a.place - b.place)
    .slice(0, top);
}

function dot(a: Float32Array, b: Float32Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i] * b[i];
  return total;
}

/** How often a partner is among the first 1 and the first 5. */
export interface TopShares {
  readonly at1: number;
  readonly at5: number;
}

/** Recall among the captions of one language and their pictures. */
export interface Recall {
  readonly language: Language;
  readonly pairs: number;
  readonly textToImage: TopShares;
  readonly imageToText: TopShares;
  /** What a random order would reach. */
  readonly chance: TopShares;
}

/**
 * Recall in each language that has captions here. No caption and no picture comes twice, the first row counts: so one partner alone is
 * right. A language with fewer than two such pairs is left out.
 */
export function testImageSearch(model: ImageSearcher, images: ImageSet, rows: readonly ImageRow[]): Recall[] {
  return (['en', 'zh'] as const).flatMap((language) => {
    const pairs = pairsApart(rows.filter(({ text }) => languageOf(text) === language));
    if (pairs.length < 2) return [];
    const files = pairs.map(({ file }) => file);
    const pictures = embedImages(model, images, files);
    const captions = embedCaptions(
      model,
      pairs.map(({ text }) => text),
    );
    const chance = { at1: 1 / pairs.length, at5: Math.min(1, 5 / pairs.length) };
    const [textToImage, imageToText] = [recall(captions, pictures), recall(pictures, captions)];
    return [{ language, pairs: pairs.length, textToImage, imageToText, chance }];
  });
}

/** Rows of which no two share their caption or their picture: the first of each counts. */
export function pairsApart(rows: readonly ImageRow[]): ImageRow[] {
  const seen = new Set<string>();
  return rows.filter(({ file, text }) => {
    const keys = [`file ${file}`, `text ${text}`];
    if (keys.some((key) => seen.has(key))) return false;
    for (const key of keys) seen.add(key);
    return true;
  });
}

/** How often the own place of a vector is among the nearest of the other side. Of equals, the first is nearer, as in `nearest`. */
function recall(from: readonly Float32Array[], to: readonly Float32Array[]): TopShares {
  const nearer = from.map((vector, i) => {
    const own = dot(vector, to[i]);
    let count = 0;
    to.forEach((other, place) => {
      const similarity = dot(vector, other);
      if (similarity > own || (similarity === own && place < i)) count++;
    });
    return count;
  });
  const within = (top: number): number => nearer.filter((count) => count < top).length / from.length;
  return { at1: within(1), at5: within(5) };
}
