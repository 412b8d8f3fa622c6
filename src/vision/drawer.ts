/**
 * Pictures for prompts: a network that turns noise into a picture by rectified flow, led by the words of a prompt, and led further by the
 * difference that the prompt makes (classifier-free guidance, Ho & Salimans 2022).
 */

import type { Picture } from '../io/index.ts';
import type { EncoderConfig } from '../models/index.ts';
import { initialize } from '../nn/index.ts';
import { createRng } from '../rng.ts';
import { add, affine, concat, normal, rowsView, sub, type Tensor, withRecording } from '../tensor/index.ts';
import type { SavableTokenizer } from '../text/index.ts';
import { runningMean } from '../train/index.ts';
import type { Tokenizer } from '../types.ts';
import { captionIds, captionTokenizer } from './captions.ts';
import { fail, requireWhole } from './errors.ts';
import { flowLoss, flowTimes, followFlow, type Velocity } from './flow.ts';
import type { ImageEncoderConfig } from './image-encoder.ts';
import type { ImageRow } from './image-rows.ts';
import { textConfig } from './image-search.ts';
import type { ImageSet } from './image-set.ts';
import { type ImageLearningOptions, learn } from './learning.ts';
import { limits } from './limits.ts';
import {
  type PainterParams,
  type Prompts,
  painterSpec,
  paintVelocity,
  patchNumbers,
  readPrompts,
} from './painter.ts';
import { imagePatches, patchPictures } from './patches.ts';

export interface Drawer {
  readonly task: 'draw';
  /** Sizes of the network that draws, which is one of patches. */
  readonly encoder: ImageEncoderConfig;
  readonly text: EncoderConfig;
  readonly tokenizer: SavableTokenizer;
  readonly params: PainterParams;
}

/** Share of pictures that are learnt without their caption, so that the network knows both ways. */
const WITHOUT_CAPTION = 0.1;

/** What is read where there is no prompt. */
const noPrompt = (tokenizer: Tokenizer): number[] => [tokenizer.eosId!];

/**
 * Learns from pictures with captions, in any mix of languages; the weights are a mean over the end of the run.
 * @throws the signal's reason
 */
export async function trainDrawer(
  rows: readonly ImageRow[],
  images: ImageSet,
  encoder: ImageEncoderConfig,
  options: ImageLearningOptions,
): Promise<Drawer> {
  const tokenizer = await captionTokenizer(
    rows.map(({ text }) => text),
    options,
  );
  const text = textConfig(encoder, tokenizer);
  const rng = createRng(options.seed);
  const params = initialize(painterSpec(encoder, text), rng);
  const places = rows.map(({ file }) => images.places.get(file)!);
  const ids = rows.map((row) => captionIds(tokenizer, row.text));
  const loss = (p: PainterParams, examples: Int32Array, step: number): Tensor => {
    const chance = rng.split(`step ${step}`);
    const own = Array.from(examples);
    const pictures = imagePatches(
      images,
      own.map((example) => places[example]),
      encoder.patch,
    );
    const noise = normal(pictures.shape, { seed: chance.integer(2 ** 32), stream: step });
    const times = flowTimes(own.length, chance);
    const captions = own.map((example) =>
      chance.uniform() < WITHOUT_CAPTION ? noPrompt(tokenizer) : ids[example],
    );
    const prompts = readPrompts(p, text, captions);
    const velocity: Velocity = (x, t) => paintVelocity(p, encoder, { x, times: t, prompts });
    return flowLoss(velocity, { noise, pictures, times });
  };
  const mean = runningMean(params);
  const onProgress = (share: number, value: number): void => {
    mean.add();
    options.onProgress?.(share, value);
  };
  await learn({ params, count: rows.length, loss }, { ...options, onProgress });
  mean.apply();
  return { task: 'draw', encoder, text, tokenizer, params };
}

export interface DrawOptions {
  /** One for each prompt: the same prompt and seed give the same picture. */
  readonly seeds: readonly number[];
  /** How much the prompt leads: 1 as it was learnt, 0 not at all. Default 3. */
  readonly guidance?: number;
  /** Of Heun's method; each asks the network twice. Default 16. */
  readonly steps?: number;
  /** Told the share that is done, from 0 to 1. */
  readonly onProgress?: (share: number) => void;
  readonly signal?: AbortSignal;
}

export const drawDefaults = { guidance: 3, steps: 16 } as const;

/** Pictures that are drawn side by side. */
const SIDE_BY_SIDE = 16;

/**
 * Draws a picture for each prompt. @throws for a prompt that is empty or longer than the model reads, where a number is out of range, and
 * the signal's reason
 *
 * @example
 * const [picture] = await drawPictures(await loadImageModel('runs/image-draw', 'draw'), ['a large red circle at the top'], { seeds: [1] });
 */
export async function drawPictures(
  model: Drawer,
  prompts: readonly string[],
  { seeds, onProgress, signal, ...options }: DrawOptions,
): Promise<Picture[]> {
  const { guidance = drawDefaults.guidance, steps = drawDefaults.steps } = options;
  checkDrawing({ guidance, steps });
  for (const seed of seeds) requireWhole('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  const rows = prompts.map((prompt) => promptIds(model.tokenizer, prompt));
  const { size, patch } = model.encoder;
  const pictures: Picture[] = [];
  for (let from = 0; from < rows.length; from += SIDE_BY_SIDE) {
    const some = rows.slice(from, from + SIDE_BY_SIDE);
    const noise = startNoise(model, seeds.slice(from, from + some.length));
    const reached = await followFlow(guided(model, some, guidance), noise, {
      steps,
      signal,
      onStep: (done) => onProgress?.((from + (some.length * done) / steps) / rows.length),
    });
    pictures.push(...patchPictures(reached, size, patch));
  }
  return pictures;
}

/** What a drawing may be asked for; `side`: pixels of a side of its file. */
export interface DrawingWishes {
  readonly count?: number;
  readonly side?: number;
  readonly guidance?: number;
  readonly steps?: number;
}

/** @throws `vision/option` where a number is out of its range */
export function checkDrawing({ count = 1, side = 1, steps = 1, guidance = 1 }: DrawingWishes): void {
  requireWhole('count', count, 1, limits.drawn);
  requireWhole('imageSize', side, 1, limits.drawnSide);
  requireWhole('steps', steps, 1, limits.drawSteps);
  if (guidance >= 0 && guidance <= limits.guidance) return;
  const [rule, zhRule] = [`from 0 to ${limits.guidance}`, `在 0 到 ${limits.guidance} 之间`];
  throw fail('vision/option', { option: 'guidance', rule, zhRule, got: guidance });
}

/** Tokens of a prompt, with those that stand before and behind it. */
const promptTokens = (tokenizer: Tokenizer, prompt: string): number => tokenizer.encode(prompt).length + 2;

/** Whether a text is short enough to be a prompt. */
export const fitsPrompt = (tokenizer: Tokenizer, text: string): boolean =>
  promptTokens(tokenizer, text) <= limits.captionTokens;

/** The ids of a prompt. Unlike a caption that is learnt from, none is cut. @throws `vision/prompt-empty`, `vision/prompt-long` */
export function promptIds(tokenizer: Tokenizer, prompt: string): number[] {
  const text = prompt.trim();
  if (text === '') throw fail('vision/prompt-empty', {});
  const tokens = promptTokens(tokenizer, text);
  if (tokens > limits.captionTokens) throw fail('vision/prompt-long', { tokens, most: limits.captionTokens });
  return captionIds(tokenizer, text);
}

/** Noise of its own seed for each picture: [B, P, C]. */
function startNoise({ encoder }: Drawer, seeds: readonly number[]): Tensor {
  const { size, patch } = encoder;
  const shape = [1, (size / patch) ** 2, patchNumbers(encoder)];
  return concat(
    seeds.map((seed) => normal(shape, { seed })),
    0,
  );
}

/** The velocity without the prompt, and from there `guidance` times the way to that with it. */
function guided(
  { params, encoder, text, tokenizer }: Drawer,
  rows: readonly (readonly number[])[],
  guidance: number,
): Velocity {
  const isPlain = guidance === 1;
  const all = isPlain ? rows : [...rows, ...rows.map(() => noPrompt(tokenizer))];
  const prompts: Prompts = withRecording(false, () => readPrompts(params, text, all));
  if (isPlain) return (x, times) => paintVelocity(params, encoder, { x, times, prompts });
  return (x, times) => {
    const twice = Float32Array.from({ length: 2 * times.length }, (_, i) => times[i % times.length]);
    const both = paintVelocity(params, encoder, { x: concat([x, x], 0), times: twice, prompts });
    const [led, free] = [rowsView(both, 0, rows.length), rowsView(both, rows.length, all.length)];
    return add(free, affine(sub(led, free), guidance, 0));
  };
}
