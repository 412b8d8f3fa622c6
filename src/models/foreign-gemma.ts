/** Names and configs of Hugging Face's Gemma class: text models (`transformers/models/{gemma,gemma2,gemma3}`). */

import type { RotaryConfig } from '../nn/index.ts';
import type { DecoderConfig } from './config.ts';
import {
  expressible,
  type ForeignJson,
  type ForeignName,
  type Format,
  pair,
  requireValue,
} from './foreign-format.ts';
import { ropeOf, scalingOf } from './foreign-rope.ts';

/** Members of the class, by what sets them apart. */
export const gemmaTypes = {
  gemma: { architecture: 'GemmaForCausalLM' },
  gemma2: { architecture: 'Gemma2ForCausalLM' },
  gemma3_text: { architecture: 'Gemma3ForCausalLM' },
} as const;
type GemmaType = keyof typeof gemmaTypes;

/** What a file that does not say it means. */
const defaults = {
  gemma: { globalEvery: 0, base: 10_000 },
  gemma2: { globalEvery: 2, base: 10_000 },
  gemma3_text: { globalEvery: 6, base: 1_000_000 },
} as const;
const LOCAL_BASE = 10_000;

/** Gemma keeps a norm's weight less 1. */
const norm = (foreign: string, ours: string): ForeignName => ({
  foreign: `${foreign}.weight`,
  ours: [`${ours}.weight`],
  shift: 1,
});

export const gemma: Format = {
  prefix: 'model.',
  ignored: /rotary_emb\.\w*inv_freq$/,
  head: 'lm_head.weight',
  names: (layer, ours, config) => [
    norm(`layers.${layer}.input_layernorm`, `${ours}.attentionNorm`),
    ...pair(`layers.${layer}.self_attn.q_proj`, `${ours}.attention.query`),
    ...pair(`layers.${layer}.self_attn.k_proj`, `${ours}.attention.key`),
    ...pair(`layers.${layer}.self_attn.v_proj`, `${ours}.attention.value`),
    ...pair(`layers.${layer}.self_attn.o_proj`, `${ours}.attention.output`),
    norm(`layers.${layer}.self_attn.q_norm`, `${ours}.attention.queryNorm`),
    norm(`layers.${layer}.self_attn.k_norm`, `${ours}.attention.keyNorm`),
    ...(config.block === 'sandwich'
      ? [
          norm(`layers.${layer}.post_attention_layernorm`, `${ours}.attentionOutputNorm`),
          norm(`layers.${layer}.pre_feedforward_layernorm`, `${ours}.ffnNorm`),
          norm(`layers.${layer}.post_feedforward_layernorm`, `${ours}.ffnOutputNorm`),
        ]
      : [norm(`layers.${layer}.post_attention_layernorm`, `${ours}.ffnNorm`)]),
    ...pair(`layers.${layer}.mlp.gate_proj`, `${ours}.ffn.gate`),
    ...pair(`layers.${layer}.mlp.up_proj`, `${ours}.ffn.up`),
    ...pair(`layers.${layer}.mlp.down_proj`, `${ours}.ffn.down`),
  ],
  outerNames: [
    { foreign: 'embed_tokens.weight', ours: ['embedding.weight'] },
    norm('norm', 'finalNorm'),
    { foreign: 'lm_head.weight', ours: ['head.weight'] },
  ],
  fromConfig(json) {
    const type = json.model_type as GemmaType;
    // Gemma 1 says `gelu` and means its approximation: `transformers/models/gemma/configuration_gemma.py`.
    const activation = json.hidden_activation ?? json.hidden_act;
    const known =
      type === 'gemma' ? ['gelu_pytorch_tanh', 'gelu', undefined] : ['gelu_pytorch_tanh', undefined];
    requireValue({ hidden_activation: activation }, 'hidden_activation', known);
    requireValue(json, 'use_bidirectional_attention', [false, undefined]);
    const width = json.hidden_size as number;
    const headSize = (json.head_dim ?? 256) as number;
    const scalar = (json.query_pre_attn_scalar ?? headSize) as number;
    const attentionBias = json.attention_bias === true;
    return {
      vocabSize: json.vocab_size as number,
      contextLength: json.max_position_embeddings as number,
      width,
      layers: json.num_hidden_layers as number,
      heads: json.num_attention_heads as number,
      kvHeads: (json.num_key_value_heads ?? undefined) as number | undefined,
      headSize,
      ffnSize: json.intermediate_size as number,
      activation: 'geglu',
      norm: { kind: 'rmsNorm', bias: false, eps: (json.rms_norm_eps ?? 1e-6) as number },
      ...windowsOf(json, type),
      bias: { queryKeyValue: attentionBias, attentionOutput: attentionBias, ffn: false },
      qkNorm: type === 'gemma3_text',
      tiedHead: (json.tie_word_embeddings ?? true) as boolean,
      embeddingScale: Math.sqrt(width),
      logitSoftcap: (json.final_logit_softcapping ?? 0) as number,
      block: type === 'gemma' ? 'preNorm' : 'sandwich',
      attentionScale: scalar === headSize ? undefined : 1 / Math.sqrt(scalar),
      attentionSoftcap: (json.attn_logit_softcapping ?? undefined) as number | undefined,
    };
  },
  toConfig(config) {
    const needs = expressible('Gemma', config, [
      'logitSoftcap',
      'embeddingScale',
      'qkNorm',
      'window',
      'attentionScale',
      'attentionSoftcap',
      'block',
      'globalEvery',
      'localRotaryBase',
    ]);
    const {
      width,
      norm,
      activation,
      positions,
      bias,
      block = 'preNorm',
      qkNorm,
      window,
      globalEvery,
    } = config;
    needs('norm.kind', 'rmsNorm', norm.kind === 'rmsNorm', norm.kind);
    needs('activation', 'geglu', activation === 'geglu', activation);
    const scale = config.embeddingScale;
    needs(
      'embeddingScale',
      `√width (${Math.sqrt(width)})`,
      Math.abs(scale / Math.sqrt(width) - 1) < 1e-6,
      scale,
    );
    const rotary: RotaryConfig = positions.kind === 'rotary' ? positions : { kind: 'rotary', fraction: 0 };
    const fits = !rotary.interleaved && (rotary.fraction ?? 1) === 1 && rotary.scaling?.kind !== 'ntk';
    needs('positions', 'rotary: whole heads, not interleaved, no ntk scaling', fits, positions);
    needs('block', 'preNorm or sandwich', block === 'preNorm' || block === 'sandwich', block);
    needs('block', 'sandwich with qkNorm', block === 'sandwich' || !qkNorm, block);
    needs('window', '0 with preNorm', block === 'sandwich' || !window, window);
    const biasFits = bias.queryKeyValue === bias.attentionOutput && !bias.ffn;
    needs('bias', 'the same for all of attention, none for ffn', biasFits, bias);
    const type: GemmaType = block === 'preNorm' ? 'gemma' : qkNorm ? 'gemma3_text' : 'gemma2';
    const isFirst = type === 'gemma';
    needs('logitSoftcap', '0 with preNorm', !isFirst || !config.logitSoftcap, config.logitSoftcap);
    needs(
      'attentionSoftcap',
      'its default with preNorm',
      !isFirst || !config.attentionSoftcap,
      config.attentionSoftcap,
    );
    needs(
      'attentionScale',
      'its default with preNorm',
      !isFirst || !config.attentionScale,
      config.attentionScale,
    );
    needs(
      'localRotaryBase',
      'its default without qkNorm',
      qkNorm || !config.localRotaryBase,
      config.localRotaryBase,
    );
    const base = rotary.base ?? LOCAL_BASE;
    const full = { ...ropeOf(rotary.scaling), rope_theta: base };
    const local = config.localRotaryBase ?? base;
    const stretchFits =
      type !== 'gemma3_text' || !rotary.scaling || config.localRotaryBase !== undefined || !window;
    needs('localRotaryBase', 'given with positions.scaling', stretchFits, config.localRotaryBase);
    return {
      model_type: type,
      architectures: [gemmaTypes[type].architecture],
      vocab_size: config.vocabSize,
      max_position_embeddings: config.contextLength,
      hidden_size: width,
      num_hidden_layers: config.layers,
      num_attention_heads: config.heads,
      num_key_value_heads: config.kvHeads,
      head_dim: config.headSize,
      intermediate_size: config.ffnSize,
      ...(isFirst && { hidden_act: 'gelu_pytorch_tanh' }),
      hidden_activation: 'gelu_pytorch_tanh',
      rms_norm_eps: norm.eps,
      attention_bias: bias.queryKeyValue,
      tie_word_embeddings: config.tiedHead,
      ...(!isFirst && {
        query_pre_attn_scalar: config.attentionScale
          ? roundedSquare(1 / config.attentionScale)
          : config.headSize,
        attn_logit_softcapping: config.attentionSoftcap ?? null,
        final_logit_softcapping: config.logitSoftcap || null,
        sliding_window: window || config.contextLength,
        layer_types: layerTypes(config.layers, window ? (globalEvery ?? 0) : 1),
      }),
      ...(type === 'gemma3_text'
        ? {
            rope_parameters: {
              full_attention: full,
              sliding_attention: { rope_type: 'default', rope_theta: local },
            },
            rope_local_base_freq: local,
          }
        : { rope_parameters: full }),
      rope_theta: base,
    };
  },
};

/** x², whole where only rounding keeps it from that. */
function roundedSquare(x: number): number {
  const square = x * x;
  const whole = Math.round(square);
  return Math.abs(square - whole) < 1e-6 * square ? whole : square;
}

const SLIDING = 'sliding_attention';
const FULL = 'full_attention';

/** 0: every layer slides. */
const layerTypes = (layers: number, globalEvery: number): string[] =>
  Array.from({ length: layers }, (_, i) => (globalEvery && (i + 1) % globalEvery === 0 ? FULL : SLIDING));

/** Which layers see a window, and the rotary bases of those and the others. */
function windowsOf(
  json: ForeignJson,
  type: GemmaType,
): Pick<DecoderConfig, 'window' | 'globalEvery' | 'positions' | 'localRotaryBase'> {
  const ropes = (json.rope_parameters ?? {}) as { readonly [kind: string]: ForeignJson | undefined };
  const full: ForeignJson = {
    ...(json.rope_scaling as ForeignJson | null),
    ...(ropes[FULL] ?? json.rope_parameters ?? {}),
  };
  const base = (full.rope_theta ?? json.rope_theta ?? defaults[type].base) as number;
  const positions = { kind: 'rotary', base, ...scalingOf(full) } as const;
  const every = type === 'gemma' ? 1 : globalEveryOf(json, type);
  if (every === 1) return { window: 0, positions };
  const window = (json.sliding_window ?? 4096) as number;
  if (type !== 'gemma3_text') return { window, positions, ...(every && { globalEvery: every }) };
  const local = (ropes[SLIDING]?.rope_theta ?? json.rope_local_base_freq ?? LOCAL_BASE) as number;
  // Where no layer sees everything, the base of those that see a window is the only one.
  if (!every) return { window, positions: { kind: 'rotary', base: local } };
  const isSame = local === base && !positions.scaling;
  return { window, globalEvery: every, positions, ...(isSame ? {} : { localRotaryBase: local }) };
}

/** Every so many layers one sees everything; 1: all do; 0: none does. */
function globalEveryOf(json: ForeignJson, type: GemmaType): number {
  const layers = json.num_hidden_layers as number;
  const said = json.layer_types as readonly unknown[] | null | undefined;
  const pattern = (json.sliding_window_pattern ??
    json._sliding_window_pattern ??
    defaults[type].globalEvery) as number;
  if (!Array.isArray(said)) return pattern <= layers ? pattern : 0;
  const every = said.indexOf(FULL) + 1;
  const expected = layerTypes(layers, every);
  const fits = said.length === layers && said.every((kind, i) => kind === expected[i]);
  requireValue({ layer_types: fits ? undefined : said }, 'layer_types', [undefined]);
  return every;
}
