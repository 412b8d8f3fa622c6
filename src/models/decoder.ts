/**
 * One decoder for the classes of GPT-1 and GPT-2, LLaMA, Gemma, GPT-NeoX and PaLM: what tells them apart is config.
 * Shapes: B sequences of T tokens, D = width, V = vocabulary.
 */

import {
  type Attend,
  type AttendMemory,
  type BlockParams,
  balanceLoss,
  blockSpec,
  type CrossAttentionParams,
  countVirtual,
  crossEntropy,
  embeddingSpec,
  headLoss,
  type Initializer,
  initialize,
  linearSpec,
  normalInit,
  normSpec,
  ParameterSpec,
  type Parameters,
  putBefore,
  type Routing,
  residualInit,
  runBlock,
  runEmbedding,
  runLinear,
  runNorm,
  softcap,
  virtualTokensIn,
  zerosInit,
} from '../nn/index.ts';
import type { Rng } from '../rng.ts';
import {
  add,
  affine,
  arange,
  checkpoint,
  dropout,
  fromArray,
  type Shape,
  slice,
  type Tensor,
} from '../tensor/index.ts';
import { attendWhole, type Visibility } from './attend.ts';
import type { DecoderConfig } from './config.ts';
import { fail } from './errors.ts';
import { planOf } from './plan.ts';

export interface InitOptions {
  /**
   * Standard deviation of the weights: a number (default 0.02, as GPT-2 and LLaMA), or `'fanIn'`: 1/√inputs, which keeps
   * the size of activations at any width; embeddings stay at 0.02.
   */
  readonly std?: number | 'fanIn';
}

const EMBEDDING_STD = 0.02;

const fanInInit =
  (scale: number): Initializer =>
  (shape, rng) =>
    normalInit(scale / Math.sqrt(shape[1]))(shape, rng);

/** The tree of parameter shapes and initialisers. Paths are the names in a checkpoint. */
export function decoderSpec(config: DecoderConfig, options: InitOptions = {}) {
  const { vocabSize, width, layers, tiedHead, norm } = config;
  const { std = EMBEDDING_STD } = options;
  const init = std === 'fanIn' ? fanInInit(1) : normalInit(std);
  const outputInit = std === 'fanIn' ? fanInInit(1 / Math.sqrt(2 * layers)) : residualInit(std, layers);
  const tableInit = normalInit(std === 'fanIn' ? EMBEDDING_STD : std);
  const {
    block,
    scheme: { tableShape },
  } = planOf(config);
  // Where each block ends in a norm, the last one is that of the last block.
  const finalNorm: { finalNorm?: ReturnType<typeof normSpec> } =
    block.kind === 'postNorm' ? {} : { finalNorm: normSpec(width, norm) };
  const positions: { positions?: ReturnType<typeof embeddingSpec> } = tableShape
    ? { positions: { weight: new ParameterSpec(tableShape, tableInit) } }
    : {};
  const head: { head?: ReturnType<typeof linearSpec> } = tiedHead
    ? {}
    : { head: linearSpec(width, vocabSize, { init }) };
  const headBias: { headBias?: ParameterSpec } = config.headBias
    ? { headBias: new ParameterSpec([vocabSize], zerosInit) }
    : {};
  // Vectors of virtual tokens, while they are trained.
  const virtual: { virtual?: ParameterSpec } = {};
  return {
    embedding: embeddingSpec(vocabSize, width, tableInit),
    ...positions,
    blocks: Array.from({ length: layers }, () => blockSpec(block, init, outputInit)),
    ...finalNorm,
    ...head,
    ...headBias,
    ...virtual,
  };
}

export type DecoderParams = Parameters<ReturnType<typeof decoderSpec>>;

/** New parameters, f32. Equal seeds give equal parameters. */
export function init(config: DecoderConfig, rng: Rng, options: InitOptions = {}): DecoderParams {
  return initialize(decoderSpec(config, options), rng);
}

/** What the tokens of a pass see of a memory, layer by layer; for a model whose blocks look at one. */
export interface MemoryLook {
  /** Tensors that the memory is made of, where a gradient shall reach them. */
  readonly memory?: Tensor;
  readonly attendMemory?: (params: CrossAttentionParams, layer: number, memory?: Tensor) => AttendMemory;
}

/** How a pass reads its tokens. Places are counted within each row of the batch. */
export interface ForwardOptions extends Visibility, MemoryLook {
  /** Turns dropout on: a seed that must differ from step to step. */
  readonly dropoutSeed?: number;
  /** Keeps only each block's input for the gradient and computes the rest again: less memory, a third more time. */
  readonly recompute?: boolean;
  /** Changes the embedded tokens [B, T, D] on their way in: noise in training. */
  readonly embed?: (x: Tensor) => Tensor;
  /** Is shown what enters the first layer, then what each layer hands on: [..., D]. */
  readonly look?: (x: Tensor) => void;
  /** Is shown how each layer sends its tokens to experts. Not with `recompute`, which keeps nothing of a layer. */
  readonly route?: (routing: Routing, layer: number) => void;
}

export interface DecoderBatch extends ForwardOptions {
  /** i32 [B, T]. */
  readonly ids: Tensor;
  /** i32 [B, T]: the id that should follow each token; −1 counts for nothing. */
  readonly targets: Tensor;
}

export interface RunOptions
  extends MemoryLook,
    Pick<ForwardOptions, 'dropoutSeed' | 'recompute' | 'embed' | 'look' | 'route'> {
  /** What positions add to the scores of every layer, [heads, queries, keys]. */
  readonly bias?: Tensor;
}

/** What a pass reads: positions i32 [...], and ids of that shape or vectors [..., D] in their place. */
export type PlacedTokens = { readonly positions: Tensor } & (
  | { readonly ids: Tensor }
  | { readonly vectors: Tensor }
);

/** Tokens as they enter, before anything is added for their places: ids [...] → [..., D]. */
function vectorsOf(params: DecoderParams, { embeddingScale }: DecoderConfig, ids: Tensor): Tensor {
  const x = runEmbedding(params.embedding, ids);
  return embeddingScale === 1 ? x : affine(x, embeddingScale, 0);
}

/**
 * The residual stream after the last block, before the final norm: [..., D].
 * `attendAt(layer)` decides what each layer's attention sees.
 */
export function runBlocks(
  params: DecoderParams,
  config: DecoderConfig,
  tokens: PlacedTokens,
  attendAt: (layer: number) => Attend,
  options: RunOptions = {},
): Tensor {
  const { block, scheme, layers, localRotate: localTurn } = planOf(config);
  const { embed, rotate: turn } = scheme;
  const { positions } = tokens;
  const { attendMemory } = options;
  if (options.route && options.recompute) throw fail('model/route-recompute', {});
  if (config.crossAttention && !attendMemory) throw fail('model/no-source', {});
  const drop = dropouts(config, options.dropoutSeed);
  const rotate = turn?.(positions);
  const localRotate = turn === localTurn ? rotate : localTurn!(positions);
  let x = 'ids' in tokens ? vectorsOf(params, config, tokens.ids) : tokens.vectors;
  if (embed) x = add(x, embed(positions, params.positions));
  if (options.embed) x = options.embed(x);
  if (drop) x = drop(x, 0);
  options.look?.(x);
  params.blocks.forEach((weights, layer) => {
    // The memory's places come behind those of all layers.
    const placeOf = (place: 0 | 1 | 2) => (place < 2 ? 1 + 2 * layer + place : 1 + 2 * config.layers + layer);
    const places = drop && ((y: Tensor, place: 0 | 1 | 2) => drop(y, placeOf(place)));
    const attend = attendAt(layer);
    const turned = layers[layer].isLocal ? localRotate : rotate;
    const route = options.route && ((routing: Routing) => options.route!(routing, layer));
    const body = (at: { weights: BlockParams; x: Tensor; bias?: Tensor; memory?: Tensor }) => {
      const memory =
        attendMemory && ((params: CrossAttentionParams) => attendMemory(params, layer, at.memory));
      return runBlock(at.weights, at.x, block, {
        attend,
        rotate: turned,
        dropout: places,
        bias: at.bias,
        memory,
        route,
      });
    };
    const inputs = { weights, x, bias: options.bias, memory: options.memory };
    x = options.recompute ? checkpoint(body, inputs) : body(inputs);
    options.look?.(x);
  });
  return x;
}

/** Dropout by place in the network; undefined when it is off. */
function dropouts({ dropout: p }: DecoderConfig, seed: number | undefined) {
  if (!p || seed === undefined) return undefined;
  return (x: Tensor, stream: number): Tensor => dropout(x, p, { seed, stream });
}

/** The last hidden states, after the final norm: ids i32 [B, T] → [B, T, D]. Of virtual tokens before them none. */
export function hidden(
  params: DecoderParams,
  config: DecoderConfig,
  ids: Tensor,
  options: ForwardOptions = {},
): Tensor {
  if (ids.shape.length !== 2) throw fail('model/tokens-shape', { got: ids.shape });
  const virtual = virtualTokensIn(params);
  if (virtual) checkVirtual(config, options);
  const before = virtual ? countVirtual(virtual) : 0;
  const { contextLength } = config;
  const [batch, given] = ids.shape;
  const length = before + given;
  if (length > contextLength) throw fail('model/too-long', { length, contextLength });
  const { bias } = planOf(config).scheme;
  const run = (tokens: PlacedTokens, queries: number): Tensor =>
    runBlocks(params, config, tokens, attendWhole(config, [batch, queries], options, length - queries), {
      ...options,
      bias: bias?.(params.positions!, queries, length),
    });
  if (virtual && 'vectors' in virtual) {
    const vectors = putBefore(virtual.vectors, vectorsOf(params, config, ids));
    return finish(params, config, slice(run({ vectors, positions: arange(length) }, length), 1, before));
  }
  const places = arange(length);
  const positions = options.keyStart
    ? shiftedPositions(ids.shape, options.keyStart)
    : before > 0
      ? slice(places, 0, before)
      : places;
  return finish(params, config, run({ ids, positions }, given));
}

/** What a model has to be for virtual tokens, and how they are read. */
export function checkVirtual({ linearAttention, prefix }: DecoderConfig, seen: Visibility = {}): void {
  if (linearAttention) throw fail('model/virtual-linear', {});
  if (prefix || seen.prefixLengths || seen.keyStart || seen.keyEnd || seen.hiddenKeys)
    throw fail('model/virtual-seen', {});
}

/** The final norm, where there is one. */
export function finish(params: DecoderParams, config: DecoderConfig, x: Tensor): Tensor {
  return params.finalNorm ? runNorm(params.finalNorm, x, config.norm) : x;
}

/** Positions that start at 0 with each sequence's first real token; padding stands at 0 as well. */
function shiftedPositions([batch, length]: Shape, keyStart: ArrayLike<number>): Tensor {
  const places = new Int32Array(batch * length);
  for (let i = 0; i < places.length; i++) {
    places[i] = Math.max(0, (i % length) - keyStart[Math.floor(i / length)]);
  }
  return fromArray<'i32'>(places, [batch, length], 'i32');
}

/** The matrix that turns hidden states into logits, [V, D]. */
export function headWeight(params: DecoderParams): Tensor {
  return (params.head ?? params.embedding).weight;
}

/** hidden [..., D] → logits [..., V]. */
export function logitsOf(params: DecoderParams, config: DecoderConfig, x: Tensor): Tensor {
  const { headScale = 1 } = config;
  const scaled = headScale === 1 ? x : affine(x, headScale, 0);
  const logits = runLinear({ weight: headWeight(params), bias: params.headBias }, scaled);
  return config.logitSoftcap ? softcap(logits, config.logitSoftcap) : logits;
}

/** Logits of every place: ids i32 [B, T] → [B, T, V]. */
export function forward(
  params: DecoderParams,
  config: DecoderConfig,
  ids: Tensor,
  options: ForwardOptions = {},
): Tensor {
  return logitsOf(params, config, hidden(params, config, ids, options));
}

/** Prefix LM: what stands in each row up to the place whose target is the first that counts, itself included. Targets i32 [B, T]. */
export function prefixLengthsOf({ data, shape: [batch, length] }: Tensor): Int32Array {
  return Int32Array.from({ length: batch }, (_, row) => {
    let first = 0;
    while (first < length && data[row * length + first] < 0) first++;
    return Math.min(first + 1, length);
  });
}

export interface LossOptions {
  readonly smoothing?: number;
  /** Adds so many times how unevenly tokens are sent to experts, averaged over the layers. */
  readonly balance?: number;
}

/**
 * Mean next-token cross-entropy of a batch, in nats. A model with `prefix` reads what stands before the first target in both
 * directions. It never makes the logits of the whole batch but where the head has a bias.
 */
export function loss(
  params: DecoderParams,
  config: DecoderConfig,
  batch: DecoderBatch,
  { balance = 0, ...options }: LossOptions = {},
): Tensor {
  const routings: Routing[] = [];
  const route = (routing: Routing, layer: number): void => {
    routings.push(routing);
    batch.route?.(routing, layer);
  };
  const x = hidden(params, config, batch.ids, {
    ...(config.prefix && { prefixLengths: prefixLengthsOf(batch.targets) }),
    ...batch,
    route: balance ? route : batch.route,
  });
  return routings.reduce(
    (sum, routing) => add(sum, affine(balanceLoss(routing), balance / routings.length, 0)),
    surpriseAt(params, config, x, batch.targets, options),
  );
}

/** Mean of −log p of the targets after hidden states x, in nats. */
export function surpriseAt(
  params: DecoderParams,
  config: DecoderConfig,
  x: Tensor,
  targets: Tensor,
  options: { readonly smoothing?: number } = {},
): Tensor {
  const { logitSoftcap, headScale = 1 } = config;
  if (params.headBias) return crossEntropy(logitsOf(params, config, x), targets, options);
  const scaled = headScale === 1 ? x : affine(x, headScale, 0);
  return headLoss(scaled, headWeight(params), targets, { logitSoftcap, ...options });
}
