/**
 * Captions for pictures: an encoder of pictures, and a decoder whose blocks look at its places by cross attention (Vinyals et al. 2015;
 * Xu et al. 2015; with a Transformer).
 */

import {
  beamSearch,
  collectTexts,
  createTextModel,
  fromSource,
  parseStrategy,
  type Strategy,
  sourceReader,
} from '../decode/index.ts';
import { corpusBleu, mostFrequent } from '../eval/index.ts';
import type { Language } from '../language.ts';
import {
  createLanguageModel,
  type DecoderConfig,
  decoderConfig,
  loss as decoderLoss,
  decoderSpec,
  lookAtMemory,
  sourceMemory,
} from '../models/index.ts';
import { initialize, type Parameters } from '../nn/index.ts';
import { createRng } from '../rng.ts';
import type { Tensor } from '../tensor/index.ts';
import type { SavableTokenizer } from '../text/index.ts';
import type { SourceModel, Tokenizer } from '../types.ts';
import { captionIds, captionTokenizer, idRows, languageOf, languageToken } from './captions.ts';
import { encodeImages, type ImageEncoderConfig, imageEncoderSpec } from './image-encoder.ts';
import type { ImageRow } from './image-rows.ts';
import { type ImageSet, imageTensor } from './image-set.ts';
import { type ImageLearningOptions, learn, pieces } from './learning.ts';
import { limits } from './limits.ts';

export function captionerSpec(encoder: ImageEncoderConfig, decoder: DecoderConfig) {
  return {
    encoder: imageEncoderSpec(encoder),
    decoder: decoderSpec(decoder, { std: 1 / Math.sqrt(decoder.width) }),
  };
}

export type CaptionerParams = Parameters<ReturnType<typeof captionerSpec>>;

export interface Captioner {
  readonly task: 'caption';
  readonly encoder: ImageEncoderConfig;
  readonly decoder: DecoderConfig;
  readonly tokenizer: SavableTokenizer;
  readonly params: CaptionerParams;
}

/** The writer beside an encoder of pictures: as wide, with two blocks. */
export function writerConfig({ width, heads }: ImageEncoderConfig, { vocabSize }: Tokenizer): DecoderConfig {
  const contextLength = limits.captionTokens;
  const sizes = { vocabSize, contextLength, width, layers: 2, heads };
  return decoderConfig({ ...sizes, block: 'preNorm', positions: 'learned', crossAttention: true });
}

/** Targets that count for nothing. */
const NOTHING = -1;

/** Mean cross-entropy of captions' tokens, in nats: ids of each begin with its language. Pictures [B, S, S, 3]. */
export function captionLoss(
  params: CaptionerParams,
  { encoder, decoder }: Pick<Captioner, 'encoder' | 'decoder'>,
  pictures: Tensor,
  captions: readonly (readonly number[])[],
): Tensor {
  const look = lookAtMemory(decoder, encodeImages(params.encoder, encoder, pictures));
  const ids = idRows(
    captions.map((row) => row.slice(0, -1)),
    0,
  );
  const targets = idRows(
    captions.map((row) => row.slice(1)),
    NOTHING,
  );
  return decoderLoss(params.decoder, decoder, { ids, targets, ...look });
}

/** Learns from pictures with captions, in any mix of languages. @throws the signal's reason */
export async function trainCaptioner(
  rows: readonly ImageRow[],
  images: ImageSet,
  encoder: ImageEncoderConfig,
  options: ImageLearningOptions,
): Promise<Captioner> {
  const tokenizer = await captionTokenizer(
    rows.map(({ text }) => text),
    options,
  );
  const decoder = writerConfig(encoder, tokenizer);
  const params = initialize(captionerSpec(encoder, decoder), createRng(options.seed));
  const places = rows.map(({ file }) => images.places.get(file)!);
  const ids = rows.map((row) => captionIds(tokenizer, row.text));
  const loss = (p: CaptionerParams, examples: Int32Array): Tensor => {
    const own = Array.from(examples);
    const pictures = imageTensor(
      images,
      own.map((example) => places[example]),
    );
    return captionLoss(
      p,
      { encoder, decoder },
      pictures,
      own.map((example) => ids[example]),
    );
  };
  await learn({ params, count: rows.length, loss }, options);
  return { task: 'caption', encoder, decoder, tokenizer, params };
}

/** The model as one that writes for a source: a source is one number, the place of a picture in `files`. */
function pictureSources(
  { params, encoder, decoder }: Captioner,
  images: ImageSet,
  files: readonly string[],
  startId: number,
): SourceModel {
  const writer = createLanguageModel(params.decoder, decoder);
  const { vocabSize, contextLength, step } = writer;
  return {
    vocabSize,
    contextLength,
    sourceLength: 1,
    startId,
    step,
    read({ 0: place }) {
      const memory = sourceMemory(params.decoder, decoder, () => {
        // NOTE A reader's own sequence, which nobody steps, is opened with the start token: no place of a picture.
        const picture = imageTensor(images, [images.places.get(files[place] ?? files[0])!]);
        return encodeImages(params.encoder, encoder, picture);
      });
      return { ...writer, open: () => writer.open(undefined, memory) };
    },
  };
}

export interface CaptionOptions {
  readonly language: Language;
  /** As `parseStrategy` reads it: `greedy`, `beam:4`, … Default: beam search with 4 beams. */
  readonly strategy?: string;
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/** Pictures that are written about side by side: a number of one must be an id of the vocabulary, which has all bytes. */
const SIDE_BY_SIDE = 16;

/** Writes a caption for each picture, by its file. */
export async function writeCaptions(
  model: Captioner,
  images: ImageSet,
  files: readonly string[],
  { language, strategy: spec, seed = 0, signal }: CaptionOptions,
): Promise<string[]> {
  const { tokenizer } = model;
  const startId = languageToken(tokenizer, language);
  const inner: Strategy = spec ? parseStrategy(spec, { tokenizer }) : beamSearch({ beams: 4 });
  const captions: string[] = [];
  for (const some of pieces(files, SIDE_BY_SIDE)) {
    const source = pictureSources(model, images, some, startId);
    const writer = createTextModel(sourceReader(source), tokenizer, { strategy: fromSource(inner, source) });
    const prompt = some.map((_, place) => [place]);
    const written = await collectTexts(writer.generate({ prompt, seed, signal }));
    captions.push(...written.map(({ text }) => text.trim()));
  }
  return captions;
}

/** How near captions come to those of people, in one language. */
export interface CaptionScores {
  readonly language: Language;
  readonly pictures: number;
  /** Share that is one of the right captions, letter for letter. */
  readonly exact: number;
  /** 0 to 100; Chinese by characters. */
  readonly bleu: number;
  /** The most frequent caption that was learnt from, for every picture. */
  readonly baseline: { readonly exact: number; readonly bleu: number };
}

/** Writes a caption for every picture of rows, in each language that has captions here, and scores it against all of the picture. */
export async function testCaptioner(
  model: Captioner,
  images: ImageSet,
  { train, heldOut }: { readonly train: readonly ImageRow[]; readonly heldOut: readonly ImageRow[] },
  options: Omit<CaptionOptions, 'language'> = {},
): Promise<CaptionScores[]> {
  const scores: CaptionScores[] = [];
  for (const language of ['en', 'zh'] as const) {
    const right = new Map<string, string[]>();
    for (const { file, text } of heldOut) {
      if (languageOf(text) === language) right.set(file, [...(right.get(file) ?? []), text]);
    }
    if (right.size === 0) continue;
    const references = [...right.values()];
    const captions = await writeCaptions(model, images, [...right.keys()], { ...options, language });
    const seen = train.map(({ text }) => text).filter((text) => languageOf(text) === language);
    const usual = mostFrequent(seen) ?? '';
    const score = (texts: readonly string[]) => ({
      exact: texts.filter((text, i) => references[i].includes(text)).length / texts.length,
      bleu: corpusBleu(texts, references, { tokenizer: language === 'zh' ? 'zh' : '13a' }).score,
    });
    const baseline = score(captions.map(() => usual));
    scores.push({ language, pictures: captions.length, ...score(captions), baseline });
  }
  return scores;
}
