/** What each model takes on this data and this machine: a row of arithmetic for each, fed by what the machine has shown. */

import type { ModelCost, ModelName } from '../eval/index.ts';
import {
  type DecoderConfig,
  estimateMemory,
  flopsPerToken,
  parameterCount,
  recurrentConfig,
  weightBytes,
} from '../models/index.ts';
import { type EnergyRates, energyFigures } from '../train/index.ts';
import {
  ASKED,
  type CountedModel,
  type CountingSpeeds,
  type MachineSpeed,
  type SliceSpeed,
} from './choose-probes.ts';
import {
  bertBase,
  halfBillion,
  LEARNT_SHARE,
  marian,
  ownConfig,
  ownPreset,
  ownShape,
  type ShapeGrounds,
  sevenBillion,
} from './choose-shapes.ts';
import { encoderPreset, pairPreset } from './recipe.ts';

/** A price as it was said, for a million tokens. */
export interface TokenPrice {
  readonly cost: number;
  readonly currency: string;
}

/** What costs are told from. */
export interface CostGrounds extends ShapeGrounds {
  readonly machine: MachineSpeed;
  readonly counting: CountingSpeeds;
  readonly rates: EnergyRates;
  /** What a process of this program holds before it reads anything. */
  readonly baseBytes: number;
  readonly price?: TokenPrice;
}

/** Bytes that V8 takes for a token as a string in lists and rows, and for an n-gram in maps: rounded from trials (docs/LOG.md). */
const [TOKEN_BYTES, GRAM_BYTES] = [120, 220];
/** Bytes of a token in a table of 5-grams, and of a character as it is read. */
const [NGRAM_BYTES, CHARACTER_BYTES] = [120, 8];
/** Tokens that tune head reads of a text, passes, and updates at least. */
const HEAD = { tokens: 128, epochs: 3, batch: 16, steps: 100 };
/** Rows of a step of tune lora. */
const LORA_ROWS = 8;
/** Filters of the text CNN, as its defaults are: numbers of an embedding × filters × widths; passes; texts in a batch; Adam's work. */
const CNN = { weights: 100 * 100 * (3 + 4 + 5), epochs: 5, batch: 50, adam: 20, table: 100 };

/** The cost of a model. */
export function costOf(name: ModelName, grounds: CostGrounds): ModelCost {
  return costs[name](grounds);
}

const costs: { readonly [Name in ModelName]: (grounds: CostGrounds) => ModelCost } = {
  'naive-bayes': (grounds) => counted('naive-bayes', grounds),
  svm: (grounds) => counted('svm', grounds),
  cnn: cnnCost,
  ngram: (grounds) => counted('ngram', grounds),
  bm25: (grounds) => counted('bm25', grounds),
  // An answer is found in an index; a summary reads all.
  extract: (grounds) => counted(grounds.facts.task === 'answer' ? 'bm25' : 'extract', grounds),
  'encoder-here': (grounds) => {
    const { batchSize } = encoderPreset(ownPreset).recipe;
    const config = ownConfig(grounds);
    return network(grounds, config, {
      train: fromNothing(grounds, config, batchSize),
      ask: 'read',
    });
  },
  'encoder-pretrained': (grounds) => {
    const config = bertBase(grounds.facts);
    return network(grounds, config, { train: headOn(grounds, config, 'full'), ask: 'read' });
  },
  'decoder-head': (grounds) =>
    network(grounds, halfBillion, { train: headOn(grounds, halfBillion, 'lora'), ask: 'read' }),
  lstm: (grounds) => {
    const { layers, width } = ownShape(grounds);
    const { contextLength } = ownPreset.model;
    const vocabSize = grounds.facts.characterKinds + 2;
    const parameters = parameterCount(
      recurrentConfig({ cell: 'lstm', layers, width, vocabSize, contextLength }),
    );
    const config = ownConfig(grounds);
    const as = network(grounds, config, { train: fromNothing(grounds, config), ask: 'write' });
    // One step after the other: the products are of few rows. Proportion as measured (docs/LOG.md, Recurrent models).
    return { ...as, parameters, trainSeconds: RECURRENT * as.trainSeconds! };
  },
  'decoder-here': (grounds) => {
    const config = ownConfig(grounds);
    return network(grounds, config, { train: fromNothing(grounds, config), ask: 'write' });
  },
  'prefix-here': (grounds) => {
    const config = ownConfig(grounds, { prefix: true });
    return network(grounds, config, { train: fromNothing(grounds, config), ask: 'write' });
  },
  'pairs-here': (grounds) => {
    const { batchSize } = pairPreset(ownPreset).recipe;
    const config = ownConfig(grounds);
    return network(grounds, config, { train: fromNothing(grounds, config, batchSize), ask: 'write' });
  },
  'pairs-pretrained': (grounds) => network(grounds, marian, { ask: 'write' }),
  'decoder-pretrained': (grounds) =>
    network(grounds, halfBillion, {
      train: grounds.facts.task === 'write' ? onePass(grounds, halfBillion, 'f32') : undefined,
      ask: 'write',
    }),
  'decoder-7b': (grounds) =>
    network(grounds, sevenBillion, {
      train: onePass(grounds, sevenBillion, 'q4_0'),
      ask: 'write',
      weights: 'q4_0',
    }),
  embedder: (grounds) => {
    const config = bertBase(grounds.facts);
    const flops = grounds.facts.tokens * flopsPerToken(config, HEAD.tokens).forward;
    const { weights } = estimateMemory(config, { purpose: 'generate' });
    return network(grounds, config, { train: { flops, bytes: weights }, ask: 'read' });
  },
  remote: ({ price }) => (price ? { perMillionTokens: price } : {}),
};

/** What an LSTM takes of what a Transformer of this size does: 16 to 27 beside some 100 GFLOP/s, for two thirds of the work. */
const RECURRENT = 3;

interface Lesson {
  readonly flops: number;
  readonly bytes: number;
}

/** All numbers learnt, from new ones. */
function fromNothing(
  grounds: CostGrounds,
  config: DecoderConfig,
  batch: number = ownPreset.recipe.batchSize,
): Lesson {
  const { steps } = ownShape(grounds);
  const { contextLength } = config;
  return {
    flops: steps * batch * contextLength * flopsPerToken(config).training,
    bytes: estimateMemory(config, { purpose: 'train', batch }).total,
  };
}

/** A head and the model under it, or an adapter of that, on every text three times. */
function headOn({ facts }: CostGrounds, config: DecoderConfig, how: 'full' | 'lora'): Lesson {
  const length = Math.max(1, Math.min(HEAD.tokens, Math.round(facts.textTokens)));
  const steps = Math.max(HEAD.steps, Math.ceil((HEAD.epochs * LEARNT_SHARE * facts.texts) / HEAD.batch));
  const use = estimateMemory(config, { purpose: 'train', batch: HEAD.batch, length });
  const { forward } = flopsPerToken(config, length);
  // A head has no vocabulary, and a frozen weight no gradient of its own.
  const body = forward - 2 * config.vocabSize * config.width;
  return {
    flops: steps * HEAD.batch * length * body * (how === 'full' ? 3 : 2),
    bytes: how === 'full' ? use.total : use.weights + use.activations,
  };
}

/** An adapter, on all of the text once. */
function onePass({ facts }: CostGrounds, config: DecoderConfig, weights: 'f32' | 'q4_0'): Lesson {
  const { activations } = estimateMemory(config, { purpose: 'train', batch: LORA_ROWS });
  return {
    flops: 2 * facts.tokens * flopsPerToken(config).forward,
    bytes: weightBytes(config, weights) + activations,
  };
}

/** A network by its arithmetic: training and reading by the speed of training steps, writing by that of memory. */
function network(
  grounds: CostGrounds,
  config: DecoderConfig,
  {
    train,
    ask,
    weights = 'f32',
  }: { readonly train?: Lesson; readonly ask: 'read' | 'write'; readonly weights?: 'f32' | 'q4_0' },
): ModelCost {
  const { facts, machine, baseBytes } = grounds;
  // What reads has no head over the vocabulary.
  const forward = flopsPerToken(config).forward - 2 * config.vocabSize * config.width;
  const bytes = weightBytes(config, weights);
  const perToken = machine.layerMs * config.layers;
  // Of a longer text the end is left out.
  const read = Math.min(facts.textTokens, config.contextLength);
  const readMs = perToken + (1000 * read * forward) / (machine.trainGflops * 1e9);
  const tokenMs = perToken + (1000 * bytes) / (machine.readGBs * 1e9);
  const latencyMs = ask === 'read' ? readMs : ASKED * tokenMs;
  const tokens = ask === 'read' ? Math.max(1, read) : ASKED;
  const held = baseBytes + CHARACTER_BYTES * facts.characters;
  return {
    parameters: parameterCount(config),
    useBytes: held + estimateMemory(config, { purpose: 'generate', weights }).total,
    ...(train && {
      trainBytes: held + train.bytes,
      trainSeconds: train.flops / (machine.trainGflops * 1e9),
    }),
    latencyMs,
    perMillionTokens: electricity(grounds, (latencyMs / tokens) * 1000 * machine.threads),
  };
}

/** A model that counts: what the slice took, for each token; its size grows with a power of the text, as the slice shows (Heaps). */
function counted(name: CountedModel, grounds: CostGrounds): ModelCost {
  const { facts, counting, baseBytes } = grounds;
  const speed = counting[name];
  if (!speed) return {};
  const learnt = LEARNT_SHARE * facts.tokens;
  const { whole } = speed;
  const parameters = Math.round(grown(speed, learnt));
  const isPart = name === 'ngram' || name === 'extract' || name === 'bm25';
  // One text, 100 tokens, a question among all texts, or a summary of all.
  const latencyMs =
    name === 'ngram'
      ? 1000 * whole.askSeconds
      : name === 'bm25'
        ? (1000 * whole.askSeconds * facts.tokens) / whole.tokens / Math.min(ASKED, whole.texts)
        : (1000 * whole.askSeconds * (name === 'extract' ? facts.tokens : facts.textTokens)) / whole.tokens;
  const tokens = name === 'ngram' ? ASKED : Math.max(1, isPart ? facts.tokens : facts.textTokens);
  const gramBytes = name === 'ngram' ? NGRAM_BYTES * learnt : TOKEN_BYTES * learnt + GRAM_BYTES * parameters;
  const bytes = baseBytes + CHARACTER_BYTES * facts.characters + gramBytes;
  return {
    parameters,
    trainBytes: bytes,
    useBytes: bytes,
    trainSeconds: (whole.learnSeconds * learnt) / whole.tokens,
    latencyMs,
    perMillionTokens: electricity(grounds, (latencyMs / tokens) * 1000),
  };
}

/** Parameters at so many tokens, by the power that leads from half of the slice to all of it. */
function grown({ half, whole }: SliceSpeed, tokens: number): number {
  if (half.parameters === 0 || half.tokens === whole.tokens) return whole.parameters;
  const power = Math.log(whole.parameters / half.parameters) / Math.log(whole.tokens / half.tokens);
  return whole.parameters * (tokens / whole.tokens) ** Math.min(1, Math.max(0, power));
}

/** Convolutions over every unit, and Adam over every number at each step; the slice shows how fast such work goes. */
function cnnCost(grounds: CostGrounds): ModelCost {
  const { facts, machine, counting, baseBytes } = grounds;
  const speed = counting.cnn;
  if (!speed) return {};
  const work = (texts: number, tokens: number, parameters: number): number =>
    CNN.epochs * (6 * CNN.weights * tokens + CNN.adam * parameters * Math.ceil(texts / CNN.batch));
  const { whole } = speed;
  const [texts, tokens] = [LEARNT_SHARE * facts.texts, LEARNT_SHARE * facts.tokens];
  const parameters = Math.round(grown(speed, tokens));
  const latencyMs = (1000 * whole.askSeconds * facts.textTokens) / whole.tokens;
  const activations = 4 * CNN.batch * facts.textTokens * 3 * (CNN.table + 2 * 3 * CNN.table);
  const held = baseBytes + CHARACTER_BYTES * facts.characters + TOKEN_BYTES * tokens;
  return {
    parameters,
    trainBytes: held + 16 * parameters + activations,
    useBytes: held + 4 * parameters,
    trainSeconds:
      (whole.learnSeconds * work(texts, tokens, parameters)) /
      work(whole.texts, whole.tokens, whole.parameters),
    latencyMs,
    perMillionTokens: electricity(
      grounds,
      (latencyMs / Math.max(1, facts.textTokens)) * 1000 * machine.threads,
    ),
  };
}

/** Electricity for so many seconds of one core. */
function electricity({ rates }: CostGrounds, processorSeconds: number): TokenPrice {
  const { cost, currency } = energyFigures({ joules: 0, processorSeconds }, rates);
  return { cost, currency };
}
