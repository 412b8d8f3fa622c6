/** Names and configs of Hugging Face's LLaMA class (`transformers/models/{llama,mistral,mixtral,qwen2,qwen3,qwen3_moe}`). */

import type { RotaryConfig } from '../nn/index.ts';
import type { DecoderConfig } from './config.ts';
import { expertNames, expertsOf, sayExperts } from './foreign-experts.ts';
import { expressible, type ForeignJson, type Format, pair, requireValue } from './foreign-format.ts';
import { ropeOf, scalingOf } from './foreign-rope.ts';

/** Members of the LLaMA class, by what sets them apart. */
export const llamaTypes = {
  llama: { architecture: 'LlamaForCausalLM' },
  mistral: { architecture: 'MistralForCausalLM' },
  mixtral: { architecture: 'MixtralForCausalLM' },
  qwen2: { architecture: 'Qwen2ForCausalLM' },
  qwen3: { architecture: 'Qwen3ForCausalLM' },
  qwen3_moe: { architecture: 'Qwen3MoeForCausalLM' },
} as const;

export const llama: Format = {
  prefix: 'model.',
  ignored: /rotary_emb\.inv_freq$/,
  head: 'lm_head.weight',
  names: (layer, ours, config) => [
    ...pair(`layers.${layer}.input_layernorm`, `${ours}.attentionNorm`),
    ...pair(`layers.${layer}.self_attn.q_proj`, `${ours}.attention.query`),
    ...pair(`layers.${layer}.self_attn.k_proj`, `${ours}.attention.key`),
    ...pair(`layers.${layer}.self_attn.v_proj`, `${ours}.attention.value`),
    ...pair(`layers.${layer}.self_attn.o_proj`, `${ours}.attention.output`),
    ...pair(`layers.${layer}.self_attn.q_norm`, `${ours}.attention.queryNorm`),
    ...pair(`layers.${layer}.self_attn.k_norm`, `${ours}.attention.keyNorm`),
    ...pair(`layers.${layer}.post_attention_layernorm`, `${ours}.ffnNorm`),
    ...pair(`layers.${layer}.mlp.gate_proj`, `${ours}.ffn.gate`),
    ...pair(`layers.${layer}.mlp.up_proj`, `${ours}.ffn.up`),
    ...pair(`layers.${layer}.mlp.down_proj`, `${ours}.ffn.down`),
    ...expertNames(layer, ours, config),
  ],
  outerNames: [
    { foreign: 'embed_tokens.weight', ours: ['embedding.weight'] },
    ...pair('norm', 'finalNorm'),
    { foreign: 'lm_head.weight', ours: ['head.weight'] },
  ],
  fromConfig(json) {
    const type = json.model_type ?? 'llama';
    requireValue(json, 'hidden_act', ['silu', undefined]);
    const rope = (json.rope_parameters ?? json.rope_scaling ?? {}) as ForeignJson;
    const attentionBias = type === 'qwen2' || json.attention_bias === true;
    const slides = type === 'mistral' || type === 'mixtral' || json.use_sliding_window === true;
    return {
      vocabSize: json.vocab_size as number,
      contextLength: json.max_position_embeddings as number,
      width: json.hidden_size as number,
      layers: json.num_hidden_layers as number,
      heads: json.num_attention_heads as number,
      kvHeads: (json.num_key_value_heads ?? undefined) as number | undefined,
      headSize: (json.head_dim ?? undefined) as number | undefined,
      ffnSize: json.intermediate_size as number,
      ...expertsOf(json),
      activation: 'swiglu',
      norm: { kind: 'rmsNorm', bias: false, eps: (json.rms_norm_eps ?? 1e-6) as number },
      positions: {
        kind: 'rotary',
        base: (rope.rope_theta ?? json.rope_theta ?? 10_000) as number,
        ...scalingOf(rope),
      },
      bias: {
        queryKeyValue: attentionBias,
        attentionOutput: attentionBias && type !== 'qwen2',
        ffn: json.mlp_bias === true,
      },
      qkNorm: type === 'qwen3' || type === 'qwen3_moe',
      window: slides ? ((json.sliding_window ?? 0) as number) : 0,
      tiedHead: (json.tie_word_embeddings ?? false) as boolean,
    };
  },
  toConfig(config) {
    const needs = expressible('LLaMA', config, ['qkNorm', 'window', 'experts']);
    const { norm, positions, activation, bias, qkNorm, window } = config;
    needs('norm.kind', 'rmsNorm', norm.kind === 'rmsNorm', norm.kind);
    needs('activation', 'swiglu', activation === 'swiglu', activation);
    const rotary: RotaryConfig = positions.kind === 'rotary' ? positions : { kind: 'rotary', fraction: 0 };
    const fits = !rotary.interleaved && (rotary.fraction ?? 1) === 1 && rotary.scaling?.kind !== 'ntk';
    needs('positions', 'rotary: whole heads, not interleaved, no ntk scaling', fits, positions);
    const type = typeOf(config);
    const attentionBias = type === 'llama' || qkNorm ? bias.attentionOutput : false;
    const biasFits = type === 'qwen2' || bias.queryKeyValue === attentionBias;
    needs('bias', `what ${type} has`, biasFits && (type === 'llama' || !bias.ffn), bias);
    needs('window', '0 with qkNorm', !(qkNorm && window), window);
    const { base = 10_000 } = rotary;
    return {
      model_type: type,
      architectures: [llamaTypes[type].architecture],
      vocab_size: config.vocabSize,
      max_position_embeddings: config.contextLength,
      hidden_size: config.width,
      num_hidden_layers: config.layers,
      num_attention_heads: config.heads,
      num_key_value_heads: config.kvHeads,
      head_dim: config.headSize,
      intermediate_size: config.ffnSize,
      hidden_act: 'silu',
      rms_norm_eps: norm.eps,
      rope_theta: base,
      rope_parameters: { ...ropeOf(rotary.scaling), rope_theta: base },
      ...(attentionBias && { attention_bias: true }),
      ...(bias.ffn && { mlp_bias: true }),
      ...((type === 'mistral' || (type === 'mixtral' && window)) && { sliding_window: window }),
      ...sayExperts(config),
      tie_word_embeddings: config.tiedHead,
    };
  },
};

function typeOf({ qkNorm, window, bias, experts }: DecoderConfig): keyof typeof llamaTypes {
  if (experts !== undefined) return qkNorm ? 'qwen3_moe' : 'mixtral';
  if (qkNorm) return 'qwen3';
  if (window) return 'mistral';
  return bias.queryKeyValue && !bias.attentionOutput ? 'qwen2' : 'llama';
}
