/** Names and configs of Hugging Face's encoders (`transformers/models/{bert,roberta}`) and of sentence encoders made of them. */

import { isGated, type ParameterSpec } from '../nn/index.ts';
import { type Tensor, zeros } from '../tensor/index.ts';
import { leaves } from '../tree.ts';
import { type EncoderParams, encoderSpec } from './encoder.ts';
import { type EncoderConfig, encoderConfig } from './encoder-config.ts';
import { fail } from './errors.ts';
import { type ForeignJson, type ForeignName, pair, requireValue } from './foreign-format.ts';
import { encoderFromTensors, type NamedTensors, requireTensor } from './weights.ts';

export type ForeignEncoder = 'bert' | 'roberta';

interface EncoderFormat {
  /** Stands before the names of the body in models with a head. */
  readonly prefix: string;
  readonly architecture: string;
  readonly bodyArchitecture: string;
  readonly head: readonly ForeignName[];
  /** Names of the head's own copy of the embedding table, and of its bias. */
  readonly tied: readonly string[];
}

const formats: { readonly [K in ForeignEncoder]: EncoderFormat } = {
  bert: {
    prefix: 'bert.',
    architecture: 'BertForMaskedLM',
    bodyArchitecture: 'BertModel',
    head: [
      ...pair('cls.predictions.transform.dense', 'head.transform'),
      ...pair('cls.predictions.transform.LayerNorm', 'head.norm'),
      { foreign: 'cls.predictions.decoder.weight', ours: ['head.weight'] },
      { foreign: 'cls.predictions.bias', ours: ['head.bias'] },
    ],
    tied: ['cls.predictions.decoder.weight', 'cls.predictions.decoder.bias'],
  },
  roberta: {
    prefix: 'roberta.',
    architecture: 'RobertaForMaskedLM',
    bodyArchitecture: 'RobertaModel',
    head: [
      ...pair('lm_head.dense', 'head.transform'),
      ...pair('lm_head.layer_norm', 'head.norm'),
      { foreign: 'lm_head.decoder.weight', ours: ['head.weight'] },
      { foreign: 'lm_head.bias', ours: ['head.bias'] },
    ],
    tied: ['lm_head.decoder.weight', 'lm_head.decoder.bias'],
  },
};

const formatOfType = new Map<unknown, ForeignEncoder>([
  ['bert', 'bert'],
  ['roberta', 'roberta'],
  ['xlm-roberta', 'roberta'],
  ['camembert', 'roberta'],
]);

const bodyNames: readonly ForeignName[] = [
  { foreign: 'embeddings.word_embeddings.weight', ours: ['embedding.weight'] },
  { foreign: 'embeddings.position_embeddings.weight', ours: ['positions.weight'] },
  { foreign: 'embeddings.token_type_embeddings.weight', ours: ['tokenTypes.weight'] },
  ...pair('embeddings.LayerNorm', 'embeddingNorm'),
  ...pair('pooler.dense', 'pooler'),
];

const layerNames = (layer: number): readonly ForeignName[] => [
  ...pair(`encoder.layer.${layer}.attention.self.query`, `blocks.${layer}.attention.query`),
  ...pair(`encoder.layer.${layer}.attention.self.key`, `blocks.${layer}.attention.key`),
  ...pair(`encoder.layer.${layer}.attention.self.value`, `blocks.${layer}.attention.value`),
  ...pair(`encoder.layer.${layer}.attention.output.dense`, `blocks.${layer}.attention.output`),
  ...pair(`encoder.layer.${layer}.attention.output.LayerNorm`, `blocks.${layer}.attentionNorm`),
  ...pair(`encoder.layer.${layer}.intermediate.dense`, `blocks.${layer}.ffn.up`),
  ...pair(`encoder.layer.${layer}.output.dense`, `blocks.${layer}.ffn.down`),
  ...pair(`encoder.layer.${layer}.output.LayerNorm`, `blocks.${layer}.ffnNorm`),
];

/** Whether a `config.json` is that of an encoder we know. */
export const isForeignEncoder = (json: ForeignJson): boolean => formatOfType.has(json.model_type);

/** Foreign names of all parameters of a config, by ours. */
function namesOf(
  { prefix, head }: EncoderFormat,
  config: EncoderConfig,
  bodyPrefix = prefix,
): Map<string, string> {
  const layers = Array.from({ length: config.layers }, (_, layer) => layerNames(layer));
  const body = [...bodyNames, ...layers.flat()];
  return new Map([
    ...body.map(({ foreign, ours }): [string, string] => [ours[0], bodyPrefix + foreign]),
    ...head.map(({ foreign, ours }): [string, string] => [ours[0], foreign]),
  ]);
}

/**
 * Config and parameters from a foreign `config.json` and foreign tensors by name. Whether there is a head or a pooler is what the
 * tensors say. The heads of next sentences and of tasks are passed over; every other name and shape is checked.
 */
export function fromForeignEncoder(
  json: ForeignJson,
  tensors: NamedTensors,
): { readonly config: EncoderConfig; readonly params: EncoderParams } {
  const type = formatOfType.get(json.model_type);
  if (!type) {
    throw fail('model/foreign-type', { got: json.model_type, known: [...formatOfType.keys()].join(', ') });
  }
  const format = formats[type];
  const tied = (json.tie_word_embeddings ?? true) as boolean;
  const given = new Map<string, Tensor>();
  for (const [name, tensor] of tensors) {
    const now = modernName(name);
    const short = now.startsWith(format.prefix) ? now.slice(format.prefix.length) : now;
    if (isIgnored(short)) continue;
    if (short === format.tied[1] || (tied && short === format.tied[0])) continue;
    given.set(short, tensor);
  }
  const config = fromForeignEncoderConfig(json, {
    maskedHead: given.has(format.head[0].foreign),
    pooler: given.has('pooler.dense.weight'),
  });
  const names = namesOf(format, config, '');
  const found = new Map<string, Tensor>();
  for (const [path, { shape }] of leaves<ParameterSpec>(encoderSpec(config))) {
    const foreign = names.get(path)!;
    found.set(path, requireTensor(given, foreign, shape));
    given.delete(foreign);
  }
  if (given.size) throw fail('model/weight-extra', { names: [...given.keys()] });
  return { config, params: encoderFromTensors(config, found) };
}

/** Buffers (which are whole numbers), the head of next sentences, and heads for tasks, which are no part of the encoder. */
export const isIgnored = (name: string): boolean =>
  /(^|\.)embeddings\.(position|token_type)_ids$|^(cls\.seq_relationship|classifier|qa_outputs)\./.test(name);

/** Weights that came from TensorFlow call a norm's weight and bias gamma and beta. */
const modernName = (name: string): string =>
  name.replace(/LayerNorm\.gamma$/, 'LayerNorm.weight').replace(/LayerNorm\.beta$/, 'LayerNorm.bias');

/** Our config for a foreign `config.json`. */
function fromForeignEncoderConfig(
  json: ForeignJson,
  parts: Pick<EncoderConfig, 'maskedHead' | 'pooler'>,
): EncoderConfig {
  const isRoberta = formatOfType.get(json.model_type) === 'roberta';
  // RoBERTa counts on from the id of padding.
  const positionOffset = isRoberta ? ((json.pad_token_id ?? 1) as number) + 1 : 0;
  requireValue(json, 'hidden_act', ['gelu', 'gelu_new', 'relu', 'silu', undefined]);
  requireValue(json, 'position_embedding_type', ['absolute', undefined]);
  requireValue(json, 'is_decoder', [false, undefined]);
  return encoderConfig({
    vocabSize: json.vocab_size as number,
    contextLength: (json.max_position_embeddings as number) - positionOffset,
    width: json.hidden_size as number,
    layers: json.num_hidden_layers as number,
    heads: json.num_attention_heads as number,
    ffnSize: json.intermediate_size as number,
    activation: json.hidden_act === 'gelu_new' ? 'geluTanh' : ((json.hidden_act ?? 'gelu') as 'gelu'),
    norm: { kind: 'layerNorm', bias: true, eps: (json.layer_norm_eps ?? 1e-12) as number },
    dropout: (json.hidden_dropout_prob ?? 0) as number,
    tokenTypes: (json.type_vocab_size ?? 2) as number,
    tiedHead: (json.tie_word_embeddings ?? true) as boolean,
    positionOffset,
    ...parts,
  });
}

/** A foreign `config.json` for our config. @throws `model/foreign-export` for what the format cannot say. */
export function toForeignEncoderConfig(config: EncoderConfig): ForeignJson {
  const type = typeOf(config);
  const needs = (key: keyof EncoderConfig, expected: unknown): void => {
    if (config[key] !== expected) {
      throw fail('model/foreign-export', { format: type, key, expected: `${expected}`, got: config[key] });
    }
  };
  needs('block', 'postNorm');
  needs('embeddingNorm', true);
  needs('bias', true);
  needs('qkNorm', false);
  needs('headSize', config.width / config.heads);
  needs('embeddingScale', undefined);
  needs('attentionScale', undefined);
  const { norm, positions, activation, positionOffset } = config;
  const kinds = {
    'norm.kind': [norm.kind, 'layerNorm'],
    'positions.kind': [positions.kind, 'learned'],
  } as const;
  for (const [key, [got, expected]] of Object.entries(kinds)) {
    if (got !== expected) throw fail('model/foreign-export', { format: type, key, expected, got });
  }
  if (isGated(activation)) {
    throw fail('model/foreign-export', {
      format: type,
      key: 'activation',
      expected: 'gelu',
      got: activation,
    });
  }
  return {
    model_type: type,
    architectures: [config.maskedHead ? formats[type].architecture : formats[type].bodyArchitecture],
    vocab_size: config.vocabSize,
    max_position_embeddings: config.contextLength + positionOffset,
    hidden_size: config.width,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    intermediate_size: config.ffnSize,
    hidden_act: activation === 'geluTanh' ? 'gelu_new' : activation,
    layer_norm_eps: norm.eps,
    hidden_dropout_prob: config.dropout,
    attention_probs_dropout_prob: 0,
    type_vocab_size: Math.max(1, config.tokenTypes),
    pad_token_id: Math.max(0, positionOffset - 1),
    tie_word_embeddings: config.tiedHead,
  };
}

const typeOf = ({ positionOffset }: EncoderConfig): ForeignEncoder => (positionOffset ? 'roberta' : 'bert');

/** Foreign tensors by name from our parameters. The vector of the one segment there always is, where we have none, is zeros. */
export function toForeignEncoder(config: EncoderConfig, params: EncoderParams): Map<string, Tensor> {
  const format = formats[typeOf(config)];
  const names = namesOf(format, config, config.maskedHead ? format.prefix : '');
  const found = new Map(leaves<Tensor>(params).map(([path, tensor]) => [names.get(path)!, tensor]));
  // A table of its own has the bias beside it once more.
  if (config.maskedHead && !config.tiedHead) found.set(format.tied[1], params.head!.bias!);
  if (!config.tokenTypes) found.set(names.get('tokenTypes.weight')!, zeros([1, config.width]));
  return found;
}
