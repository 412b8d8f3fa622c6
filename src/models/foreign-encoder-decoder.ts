/** Names and configs of Hugging Face's encoder–decoders (`transformers/models/{t5,marian}`). */

import { type FfnActivation, isGated, type ParameterSpec } from '../nn/index.ts';
import { reshape, type Tensor } from '../tensor/index.ts';
import { leaves } from '../tree.ts';
import { type EncoderDecoderParams, encoderDecoderSpec } from './encoder-decoder.ts';
import { type EncoderDecoderConfig, encoderDecoderConfig } from './encoder-decoder-config.ts';
import { fail } from './errors.ts';
import { type ForeignJson, requireValue } from './foreign-format.ts';
import { encoderDecoderFromTensors, type NamedTensors, requireTensor } from './weights.ts';

export type ForeignEncoderDecoder = 't5' | 'marian';

interface Format {
  readonly architecture: string;
  /** The foreign name of one of our parameters, given the path of its block and what follows it. */
  readonly nameOf: (path: string, config: EncoderDecoderConfig) => string;
  /** Copies of tensors that stand elsewhere, and tables that are computed. */
  readonly ignored: RegExp;
  readonly fromConfig: (json: ForeignJson, hasHead: boolean) => EncoderDecoderConfig;
  readonly toConfig: (config: EncoderDecoderConfig) => ForeignJson;
}

const number = (json: ForeignJson, key: string, byDefault?: number): number =>
  (json[key] ?? byDefault) as number;

/** T5's activations: the foreign name of each of ours. */
const T5_ACTIVATIONS: { readonly [A in FfnActivation]?: string } = {
  relu: 'relu',
  geglu: 'gated-gelu',
  swiglu: 'gated-silu',
};
const MARIAN_ACTIVATIONS: { readonly [A in FfnActivation]?: string } = {
  relu: 'relu',
  gelu: 'gelu',
  silu: 'swish',
};

/** Our activation for a foreign name. */
function activationOf(json: ForeignJson, key: string, known: typeof T5_ACTIVATIONS): FfnActivation {
  requireValue(json, key, Object.values(known));
  return (Object.keys(known) as FfnActivation[]).find((ours) => known[ours] === json[key])!;
}

const T5_PARTS: { readonly [part: string]: string } = { query: 'q', key: 'k', value: 'v', output: 'o' };
const T5_GATED: typeof T5_PARTS = { gate: 'wi_0', up: 'wi_1', down: 'wo' };
const T5_PLAIN: typeof T5_PARTS = { up: 'wi', down: 'wo' };
const MARIAN_PARTS: { readonly [part: string]: string } = {
  query: 'q_proj',
  key: 'k_proj',
  value: 'v_proj',
  output: 'out_proj',
};
/** T5 has attention, memory (in the decoder) and feed-forward as numbered layers of a block. */
const T5_LAYERS = ['attention', 'cross', 'ffn'];
const T5_MODULES: { readonly [layer: string]: string } = {
  attention: 'SelfAttention',
  cross: 'EncDecAttention',
  ffn: 'DenseReluDense',
};
const MARIAN_MODULES: { readonly [name: string]: string } = {
  attention: 'self_attn',
  attentionNorm: 'self_attn_layer_norm',
  cross: 'encoder_attn',
  crossNorm: 'encoder_attn_layer_norm',
  ffnNorm: 'final_layer_norm',
  'ffn.up': 'fc1',
  'ffn.down': 'fc2',
};

/** The half, the number of the block and the rest of the path of a parameter that stands in a block. */
const inBlock = (path: string) => /^(encoder|decoder)\.blocks\.(\d+)\.(.+)$/.exec(path)?.slice(1);

function t5Name(path: string, { activation }: EncoderDecoderConfig): string {
  const block = inBlock(path);
  if (!block) {
    const [half] = path.split('.');
    if (path.endsWith('positions.weight'))
      return `${half}.block.0.layer.0.SelfAttention.relative_attention_bias.weight`;
    if (path.endsWith('finalNorm.weight')) return `${half}.final_layer_norm.weight`;
    return path.startsWith('head') ? 'lm_head.weight' : 'shared.weight';
  }
  const [half, index, rest] = block;
  const [part, inner] = rest.split('.');
  const kind = part.replace(/Norm$/, '');
  const layers = half === 'encoder' ? T5_LAYERS.filter((name) => name !== 'cross') : T5_LAYERS;
  const layer = `${half}.block.${index}.layer.${layers.indexOf(kind)}`;
  if (part !== kind) return `${layer}.layer_norm.weight`;
  const names = kind !== 'ffn' ? T5_PARTS : isGated(activation) ? T5_GATED : T5_PLAIN;
  return `${layer}.${T5_MODULES[kind]}.${names[inner]}.weight`;
}

function marianName(path: string): string {
  const block = inBlock(path);
  if (!block) return path === 'headBias' ? 'final_logits_bias' : 'model.shared.weight';
  const [half, index, rest] = block;
  const words = rest.split('.');
  const end = words.pop();
  const whole = MARIAN_MODULES[words.join('.')];
  const name = whole ?? `${MARIAN_MODULES[words[0]]}.${MARIAN_PARTS[words[1]]}`;
  return `model.${half}.layers.${index}.${name}.${end}`;
}

const formats: { readonly [K in ForeignEncoderDecoder]: Format } = {
  t5: {
    architecture: 'T5ForConditionalGeneration',
    nameOf: t5Name,
    ignored: /^(encoder|decoder)\.embed_tokens\.weight$|EncDecAttention\.relative_attention_bias/,
    fromConfig(json, hasHead) {
      const width = number(json, 'd_model');
      // NOTE The library reads from a head that is not tied that nothing is scaled; newer ones also say it.
      const isTied = (json.tie_word_embeddings ?? true) === true && json.scale_decoder_outputs !== false;
      const contextLength = number(json, 'n_positions', 512);
      return encoderDecoderConfig({
        vocabSize: number(json, 'vocab_size'),
        contextLength,
        width,
        heads: number(json, 'num_heads'),
        headSize: number(json, 'd_kv'),
        ffnSize: number(json, 'd_ff'),
        encoderLayers: number(json, 'num_layers'),
        layers: number(json, 'num_decoder_layers', number(json, 'num_layers')),
        activation: activationOf({ feed_forward_proj: 'relu', ...json }, 'feed_forward_proj', T5_ACTIVATIONS),
        norm: { kind: 'rmsNorm', eps: number(json, 'layer_norm_epsilon', 1e-6) },
        positions: {
          kind: 't5',
          buckets: number(json, 'relative_attention_num_buckets', 32),
          maxDistance: number(json, 'relative_attention_max_distance', 128),
        },
        bias: false,
        attentionScale: 1,
        embeddingScale: 1,
        tiedHead: isTied || !hasHead,
        ...(isTied && { headScale: width ** -0.5 }),
        dropout: number(json, 'dropout_rate', 0),
        startId: number(json, 'decoder_start_token_id', number(json, 'pad_token_id', 0)),
      });
    },
    toConfig(config) {
      const needs = needsOf('t5', config);
      const { positions, width, headScale, activation, startId } = config;
      needs('block', 'preNorm');
      needs('bias', false);
      needs('attentionScale', 1);
      needs('embeddingScale', 1);
      needs('headScale', headScale === undefined ? undefined : width ** -0.5);
      if (positions.kind !== 't5') throw refusal('t5', 'positions.kind', 't5', positions.kind);
      if (config.norm.kind !== 'rmsNorm') throw refusal('t5', 'norm.kind', 'rmsNorm', config.norm.kind);
      return {
        model_type: 't5',
        vocab_size: config.vocabSize,
        n_positions: config.contextLength,
        d_model: width,
        num_heads: config.heads,
        d_kv: config.headSize,
        d_ff: config.ffnSize,
        num_layers: config.encoderLayers,
        num_decoder_layers: config.layers,
        feed_forward_proj: T5_ACTIVATIONS[activation] ?? refuseActivation('t5', activation),
        layer_norm_epsilon: config.norm.eps,
        relative_attention_num_buckets: positions.buckets ?? 32,
        relative_attention_max_distance: positions.maxDistance ?? 128,
        dropout_rate: config.dropout,
        tie_word_embeddings: headScale !== undefined,
        decoder_start_token_id: startId,
      };
    },
  },
  marian: {
    architecture: 'MarianMTModel',
    nameOf: marianName,
    ignored: /embed_positions\.weight$|^model\.(encoder|decoder)\.embed_tokens\.weight$|^lm_head\.weight$/,
    fromConfig(json) {
      requireValue(json, 'share_encoder_decoder_embeddings', [true, undefined]);
      requireValue(json, 'tie_word_embeddings', [true, undefined]);
      requireValue(json, 'normalize_before', [false, undefined]);
      requireValue(json, 'normalize_embedding', [false, undefined]);
      requireValue(json, 'static_position_embeddings', [true, undefined]);
      const width = number(json, 'd_model');
      const heads = number(json, 'decoder_attention_heads');
      requireValue(json, 'encoder_attention_heads', [heads]);
      requireValue(json, 'encoder_ffn_dim', [json.decoder_ffn_dim]);
      return encoderDecoderConfig({
        vocabSize: number(json, 'vocab_size'),
        contextLength: number(json, 'max_position_embeddings'),
        width,
        heads,
        ffnSize: number(json, 'decoder_ffn_dim'),
        encoderLayers: number(json, 'encoder_layers'),
        layers: number(json, 'decoder_layers'),
        activation: activationOf(json, 'activation_function', MARIAN_ACTIVATIONS),
        norm: { kind: 'layerNorm', bias: true, eps: 1e-5 },
        positions: { kind: 'sinusoidal', halves: true },
        block: 'postNorm',
        bias: true,
        headBias: true,
        embeddingScale: json.scale_embedding === true ? Math.sqrt(width) : 1,
        dropout: number(json, 'dropout', 0),
        startId: number(json, 'decoder_start_token_id', number(json, 'pad_token_id')),
      });
    },
    toConfig(config) {
      const needs = needsOf('marian', config);
      const { positions, width, heads, ffnSize, contextLength, embeddingScale, activation } = config;
      needs('block', 'postNorm');
      needs('bias', true);
      needs('headBias', true);
      needs('tiedHead', true);
      needs('attentionScale', undefined);
      needs('headScale', undefined);
      needs('sourceLength', contextLength);
      needs('headSize', width / heads);
      const isHalves = positions.kind === 'sinusoidal' && positions.halves === true;
      if (!isHalves) throw refusal('marian', 'positions', 'sinusoidal in halves', positions.kind);
      if (config.norm.kind !== 'layerNorm')
        throw refusal('marian', 'norm.kind', 'layerNorm', config.norm.kind);
      if (embeddingScale !== 1) needs('embeddingScale', Math.sqrt(width));
      return {
        model_type: 'marian',
        vocab_size: config.vocabSize,
        decoder_vocab_size: config.vocabSize,
        max_position_embeddings: contextLength,
        d_model: width,
        encoder_attention_heads: heads,
        decoder_attention_heads: heads,
        encoder_ffn_dim: ffnSize,
        decoder_ffn_dim: ffnSize,
        encoder_layers: config.encoderLayers,
        decoder_layers: config.layers,
        activation_function: MARIAN_ACTIVATIONS[activation] ?? refuseActivation('marian', activation),
        scale_embedding: embeddingScale !== 1,
        dropout: config.dropout,
        tie_word_embeddings: true,
        share_encoder_decoder_embeddings: true,
        decoder_start_token_id: config.startId,
        pad_token_id: config.startId,
      };
    },
  },
};

const refusal = (format: string, key: string, expected: string, got: unknown) =>
  fail('model/foreign-export', { format, key, expected, got });

function refuseActivation(format: ForeignEncoderDecoder, got: FfnActivation): never {
  const known = format === 't5' ? T5_ACTIVATIONS : MARIAN_ACTIVATIONS;
  throw refusal(format, 'activation', Object.keys(known).join(', '), got);
}

/** Checks fields that a format cannot say otherwise, beginning with those that none can. */
function needsOf(format: ForeignEncoderDecoder, config: EncoderDecoderConfig) {
  const needs = <Key extends keyof EncoderDecoderConfig>(
    key: Key,
    expected: EncoderDecoderConfig[Key],
  ): void => {
    if (config[key] !== expected) throw refusal(format, key, `${expected ?? 'its default'}`, config[key]);
  };
  needs('qkNorm', false);
  return needs;
}

const isFormat = (type: unknown): type is ForeignEncoderDecoder =>
  typeof type === 'string' && Object.hasOwn(formats, type);

/** Whether a `config.json` is that of an encoder–decoder we know. */
export const isForeignEncoderDecoder = (json: ForeignJson): boolean => isFormat(json.model_type);

function formatOf({ model_type: type }: ForeignJson): Format {
  if (isFormat(type)) return formats[type];
  throw fail('model/foreign-type', { got: type, known: Object.keys(formats).join(', ') });
}

/** Whether a tensor of a file is no parameter, but a copy of one or a table that is computed. */
export const isForeignCopy = (json: ForeignJson, name: string): boolean => formatOf(json).ignored.test(name);

/** Config and parameters from a foreign `config.json` and foreign tensors by name; every name and shape is checked. */
export function fromForeignEncoderDecoder(
  json: ForeignJson,
  tensors: NamedTensors,
): { readonly config: EncoderDecoderConfig; readonly params: EncoderDecoderParams } {
  const { ignored, fromConfig, nameOf } = formatOf(json);
  const given = new Map([...tensors].filter(([name]) => !ignored.test(name)));
  const config = fromConfig(json, given.has('lm_head.weight'));
  if (config.tiedHead) given.delete('lm_head.weight');
  const found = new Map<string, Tensor>();
  for (const [path, { shape }] of leaves<ParameterSpec>(encoderDecoderSpec(config))) {
    const foreign = nameOf(path, config);
    const tensor = requireTensor(given, foreign, path === 'headBias' ? [1, ...shape] : shape);
    found.set(path, path === 'headBias' ? reshape(tensor, shape) : tensor);
    given.delete(foreign);
  }
  if (given.size) throw fail('model/weight-extra', { names: [...given.keys()] });
  return { config, params: encoderDecoderFromTensors(config, found) };
}

/** Which of the formats could say a config. */
const typeOf = ({ positions }: EncoderDecoderConfig): ForeignEncoderDecoder =>
  positions.kind === 't5' ? 't5' : 'marian';

/** A foreign `config.json` for our config. @throws `model/foreign-export` for what neither format can say */
export function toForeignEncoderDecoderConfig(config: EncoderDecoderConfig): ForeignJson {
  const { architecture, toConfig } = formats[typeOf(config)];
  return { ...toConfig(config), architectures: [architecture], is_encoder_decoder: true };
}

/** Foreign tensors by name from our parameters. */
export function toForeignEncoderDecoder(
  config: EncoderDecoderConfig,
  params: EncoderDecoderParams,
): Map<string, Tensor> {
  const { nameOf } = formats[typeOf(config)];
  const all = leaves<Tensor>(params).map(([path, tensor]): [string, Tensor] => [
    nameOf(path, config),
    path === 'headBias' ? reshape(tensor, [1, tensor.size]) : tensor,
  ]);
  return new Map(all);
}
