/**
 * How far back small models of one size recall, by what they are made of: each learns to answer what the one symbol was that stood so many
 * tokens back among noise, and is asked at every distance.
 */

import { nextTurn } from '../decode/index.ts';
import type { InspectTable } from '../eval/index.ts';
import { decoderConfig, isRecurrentConfig, parameterCount, recurrentConfig } from '../models/index.ts';
import type { Mark, Plot } from '../plots/index.ts';
import { createRng, type Rng } from '../rng.ts';
import { fromArray } from '../tensor/index.ts';
import { adamw, trackParameters, trainStep, uniformGroup } from '../train/index.ts';
import type { LanguageModel } from '../types.ts';
import { type IdBatch, lessonOf, writerOf } from './profiling.ts';
import type { WriterConfig } from './runs.ts';

/** What there is to compare, as `train` names it; `linear`: a Transformer with linear attention. */
export const recallers = ['rnn', 'gru', 'lstm', 'rwkv', 'linear', 'transformer'] as const;
export type Recaller = (typeof recallers)[number];

export interface RecallOptions {
  readonly architectures: readonly Recaller[];
  /** How many numbers each learns, as nearly as whole widths allow (attention: every fourth). */
  readonly parameters: number;
  /** Tokens between the symbol and the question, from 1; learned and asked alike. */
  readonly distances: readonly number[];
  readonly steps: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onStep?: (at: { architecture: Recaller; share: number }) => void;
}

export interface RecallResult {
  readonly architecture: Recaller;
  readonly width: number;
  readonly parameters: number;
  readonly tokensPerSecond: number;
  /** Bytes of what a text of one window has left behind, and of four: what the next token needs. */
  readonly stateBytes: readonly [number, number];
  /** The share of right answers at each distance; one in eight is a guess. */
  readonly recall: readonly number[];
}

const [SYMBOLS, NOISE] = [8, 8];
const QUESTION = SYMBOLS + NOISE;
const LAYERS = 2;
const HEADS = 2;
const ROWS = 16;
const WARM_UP = 20;
/** As all three cells learn with (docs/LOG.md, Recurrent models). */
const LR = 4e-3;
/** Asked at each distance: whole batches. */
const QUESTIONS = 128;

/** Trains each, asks each. The batches are the same for all. */
export async function recallByDistance(options: RecallOptions): Promise<RecallResult[]> {
  const { architectures, signal, onStep } = options;
  const results: RecallResult[] = [];
  for (const architecture of architectures) {
    const done = results.length;
    results.push(
      await recallOf(architecture, options, async (share) => {
        onStep?.({ architecture, share: (done + share) / architectures.length });
        await nextTurn();
        signal?.throwIfAborted();
      }),
    );
  }
  return results;
}

async function recallOf(
  architecture: Recaller,
  { parameters, distances, steps, seed }: RecallOptions,
  turn: (share: number) => Promise<void>,
): Promise<RecallResult> {
  const length = Math.max(...distances) + 1;
  const config = configOf(architecture, length, parameters);
  const { params, lossOf } = lessonOf(config, seed);
  const tracked = trackParameters(params, uniformGroup(adamw({ weightDecay: 0 })));
  const rng = createRng(seed).split('learned');
  let ms = 0;
  for (let step = 1; step <= steps; step++) {
    const asked = Array.from({ length: ROWS }, () => distances[rng.integer(distances.length)]);
    const { batch } = rowsOf(rng, length, asked);
    const start = performance.now();
    await trainStep<object, IdBatch>({
      ...{ params, tracked, loss: lossOf, batches: [batch], step, clip: 1, precision: 'f32' },
      lr: LR * Math.min(1, step / WARM_UP),
    });
    // The first step sets memory aside.
    if (step > 1) ms += performance.now() - start;
    await turn(step / steps);
  }
  return {
    architecture,
    width: config.width,
    parameters: parameterCount(config),
    tokensPerSecond: (1000 * ROWS * length * (steps - 1)) / ms,
    ...(await ask(config, params, {
      ...{ length, distances, rng: createRng(seed).split('asked') },
      turn: () => turn(1),
    })),
  };
}

/** The config of an architecture with the width that comes nearest to so many parameters. */
function configOf(architecture: Recaller, contextLength: number, parameters: number): WriterConfig {
  const sizes = { vocabSize: QUESTION + 1, contextLength, layers: LAYERS };
  const isRecurrent = architecture !== 'transformer' && architecture !== 'linear';
  const ofWidth = (width: number): WriterConfig => {
    if (isRecurrent) return recurrentConfig({ ...sizes, width, cell: architecture });
    const linear = architecture === 'linear' ? { linearAttention: true } : {};
    return decoderConfig({ ...sizes, width, heads: HEADS, positions: 'rotary', ...linear });
  };
  // Rotary positions turn pairs of each head's features.
  const pace = isRecurrent ? 1 : 2 * HEADS;
  const away = (width: number): number => Math.abs(parameterCount(ofWidth(width)) - parameters);
  let width = 2 * HEADS;
  while (away(width + pace) < away(width)) width += pace;
  return ofWidth(width);
}

interface Rows {
  readonly batch: IdBatch;
  readonly answers: readonly number[];
}

/** Rows of noise that end with the question, one symbol in each so many tokens before it. */
function rowsOf(rng: Rng, length: number, distances: readonly number[]): Rows {
  const ids = new Int32Array(distances.length * length);
  const targets = new Int32Array(ids.length).fill(-1);
  const answers = distances.map((distance, row) => {
    const end = (row + 1) * length - 1;
    for (let at = end - length + 1; at < end; at++) ids[at] = SYMBOLS + rng.integer(NOISE);
    ids[end] = QUESTION;
    return (targets[end] = ids[end - distance] = rng.integer(SYMBOLS));
  });
  const batch = (values: Int32Array) => fromArray<'i32'>(values, [distances.length, length], 'i32');
  return { batch: { ids: batch(ids), targets: batch(targets) }, answers };
}

interface Questions {
  readonly length: number;
  readonly distances: readonly number[];
  readonly rng: Rng;
  readonly turn: () => Promise<void>;
}

/** Reads questions with the trained model as a writer would, a batch at a time, and looks at how large what it keeps is. */
async function ask(
  config: WriterConfig,
  params: object,
  { length, distances, rng, turn }: Questions,
): Promise<Pick<RecallResult, 'recall' | 'stateBytes'>> {
  const long = isRecurrentConfig(config) ? config : { ...config, contextLength: 4 * length };
  const model = writerOf(long, params, { contextLength: 4 * length });
  const recall: number[] = [];
  for (const distance of distances) {
    let right = 0;
    for (let asked = 0; asked < QUESTIONS; asked += ROWS) {
      right += rightAnswers(model, length, rowsOf(rng, length, Array(ROWS).fill(distance)));
      await turn();
    }
    recall.push(right / QUESTIONS);
  }
  const sequence = model.open();
  const read = (count: number): number => {
    model.step([{ sequence, ids: new Int32Array(count).fill(SYMBOLS) }], { logits: 'none' });
    return sequence.cacheBytes;
  };
  return { recall, stateBytes: [read(length), read(3 * length)] };
}

function rightAnswers(model: LanguageModel, length: number, { batch, answers }: Rows): number {
  const requests = answers.map((_, row) => ({
    sequence: model.open(),
    ids: batch.ids.data.subarray(row * length, (row + 1) * length),
  }));
  const read = model.step(requests);
  for (const { sequence } of requests) sequence.close();
  return read.filter(({ logits: [row] }, i) => {
    const ofSymbols = row.subarray(0, SYMBOLS);
    return ofSymbols.indexOf(Math.max(...ofSymbols)) === answers[i];
  }).length;
}

/** One line for each distance, one column for each architecture: per cent of right answers. */
export const recallTable = (
  results: readonly RecallResult[],
  distances: readonly number[],
): InspectTable => ({
  columns: [distanceLabel, ...results.map(({ architecture }) => architecture)],
  rows: distances.map((distance, i) => [
    distance,
    ...results.map(({ recall }) => Number((100 * recall[i]).toFixed(1))),
  ]),
});

const distanceLabel = { en: 'tokens back', zh: '距离（词元）' };

export const recallPlot = (results: readonly RecallResult[], distances: readonly number[]): Plot => ({
  title: { en: 'Recall by distance', zh: '回忆率与距离' },
  x: { label: distanceLabel, scale: 'log' },
  y: { label: { en: 'right answers, %', zh: '答对，%' }, min: 0, max: 100 },
  marks: results.map(
    ({ architecture, recall }): Mark => ({
      type: 'line',
      name: architecture,
      points: recall.map((share, i) => ({ x: distances[i], y: 100 * share })),
    }),
  ),
  width: 760,
  height: 420,
});
