/**
 * One encoder for the BERT and RoBERTa classes (Devlin et al. 2019; Liu et al. 2019): every token sees every other.
 * Shapes: B sequences of T tokens, D = width, V = vocabulary, M masked places.
 */

import {
  type Attend,
  blockSpec,
  crossEntropy,
  embeddingSpec,
  type FfnActivation,
  type Initializer,
  initialize,
  linearSpec,
  maskBias,
  normalInit,
  normSpec,
  ParameterSpec,
  type Parameters,
  plainAttention,
  runBlock,
  runEmbedding,
  runLinear,
  runNorm,
  zerosInit,
} from '../nn/index.ts';
import type { Rng } from '../rng.ts';
import {
  add,
  affine,
  arange,
  attention,
  attentionPacked,
  dropout,
  embedding,
  fromArray,
  gelu,
  geluTanh,
  linear,
  relu,
  reshape,
  type Shape,
  silu,
  slice,
  type Tensor,
  tanh,
} from '../tensor/index.ts';
import { type EncoderConfig, encoderPlan } from './encoder-config.ts';
import { fail } from './errors.ts';

/** The tree of parameter shapes and initialisers. Paths are the names in a checkpoint. */
export function encoderSpec(config: EncoderConfig, { std = 0.02 }: { readonly std?: number } = {}) {
  const { vocabSize, width, layers, norm, bias, tokenTypes } = config;
  const init = normalInit(std);
  const {
    block,
    scheme: { tableShape },
  } = encoderPlan(config);
  return {
    embedding: embeddingSpec(vocabSize, width, init),
    ...when(tableShape, (shape) => ({ positions: { weight: new ParameterSpec(shape, init) } })),
    ...when(tokenTypes, (count) => ({ tokenTypes: embeddingSpec(count, width, init) })),
    ...when(config.embeddingNorm, () => ({ embeddingNorm: normSpec(width, norm) })),
    blocks: Array.from({ length: layers }, () => blockSpec(block, init, init)),
    ...when(config.block === 'preNorm', () => ({ finalNorm: normSpec(width, norm) })),
    ...when(config.maskedHead, () => ({ head: headSpec(config, init) })),
    ...when(config.pooler, () => ({ pooler: linearSpec(width, width, { init, bias }) })),
  };
}

function headSpec({ vocabSize, width, norm, bias, tiedHead }: EncoderConfig, init: Initializer) {
  return {
    transform: linearSpec(width, width, { init, bias }),
    norm: normSpec(width, norm),
    ...when(!tiedHead, () => ({ weight: new ParameterSpec([vocabSize, width], init) })),
    ...when(bias, () => ({ bias: new ParameterSpec([vocabSize], zerosInit) })),
  };
}

/** The part of a tree that is there when something is. */
function when<Given, Part extends object>(
  given: Given | undefined,
  part: (given: Given) => Part,
): Partial<Part> {
  return given ? part(given) : {};
}

export type EncoderParams = Parameters<ReturnType<typeof encoderSpec>>;

/** New parameters, f32: normal numbers, by default with BERT's deviation of 0.02. Equal seeds give equal parameters. */
export function initEncoder(
  config: EncoderConfig,
  rng: Rng,
  options: { readonly std?: number } = {},
): EncoderParams {
  return initialize(encoderSpec(config, options), rng);
}

/** How a pass reads its tokens. */
export interface EncodeOptions {
  /** The real tokens of each sequence; those behind are padding, which no token sees. Default: all. */
  readonly lengths?: ArrayLike<number>;
  /** i32 [B, T]: the segment of each token, for models that know segments. Default: the first. */
  readonly types?: Tensor;
  /** Turns dropout on: a seed that must differ from step to step. */
  readonly dropoutSeed?: number;
}

export interface MaskedBatch extends EncodeOptions {
  /** i32 [B, T]. */
  readonly ids: Tensor;
  /** i32 [B, T]: the id that was masked at a place; −1 everywhere else. */
  readonly targets: Tensor;
}

/** The last hidden states: ids i32 [B, T] → [B, T, D]. What stands at padded places means nothing. */
export function encode(
  params: EncoderParams,
  config: EncoderConfig,
  ids: Tensor,
  options: EncodeOptions = {},
): Tensor {
  if (ids.shape.length !== 2) throw fail('model/tokens-shape', { got: ids.shape });
  const { contextLength, norm } = config;
  const length = ids.shape[1];
  if (length > contextLength) throw fail('model/too-long', { length, contextLength });
  const { block, scheme } = encoderPlan(config);
  const positions = rangeFrom(length, config.positionOffset);
  const rotate = scheme.rotate?.(positions);
  const drop = dropoutOf(config, options.dropoutSeed);
  const attend = attendTo(config, ids.shape, options.lengths);
  const bias = scheme.bias?.(params.positions!, length, length);
  let x = runEmbedding(params.embedding, ids);
  if (config.embeddingScale) x = affine(x, config.embeddingScale, 0);
  if (params.tokenTypes) x = add(x, segmentRows(params.tokenTypes.weight, options.types));
  if (scheme.embed) x = add(x, scheme.embed(positions, params.positions));
  if (params.embeddingNorm) x = runNorm(params.embeddingNorm, x, norm);
  if (drop) x = drop(x, 0);
  params.blocks.forEach((weights, layer) => {
    const places = drop && ((y: Tensor, place: number) => drop(y, 1 + 2 * layer + place));
    x = runBlock(weights, x, block, { attend, rotate, dropout: places, bias });
  });
  return params.finalNorm ? runNorm(params.finalNorm, x, norm) : x;
}

/** offset, offset + 1, …: i32 [length]. */
const rangeFrom = (length: number, offset: number): Tensor =>
  offset === 0
    ? arange(length)
    : fromArray<'i32'>(
        Int32Array.from({ length }, (_, i) => i + offset),
        [length],
        'i32',
      );

function attendTo(config: EncoderConfig, [batch, length]: Shape, lengths?: ArrayLike<number>): Attend {
  const { heads, headSize, attentionScale: scale = 1 / Math.sqrt(headSize) } = config;
  const keyEnd = lengths && Int32Array.from(lengths);
  const masks = { causal: false, scale, keyEnd };
  if (encoderPlan(config).scheme.bias) {
    const hides = keyEnd ? [maskBias({ batch, heads, queries: length, keys: length }, masks)] : [];
    return (q, k, v, bias) => plainAttention(q, k, v, { scale, biases: [bias!, ...hides] });
  }
  return Object.assign((q: Tensor, k: Tensor, v: Tensor) => attention(q, k, v, masks), {
    packed: (qkv: Tensor, heads: number) => attentionPacked(qkv, { ...masks, heads }),
  });
}

/** Dropout by place in the network; undefined when it is off. */
function dropoutOf({ dropout: p }: EncoderConfig, seed: number | undefined) {
  if (!p || seed === undefined) return undefined;
  return (x: Tensor, stream: number): Tensor => dropout(x, p, { seed, stream });
}

const segmentRows = (table: Tensor, types: Tensor | undefined): Tensor =>
  types ? embedding(table, types) : slice(table, 0, 0, 1);

/** tanh(W·x₀ + b) of the first token's state: hidden [B, T, D] → [B, D]. @throws where the model has no pooler. */
export function pool(params: EncoderParams, hidden: Tensor): Tensor {
  if (!params.pooler) throw fail('model/no-part', { part: 'pooler' });
  const [batch, , width] = hidden.shape;
  return tanh(runLinear(params.pooler, reshape(slice(hidden, 1, 0, 1), [batch, width])));
}

/** What stands in the head's transform; of a gated activation, that of its gate. */
const activations: { readonly [A in FfnActivation]: (x: Tensor) => Tensor } = {
  relu,
  gelu,
  geluTanh,
  silu,
  swiglu: silu,
  geglu: geluTanh,
};

/** Logits of the head that guesses masked tokens: rows of hidden states [M, D] → [M, V]. @throws where there is none. */
export function maskedLogits(params: EncoderParams, config: EncoderConfig, rows: Tensor): Tensor {
  const { head } = params;
  if (!head) throw fail('model/no-part', { part: 'masked-LM head' });
  const x = runNorm(head.norm, activations[config.activation](runLinear(head.transform, rows)), config.norm);
  return linear(x, head.weight ?? params.embedding.weight, { bias: head.bias });
}

/** The states of some places: hidden [B, T, D], places counted through the batch (row · T + place) → [M, D]. */
export function statesAt(hidden: Tensor, places: readonly number[]): Tensor {
  const [batch, length, width] = hidden.shape;
  const at = fromArray<'i32'>(Int32Array.from(places), [places.length], 'i32');
  return embedding(reshape(hidden, [batch * length, width]), at);
}

/** Mean cross-entropy of the masked tokens of a batch, in nats; logits are made for masked places only. */
export function maskedLoss(params: EncoderParams, config: EncoderConfig, batch: MaskedBatch): Tensor {
  const hidden = encode(params, config, batch.ids, batch);
  const { data } = batch.targets;
  const places = Array.from(data.keys()).filter((place) => data[place] >= 0);
  if (places.length === 0) throw fail('model/nothing-masked', {});
  const targets = Int32Array.from(places, (place) => data[place]);
  const logits = maskedLogits(params, config, statesAt(hidden, places));
  return crossEntropy(logits, fromArray<'i32'>(targets, [targets.length], 'i32'));
}
