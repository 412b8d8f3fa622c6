/** Names and config of Hugging Face's Falcon (`transformers/models/falcon`): 7B, 40B and 11B, not the ones with ALiBi. */

import type { RotaryConfig } from '../nn/index.ts';
import type { DecoderConfig } from './config.ts';
import { expressible, type ForeignJson, type Format, pair, requireValue } from './foreign-format.ts';
import { joinedByHead } from './foreign-neox.ts';
import { ropeOf, scalingOf } from './foreign-rope.ts';

export const falcon: Format = {
  prefix: 'transformer.',
  ignored: /rotary(_emb)?\.inv_freq$/,
  head: 'lm_head.weight',
  names: (layer, ours, config) => {
    const norms = normsOf(config);
    return [
      ...pair(`h.${layer}.${norms.attention}`, `${ours}.attentionNorm`),
      ...joinedByHead(`h.${layer}.self_attention.query_key_value`, `${ours}.attention`),
      ...pair(`h.${layer}.self_attention.dense`, `${ours}.attention.output`),
      ...pair(`h.${layer}.${norms.ffn}`, `${ours}.ffnNorm`),
      ...pair(`h.${layer}.mlp.dense_h_to_4h`, `${ours}.ffn.up`),
      ...pair(`h.${layer}.mlp.dense_4h_to_h`, `${ours}.ffn.down`),
    ];
  },
  outerNames: [
    { foreign: 'word_embeddings.weight', ours: ['embedding.weight'] },
    ...pair('ln_f', 'finalNorm'),
    { foreign: 'lm_head.weight', ours: ['head.weight'] },
  ],
  fromConfig(json) {
    // NOTE Falcon's ALiBi is scaled like the products it is added to, and computed in bf16: not the paper's.
    requireValue(json, 'alibi', [false, undefined]);
    requireValue(json, 'activation', ['gelu', undefined]);
    const rope = (json.rope_parameters ?? json.rope_scaling ?? {}) as ForeignJson;
    const isNew = json.new_decoder_architecture === true;
    const heads = json.num_attention_heads as number;
    const twoNorms = isNew && (json.num_ln_in_parallel_attn ?? 2) === 2;
    return {
      vocabSize: json.vocab_size as number,
      contextLength: (json.max_position_embeddings ?? 2048) as number,
      width: json.hidden_size as number,
      layers: json.num_hidden_layers as number,
      heads,
      kvHeads: isNew ? ((json.num_kv_heads ?? heads) as number) : json.multi_query === false ? heads : 1,
      ffnSize: (json.ffn_hidden_size ?? undefined) as number | undefined,
      activation: 'gelu',
      norm: { kind: 'layerNorm', bias: true, eps: (json.layer_norm_epsilon ?? 1e-5) as number },
      positions: {
        kind: 'rotary',
        base: (rope.rope_theta ?? json.rope_theta ?? 10_000) as number,
        ...scalingOf(rope),
      },
      bias: json.bias === true ? { queryKeyValue: true, attentionOutput: true, ffn: true } : {},
      tiedHead: (json.tie_word_embeddings ?? true) as boolean,
      dropout: (json.hidden_dropout ?? 0) as number,
      block: twoNorms ? 'parallelTwoNorms' : isNew || json.parallel_attn !== false ? 'parallel' : 'preNorm',
    };
  },
  toConfig(config) {
    const needs = expressible('Falcon', config, ['block']);
    const { norm, positions, bias, heads, kvHeads, block = 'preNorm' } = config;
    const known = block === 'preNorm' || block === 'parallel' || block === 'parallelTwoNorms';
    needs('block', 'preNorm, parallel or parallelTwoNorms', known, block);
    needs('norm', 'layerNorm with a bias', norm.kind === 'layerNorm' && norm.bias, norm);
    needs('headSize', 'width / heads', config.headSize * heads === config.width, config.headSize);
    needs('activation', 'gelu', config.activation === 'gelu', config.activation);
    const rotary: RotaryConfig = positions.kind === 'rotary' ? positions : { kind: 'rotary', fraction: 0 };
    const fits = !rotary.interleaved && (rotary.fraction ?? 1) === 1 && rotary.scaling?.kind !== 'ntk';
    needs('positions', 'rotary: whole heads, not interleaved, no ntk scaling', fits, positions);
    const same = bias.queryKeyValue === bias.attentionOutput && bias.attentionOutput === bias.ffn;
    needs('bias', 'the same for all', same, bias);
    const isOld = block !== 'parallelTwoNorms' && (kvHeads === 1 || kvHeads === heads);
    needs('kvHeads', '1 or equal to heads with preNorm', isOld || block !== 'preNorm', kvHeads);
    const { base = 10_000 } = rotary;
    return {
      model_type: 'falcon',
      architectures: ['FalconForCausalLM'],
      vocab_size: config.vocabSize,
      max_position_embeddings: config.contextLength,
      hidden_size: config.width,
      num_hidden_layers: config.layers,
      num_attention_heads: heads,
      num_kv_heads: kvHeads,
      multi_query: isOld && kvHeads === 1,
      new_decoder_architecture: !isOld,
      parallel_attn: block !== 'preNorm',
      ...(!isOld && { num_ln_in_parallel_attn: block === 'parallel' ? 1 : 2 }),
      ffn_hidden_size: config.ffnSize,
      activation: 'gelu',
      alibi: false,
      bias: bias.ffn,
      layer_norm_epsilon: norm.eps,
      rope_theta: base,
      rope_parameters: { ...ropeOf(rotary.scaling), rope_theta: base },
      hidden_dropout: config.dropout,
      attention_dropout: 0,
      tie_word_embeddings: config.tiedHead,
    };
  },
};

/** What the norms of a block are called: by how many there are. */
const normsOf = ({ block }: DecoderConfig): { attention: string; ffn: string } =>
  block === 'parallelTwoNorms'
    ? { attention: 'ln_attn', ffn: 'ln_mlp' }
    : { attention: 'input_layernorm', ffn: 'post_attention_layernorm' };
