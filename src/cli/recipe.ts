/** Recipes: everything about a training that is not the text. Plain data, kept in the run's `config.json`. */

import type { DistillationOptions } from '../adapt/index.ts';
import { nearest } from '../errors.ts';
import type {
  DecoderOptions,
  EncoderDecoderOptions,
  EncoderOptions,
  RecurrentOptions,
} from '../models/index.ts';
import {
  adamw,
  decayMatrices,
  type Grouping,
  muon,
  type Schedule,
  type ScheduleName,
  schedules,
} from '../train/index.ts';
import { fail } from './errors.ts';
import type { InitialRun } from './runs.ts';

export interface Recipe {
  readonly batchSize: number;
  /** Peak rate of AdamW. */
  readonly lr: number;
  /** `muon`: Muon for the matrices of the blocks, AdamW for the rest. */
  readonly optimizer: 'adamw' | 'muon';
  /** Peak rate of Muon, and how often it iterates towards an orthogonal matrix (default: five times, as published). */
  readonly muonLr?: number;
  readonly muonIterations?: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly weightDecay: number;
  readonly schedule: ScheduleName;
  readonly warmupSteps: number;
  /** The rate at the end as a share of the peak. */
  readonly floor: number;
  /** Share of the run in which the rate falls (warmupStableDecay). */
  readonly decay?: number;
  readonly clip: number;
  /** How rows are cut: windows anywhere, a stream of shuffled documents, or documents that are not cut. */
  readonly rows: 'windows' | 'documents' | 'whole';
  /** A standard deviation, 1/√inputs, or tables that begin as the corpus's bigram model (needs `tiedHead: false`). */
  readonly init: number | 'fanIn' | 'bigrams';
  readonly precision: 'f32' | 'bf16';
  /** For encoders: how tokens are hidden that are to be guessed. */
  readonly masked?: Masking;
  /** The share of texts of which the middle is learned last, to fill it in (`infillRows`). */
  readonly fim?: number;
  /** Cures of repetition with all their arguments, as `formatCures` writes them. */
  readonly cure?: string;
  /** For mixtures of experts: the weight of uneven use in the loss. */
  readonly expertBalance?: number;
  /** For pairs: the share of a target's probability that is spread over the vocabulary (Szegedy et al. 2016). */
  readonly labelSmoothing?: number;
  /** Of several languages: how the small ones are raised (`temperatureShares`); default 1, as much as there is. */
  readonly mixTemperature?: number;
  /** What is learned of another model beside the text. */
  readonly distillation?: Distillation;
  /** How the text is kept private. */
  readonly privacy?: Privacy;
}

/** What was asked of a private training: an ε at its end, or a noise (see `privateGradients`). */
export interface Privacy {
  readonly epsilon?: number;
  readonly noise?: number;
  readonly clip: number;
  readonly delta?: number;
  readonly unit?: 'document' | 'piece';
}

/** A teacher, and what of it is learned how (see `DistillationOptions`). */
export interface Distillation extends Omit<DistillationOptions, 'seed'> {
  readonly teacher: InitialRun;
}

/** How tokens are hidden: see `maskedRows`. */
export interface Masking {
  readonly rate: number;
  /** Fixed masks of each row; 0: a new one every time. */
  readonly copies: number;
  readonly wholeWords: boolean;
}

/** The shape of a model; the vocabulary comes from the tokenizer. */
export type ModelShape = Omit<DecoderOptions, 'vocabSize'>;

/** The same of an encoder. */
export type EncoderShape = Omit<EncoderOptions, 'vocabSize'>;

/** The same of an encoder–decoder; the token its texts begin with comes from the tokenizer as well. */
export type PairShape = Omit<EncoderDecoderOptions, 'vocabSize' | 'startId'>;

/** The same of a recurrent model. */
export type RecurrentShape = Omit<RecurrentOptions, 'vocabSize'>;

/** A named training: model, recipe, tokenizer and length, each of which a flag can change. */
export interface TrainingPreset<Model = ModelShape> {
  readonly model: Model;
  readonly recipe: Recipe;
  readonly tokenizer: 'characters' | { readonly vocabSize: number };
  readonly steps?: number;
}

const common = {
  optimizer: 'adamw',
  beta1: 0.9,
  beta2: 0.95,
  weightDecay: 0.1,
  schedule: 'cosine',
  clip: 1,
  precision: 'f32',
} as const;

export const trainingPresets = {
  /**
   * nanoGPT's configuration for Tiny Shakespeare on a processor, whose stated held-out loss is 1.88. Its rate of 1e-3 is
   * low for so short a run: 1.94 with it here, 1.72 with 4e-3.
   */
  'shakespeare-cpu': {
    model: { contextLength: 64, width: 128, layers: 4, heads: 4 },
    recipe: {
      ...common,
      batchSize: 12,
      lr: 4e-3,
      beta2: 0.99,
      warmupSteps: 100,
      floor: 0.1,
      rows: 'windows',
      init: 0.02,
    },
    tokenizer: 'characters',
    steps: 2000,
  },
  /** nanoGPT's larger configuration for Tiny Shakespeare. */
  shakespeare: {
    model: { contextLength: 256, width: 384, layers: 6, heads: 6, dropout: 0.2 },
    recipe: {
      ...common,
      batchSize: 64,
      lr: 1e-3,
      beta2: 0.99,
      warmupSteps: 100,
      floor: 0.1,
      rows: 'windows',
      init: 0.02,
    },
    tokenizer: 'characters',
    steps: 5000,
  },
  /** Classical Chinese poems, larger than the first run's. */
  poem: {
    model: { contextLength: 128, width: 256, layers: 6, heads: 8 },
    recipe: {
      ...common,
      batchSize: 32,
      lr: 1e-3,
      warmupSteps: 100,
      floor: 0.05,
      rows: 'documents',
      init: 0.02,
    },
    tokenizer: { vocabSize: 6000 },
    steps: 3000,
  },
} as const satisfies { readonly [name: string]: TrainingPreset };

/** By which a model that was trained elsewhere goes on learning. */
export const foreignRecipe: Recipe = { ...trainingPresets.poem.recipe, batchSize: 8 };

/** A preset by name. @throws with the nearest name. */
export function trainingPreset(name: string): TrainingPreset {
  if (!Object.hasOwn(trainingPresets, name)) {
    const known = Object.keys(trainingPresets);
    throw fail('cli/value', {
      command: 'train',
      option: '--preset',
      rule: `one of ${known.join(', ')}`,
      zhRule: `为 ${known.join('、')} 之一`,
      got: name,
      near: nearest(name, known),
    });
  }
  return trainingPresets[name as keyof typeof trainingPresets];
}

/** Only some tokens of a row are guessed: an encoder wants more rows at a time than a model that learns from every token. */
const LEAST_ENCODER_ROWS = 32;
/** Higher rates of AdamW are for tables that begin as a bigram model (docs/LOG.md). */
const MOST_ENCODER_LR = 6e-3;

/**
 * An encoder of the sizes of a preset, and the recipe by which it learns to guess hidden tokens. A preset of the GPT-2 class gives BERT's
 * class, which other libraries read; one with RMSNorm an encoder of the same kind of blocks, which learns faster (docs/LOG.md).
 */
export function encoderPreset({ model, recipe, ...rest }: TrainingPreset): TrainingPreset<EncoderShape> {
  const { contextLength, width, layers, heads, dropout } = model;
  const { positions, qkNorm, norm, activation } = model;
  const kind: Partial<EncoderShape> =
    norm === 'rmsNorm'
      ? { positions, qkNorm, norm, activation, block: 'preNorm', bias: false, embeddingNorm: false }
      : {};
  return {
    ...rest,
    model: { contextLength, width, layers, heads, dropout, ...kind },
    recipe: {
      ...recipe,
      batchSize: Math.max(LEAST_ENCODER_ROWS, recipe.batchSize),
      lr: Math.min(MOST_ENCODER_LR, recipe.lr),
      init: 0.02,
      masked: { rate: 0.15, copies: 0, wholeWords: false },
    },
  };
}

/** Higher rates of presets are Muon's, or for tables that begin as a bigram model; with this one all three cells learn (docs/LOG.md). */
const MOST_RECURRENT_LR = 4e-3;

/** A recurrent model of the sizes of a preset, and a recipe for it: as AdamW trains the preset, from orthogonal matrices. */
export function recurrentPreset(
  { model, recipe: { muonLr: _, muonIterations: __, ...recipe }, ...rest }: TrainingPreset,
  cell: RecurrentShape['cell'],
): TrainingPreset<RecurrentShape> {
  const { contextLength, width, layers, dropout } = model;
  return {
    ...rest,
    model: { cell, contextLength, width, layers, dropout },
    recipe: { ...recipe, optimizer: 'adamw', lr: Math.min(MOST_RECURRENT_LR, recipe.lr), init: 'fanIn' },
  };
}

/** The vocabulary of a tokenizer that is not learnt: bytes, and the end of a text. */
export const BYTES = 257;
/** Noise drowns small samples, and what begins from counts of the text is not private. */
const LEAST_PRIVATE_ROWS = 64;
const MOST_PRIVATE_LR = 2e-3;

/** A recipe that learns under noise, from nothing of the text: AdamW on large samples. */
export function privateRecipe({ muonLr: _, muonIterations: __, ...recipe }: Recipe): Recipe {
  return {
    ...recipe,
    optimizer: 'adamw',
    batchSize: Math.max(LEAST_PRIVATE_ROWS, recipe.batchSize),
    lr: Math.min(MOST_PRIVATE_LR, recipe.lr),
    init: recipe.init === 'bigrams' ? 0.02 : recipe.init,
  };
}

/** The same of a preset, with bytes for tokens. */
export const privatePreset = (preset: TrainingPreset): TrainingPreset => ({
  ...preset,
  recipe: privateRecipe(preset.recipe),
  tokenizer: { vocabSize: BYTES },
});

/** A pair is short: more of them at a time than of long rows. */
const LEAST_PAIRS = 32;
/** Higher rates of presets are Muon's, or for tables that begin as a bigram model. */
const MOST_PAIR_LR = 2e-3;

/** AdamW at such a rate, from small numbers. */
const LEAST_WARMUP = 50;

/** Whether a source is one tunebook. */
export const isTunebook = (source: string | undefined): boolean => /\.abc$/i.test(source ?? '');

/** The same of a preset for tunes, each of which is learned from its header to its end, in short tokens (docs/LOG.md). */
export const tunePreset = ({ model, recipe, ...rest }: TrainingPreset): TrainingPreset => ({
  ...rest,
  model: { ...model, contextLength: 320 },
  recipe: { ...recipe, batchSize: Math.min(8, recipe.batchSize) },
  tokenizer: { vocabSize: 1000 },
});

/** An encoder–decoder that has as many blocks as the preset, half of them in each half, and a recipe for it. */
export function pairPreset({
  model,
  recipe: { muonLr: _, muonIterations: __, ...recipe },
  ...rest
}: TrainingPreset): TrainingPreset<PairShape> {
  const { contextLength, width, layers, heads } = model;
  return {
    ...rest,
    model: { contextLength, width, layers: Math.ceil(layers / 2), heads, dropout: 0.1 },
    recipe: {
      ...recipe,
      batchSize: Math.max(LEAST_PAIRS, recipe.batchSize),
      optimizer: 'adamw',
      lr: Math.min(MOST_PAIR_LR, recipe.lr),
      beta1: 0.9,
      warmupSteps: Math.max(LEAST_WARMUP, recipe.warmupSteps),
      init: 'fanIn',
      labelSmoothing: 0.1,
    },
  };
}

/** The recipe by which a trained model goes on learning: lower rates, falling to nothing. */
export function tuningRecipe({ muonLr: _, muonIterations: __, decay: ___, ...recipe }: Recipe): Recipe {
  const adam = { optimizer: 'adamw', lr: 3e-4, beta1: 0.9, beta2: 0.95 } as const;
  return { ...recipe, ...adam, schedule: 'linear', warmupSteps: 20, floor: 0 };
}

/** The optimizer of each parameter. */
export function groupingOf(recipe: Recipe): Grouping {
  const { beta1, beta2, weightDecay, lr, muonLr = 0.02, muonIterations = 5 } = recipe;
  const decayed = decayMatrices({ beta1, beta2, weightDecay });
  if (recipe.optimizer === 'adamw') return decayed;
  const matrix = { optimizer: muon({ weightDecay: 0, iterations: muonIterations }), lrScale: muonLr / lr };
  const plain = { optimizer: adamw({ beta1, beta2, weightDecay: 0 }) };
  return (path, parameter) => {
    if (parameter.shape.length < 2) return plain;
    return path.startsWith('blocks.') ? matrix : decayed(path, parameter);
  };
}

export function scheduleOf({ schedule, warmupSteps, floor, decay }: Recipe): Schedule {
  return schedules[schedule]({ warmupSteps, floor, ...(decay === undefined ? {} : { decay }) });
}
