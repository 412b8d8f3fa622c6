/** Names and config of Hugging Face's GPT-NeoX (`transformers/models/gpt_neox`): Pythia is of this class. */

import type { FfnActivation, RotaryConfig } from '../nn/index.ts';
import { expressible, type ForeignJson, type Format, pair, requireValue } from './foreign-format.ts';
import { ropeOf, scalingOf } from './foreign-rope.ts';

/** Keys, queries and values of each head stand together. */
export const joinedByHead = (foreign: string, ours: string) =>
  ['weight', 'bias'].map((part) => ({
    foreign: `${foreign}.${part}`,
    ours: ['query', 'key', 'value'].map((name) => `${ours}.${name}.${part}`),
    byKeyHead: true,
  }));

export const neox: Format = {
  prefix: 'gpt_neox.',
  ignored: /\.attention\.((masked_)?bias|rotary_emb\.inv_freq)$/,
  head: 'embed_out.weight',
  hasBiases: true,
  names: (layer, ours) => [
    ...pair(`layers.${layer}.input_layernorm`, `${ours}.attentionNorm`),
    ...joinedByHead(`layers.${layer}.attention.query_key_value`, `${ours}.attention`),
    ...pair(`layers.${layer}.attention.dense`, `${ours}.attention.output`),
    ...pair(`layers.${layer}.post_attention_layernorm`, `${ours}.ffnNorm`),
    ...pair(`layers.${layer}.mlp.dense_h_to_4h`, `${ours}.ffn.up`),
    ...pair(`layers.${layer}.mlp.dense_4h_to_h`, `${ours}.ffn.down`),
  ],
  outerNames: [
    { foreign: 'embed_in.weight', ours: ['embedding.weight'] },
    ...pair('final_layer_norm', 'finalNorm'),
    { foreign: 'embed_out.weight', ours: ['head.weight'] },
  ],
  fromConfig(json) {
    const activation = json.hidden_act ?? 'gelu';
    requireValue({ hidden_act: activation }, 'hidden_act', Object.keys(activations));
    const rope = (json.rope_parameters ?? json.rope_scaling ?? {}) as ForeignJson;
    const attentionBias = json.attention_bias !== false;
    return {
      vocabSize: json.vocab_size as number,
      contextLength: json.max_position_embeddings as number,
      width: json.hidden_size as number,
      layers: json.num_hidden_layers as number,
      heads: json.num_attention_heads as number,
      ffnSize: json.intermediate_size as number,
      activation: activations[activation as keyof typeof activations],
      norm: { kind: 'layerNorm', bias: true, eps: (json.layer_norm_eps ?? 1e-5) as number },
      positions: {
        kind: 'rotary',
        base: (rope.rope_theta ?? json.rotary_emb_base ?? json.rope_theta ?? 10_000) as number,
        fraction: (rope.partial_rotary_factor ?? json.rotary_pct ?? 0.25) as number,
        ...scalingOf(rope),
      },
      bias: { queryKeyValue: attentionBias, attentionOutput: attentionBias, ffn: true },
      tiedHead: (json.tie_word_embeddings ?? false) as boolean,
      dropout: (json.hidden_dropout ?? 0) as number,
      block: json.use_parallel_residual === false ? 'preNorm' : 'parallelTwoNorms',
    };
  },
  toConfig(config) {
    const needs = expressible('GPT-NeoX', config, ['block']);
    const { norm, positions, block = 'preNorm' } = config;
    needs('block', 'preNorm or parallelTwoNorms', block === 'preNorm' || block === 'parallelTwoNorms', block);
    needs('norm.kind', 'layerNorm', norm.kind === 'layerNorm', norm.kind);
    needs('kvHeads', 'equal to heads', config.kvHeads === config.heads, config.kvHeads);
    needs('headSize', 'width / heads', config.headSize * config.heads === config.width, config.headSize);
    const rotary: RotaryConfig =
      positions.kind === 'rotary' ? positions : { kind: 'rotary', interleaved: true };
    const fits = !rotary.interleaved && rotary.scaling?.kind !== 'ntk';
    needs('positions', 'rotary: not interleaved, no ntk scaling', fits, positions);
    const [activation] = Object.entries(activations).find(([, ours]) => ours === config.activation) ?? [];
    needs('activation', 'gelu, geluTanh, relu or silu', activation !== undefined, config.activation);
    const { base = 10_000, fraction = 1 } = rotary;
    return {
      model_type: 'gpt_neox',
      architectures: ['GPTNeoXForCausalLM'],
      vocab_size: config.vocabSize,
      max_position_embeddings: config.contextLength,
      hidden_size: config.width,
      num_hidden_layers: config.layers,
      num_attention_heads: config.heads,
      intermediate_size: config.ffnSize,
      hidden_act: activation,
      layer_norm_eps: norm.eps,
      rotary_pct: fraction,
      rotary_emb_base: base,
      rope_parameters: { ...ropeOf(rotary.scaling), rope_theta: base, partial_rotary_factor: fraction },
      attention_bias: true,
      use_parallel_residual: block !== 'preNorm',
      hidden_dropout: config.dropout,
      attention_dropout: 0,
      tie_word_embeddings: config.tiedHead,
    };
  },
};

const activations = {
  gelu: 'gelu',
  gelu_new: 'geluTanh',
  gelu_pytorch_tanh: 'geluTanh',
  relu: 'relu',
  silu: 'silu',
} as const satisfies { readonly [foreign: string]: FfnActivation };
