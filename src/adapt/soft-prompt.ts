/**
 * Virtual tokens as they are learned: vectors by themselves (prompt tuning, Lester et al. 2021, arXiv:2104.08691) or out of a small
 * network (P-tuning, Liu et al. 2021, arXiv:2103.10385); keys and values of every layer out of one (prefix tuning, Li & Liang
 * 2021, arXiv:2101.00190) or by themselves (P-tuning v2, Liu et al. 2021, arXiv:2110.07602). The networks are needed only for learning.
 */

import {
  emptyState,
  type Initializer,
  initialize,
  linearSpec,
  normalInit,
  ParameterSpec,
  type Parameters,
  recurrentSpec,
  runLinear,
  runRecurrent,
  uniformInit,
  type VirtualTokens,
} from '../nn/index.ts';
import type { Rng } from '../rng.ts';
import {
  concat,
  embedding,
  fromArray,
  outsideScopes,
  relu,
  reshape,
  slice,
  type Tensor,
  tanh,
  withRecording,
} from '../tensor/index.ts';
import { fail } from './errors.ts';
import { checkCount } from './options.ts';

export const softPromptMethods = ['prompt', 'p-tuning', 'prefix', 'p-tuning-v2'] as const;
export type SoftPromptMethod = (typeof softPromptMethods)[number];

/** What stands before every text, learned. */
export interface SoftPrompt {
  readonly method: SoftPromptMethod;
  readonly tokens: VirtualTokens;
}

/** What of a model the numbers of its virtual tokens follow from. */
export interface SoftPromptShape {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly contextLength: number;
  readonly embeddingScale: number;
}

export type PromptEncoder = 'lstm' | 'mlp';

export interface SoftPromptOptions {
  /** How many. Default 10. */
  readonly virtualTokens?: number;
  /** Of prompt tuning: the words it begins with, again and again up to its length. Default: drawn from the vocabulary. */
  readonly startIds?: readonly number[];
  /** Width of the network of prefix tuning and P-tuning. Default: the model's. */
  readonly innerSize?: number;
  /** The network of P-tuning. Default `lstm`: two layers in both directions; `mlp`: three layers. */
  readonly encoder?: PromptEncoder;
}

/** Virtual tokens while they are learned. */
export interface SoftPromptTraining {
  readonly method: SoftPromptMethod;
  /** A tree of tensors. */
  readonly params: unknown;
  /** Tokens as the numbers now are. */
  readonly tokensOf: (params: unknown) => VirtualTokens;
}

const softPromptDefaults = { virtualTokens: 10, encoder: 'lstm' } as const;

/** What the words of the model are at its input: [vocabulary, width]. */
interface Words {
  readonly embedding: { readonly weight: Tensor };
}

/** New virtual tokens for a model. @throws `adapt/option` for a size that cannot be, `adapt/virtual-long` where no text has room */
export function softPrompt(
  method: SoftPromptMethod,
  params: Words,
  { shape, rng, ...options }: SoftPromptOptions & { readonly shape: SoftPromptShape; readonly rng: Rng },
): SoftPromptTraining {
  const { virtualTokens: count = softPromptDefaults.virtualTokens, innerSize = shape.width } = options;
  checkCount('virtualTokens', count);
  checkCount('innerSize', innerSize);
  checkRoom(count, shape);
  const sizes = { count, innerSize, shape };
  const kinds: { readonly [M in SoftPromptMethod]: () => Kind } = {
    prompt: () => vectorsByThemselves(startVectors(params, count, shape, rng, options.startIds)),
    'p-tuning': () => encodedVectors(sizes, options.encoder ?? softPromptDefaults.encoder),
    prefix: () => encodedKeys(sizes),
    'p-tuning-v2': () => keysByThemselves(sizes),
  };
  const { specs, tokensOf } = kinds[method]();
  return { method, params: initialize(specs, rng), tokensOf };
}

/** The tokens of a training as they now are, without what made them. */
export const learnedTokens = ({ params, tokensOf }: SoftPromptTraining): VirtualTokens =>
  withRecording(false, () => outsideScopes(() => tokensOf(params)));

export function checkRoom(count: number, { contextLength }: Pick<SoftPromptShape, 'contextLength'>): void {
  if (count >= contextLength) throw fail('adapt/virtual-long', { count, contextLength });
}

interface Kind {
  readonly specs: unknown;
  readonly tokensOf: SoftPromptTraining['tokensOf'];
}

interface Sizes {
  readonly count: number;
  readonly innerSize: number;
  readonly shape: SoftPromptShape;
}

/** A kind by its specs, whose parameters its tokens are made of. */
const kind = <Specs>(specs: Specs, tokensOf: (params: Parameters<Specs>) => VirtualTokens): Kind => ({
  specs,
  tokensOf: (params) => tokensOf(params as Parameters<Specs>),
});

const vectorsByThemselves = (start: ParameterSpec): Kind =>
  kind({ vectors: start }, ({ vectors }) => ({ vectors }));

/** The vectors of words, copied. */
function startVectors(
  { embedding: { weight } }: Words,
  count: number,
  { embeddingScale }: SoftPromptShape,
  rng: Rng,
  startIds: readonly number[] = [],
): ParameterSpec {
  const [words, width] = weight.shape;
  const draw = rng.split('words');
  const copied: Initializer = (shape) => {
    const vectors = new Float32Array(count * width);
    for (let i = 0; i < count; i++) {
      const id = startIds.length > 0 ? startIds[i % startIds.length] : draw.integer(words);
      for (let j = 0; j < width; j++)
        vectors[i * width + j] = Number(weight.data[id * width + j]) * embeddingScale;
    }
    return fromArray<'f32'>(vectors, shape, 'f32');
  };
  return new ParameterSpec([count, width], copied);
}

/** A layer as PyTorch begins it. */
const layer = (inputs: number, outputs: number) =>
  linearSpec(inputs, outputs, { init: uniformInit(1 / Math.sqrt(inputs)), bias: true });

function encodedVectors({ count, innerSize, shape: { width } }: Sizes, encoder: PromptEncoder): Kind {
  const start = new ParameterSpec([count, width], normalInit(1));
  if (encoder === 'mlp') {
    const layers = [layer(width, innerSize), layer(innerSize, innerSize), layer(innerSize, width)];
    return kind({ start, layers }, (own) => ({
      vectors: own.layers.reduce((x, one, i) => runLinear(one, i ? relu(x) : x), own.start),
    }));
  }
  const cell = { cell: 'lstm', width: innerSize } as const;
  const direction = (inputs: number) => recurrentSpec({ ...cell, inputs });
  const both = (inputs: number) => ({ forwards: direction(inputs), backwards: direction(inputs) });
  const specs = {
    start,
    lstm: [both(width), both(2 * innerSize)],
    inner: layer(2 * innerSize, 2 * innerSize),
    outer: layer(2 * innerSize, width),
  };
  const read = (params: Parameters<ReturnType<typeof direction>>, x: Tensor): Tensor => {
    const steps = reshape(x, [count, 1, x.shape[1]]);
    const { hidden } = runRecurrent(params, steps, cell, emptyState({ ...cell, inputs: x.shape[1] }, 1));
    return reshape(hidden, [count, innerSize]);
  };
  return kind(specs, (own) => {
    const read2 = own.lstm.reduce(
      (x, { forwards, backwards }) => concat([read(forwards, x), turned(read(backwards, turned(x)))], 1),
      own.start,
    );
    return { vectors: runLinear(own.outer, relu(runLinear(own.inner, read2))) };
  });
}

/** The rows from last to first. */
function turned(x: Tensor): Tensor {
  const [rows] = x.shape;
  const order = Int32Array.from({ length: rows }, (_, i) => rows - 1 - i);
  return embedding(x, fromArray<'i32'>(order, [rows], 'i32'));
}

function encodedKeys({ count, innerSize, shape }: Sizes): Kind {
  const { width } = shape;
  const specs = {
    start: new ParameterSpec([count, width], normalInit(1)),
    inner: layer(width, innerSize),
    outer: layer(innerSize, rowSize(shape)),
  };
  return kind(specs, ({ start, inner, outer }) =>
    inLayers(runLinear(outer, tanh(runLinear(inner, start))), shape),
  );
}

/** What numbers that nothing made begin as. */
const KEY_STD = 0.1;

const keysByThemselves = ({ count, shape }: Sizes): Kind =>
  kind({ keys: new ParameterSpec([count, rowSize(shape)], normalInit(KEY_STD)) }, ({ keys }) =>
    inLayers(keys, shape),
  );

/** Numbers of one token in all layers. */
export const rowSize = ({ layers, kvHeads, headSize }: SoftPromptShape): number =>
  2 * layers * kvHeads * headSize;

/** Rows [count, rowSize], of each layer the keys and then the values, layer by layer. */
export function inLayers(rows: Tensor, { layers, kvHeads, headSize }: SoftPromptShape): VirtualTokens {
  const [count] = rows.shape;
  const parts = reshape(rows, [count, 2 * layers, kvHeads, headSize]);
  const part = (i: number): Tensor => reshape(slice(parts, 1, i, i + 1), [count, kvHeads, headSize]);
  const pairs = Array.from({ length: layers }, (_, i) => ({ keys: part(2 * i), values: part(2 * i + 1) }));
  return { layers: pairs };
}
