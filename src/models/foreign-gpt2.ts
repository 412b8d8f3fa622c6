/** Names and config of Hugging Face's GPT-2 (`transformers/models/gpt2`). */

import type { FfnActivation } from '../nn/index.ts';
import { expressible, type ForeignName, type Format, pair, requireValue } from './foreign-format.ts';

/** GPT-2's linear layers are stored [in, out]. */
const conv1d = (foreign: string, ...ours: string[]): ForeignName[] => [
  { foreign: `${foreign}.weight`, ours: ours.map((name) => `${name}.weight`), transposed: true },
  { foreign: `${foreign}.bias`, ours: ours.map((name) => `${name}.bias`) },
];

export const gpt2: Format = {
  prefix: 'transformer.',
  ignored: /^h\.\d+\.attn\.(masked_)?bias$/,
  head: 'lm_head.weight',
  hasBiases: true,
  names: (layer, ours) => [
    ...pair(`h.${layer}.ln_1`, `${ours}.attentionNorm`),
    ...conv1d(
      `h.${layer}.attn.c_attn`,
      ...['query', 'key', 'value'].map((part) => `${ours}.attention.${part}`),
    ),
    ...conv1d(`h.${layer}.attn.c_proj`, `${ours}.attention.output`),
    ...pair(`h.${layer}.ln_2`, `${ours}.ffnNorm`),
    ...conv1d(`h.${layer}.mlp.c_fc`, `${ours}.ffn.up`),
    ...conv1d(`h.${layer}.mlp.c_proj`, `${ours}.ffn.down`),
  ],
  outerNames: [
    { foreign: 'wte.weight', ours: ['embedding.weight'] },
    { foreign: 'wpe.weight', ours: ['positions.weight'] },
    ...pair('ln_f', 'finalNorm'),
    { foreign: 'lm_head.weight', ours: ['head.weight'] },
  ],
  fromConfig(json) {
    requireValue(json, 'scale_attn_weights', [true, undefined]);
    requireValue(json, 'scale_attn_by_inverse_layer_idx', [false, undefined]);
    const activations = { ...gpt2Activations, gelu_pytorch_tanh: 'geluTanh' };
    const activation = json.activation_function ?? 'gelu_new';
    requireValue({ activation_function: activation }, 'activation_function', Object.keys(activations));
    return {
      vocabSize: json.vocab_size as number,
      contextLength: json.n_positions as number,
      width: json.n_embd as number,
      layers: json.n_layer as number,
      heads: json.n_head as number,
      ffnSize: (json.n_inner ?? undefined) as number | undefined,
      activation: activations[activation as keyof typeof activations] as FfnActivation,
      norm: { kind: 'layerNorm', bias: true, eps: (json.layer_norm_epsilon ?? 1e-5) as number },
      positions: 'learned',
      bias: true,
      tiedHead: (json.tie_word_embeddings ?? true) as boolean,
      dropout: (json.resid_pdrop ?? 0) as number,
    };
  },
  toConfig(config) {
    const needs = expressible('GPT-2', config);
    needs('positions', 'learned', config.positions.kind === 'learned', config.positions.kind);
    needs('norm.kind', 'layerNorm', config.norm.kind === 'layerNorm', config.norm.kind);
    needs('kvHeads', 'equal to heads', config.kvHeads === config.heads, config.kvHeads);
    needs('headSize', 'width / heads', config.headSize * config.heads === config.width, config.headSize);
    const [activation] = Object.entries(gpt2Activations).find(([, ours]) => ours === config.activation) ?? [];
    needs('activation', 'gelu, geluTanh, relu or silu', activation !== undefined, config.activation);
    return {
      model_type: 'gpt2',
      architectures: ['GPT2LMHeadModel'],
      vocab_size: config.vocabSize,
      n_positions: config.contextLength,
      n_embd: config.width,
      n_layer: config.layers,
      n_head: config.heads,
      n_inner: config.ffnSize,
      activation_function: activation,
      layer_norm_epsilon: config.norm.eps,
      resid_pdrop: config.dropout,
      embd_pdrop: config.dropout,
      attn_pdrop: 0,
      tie_word_embeddings: config.tiedHead,
    };
  },
};

const gpt2Activations: { readonly [foreign: string]: FfnActivation } = {
  gelu_new: 'geluTanh',
  gelu: 'gelu',
  relu: 'relu',
  silu: 'silu',
};
