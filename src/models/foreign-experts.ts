/** Names and configs of mixtures of experts in Hugging Face's LLaMA class (`transformers/models/{mixtral,qwen3_moe}`). */

import type { DecoderConfig, DecoderOptions } from './config.ts';
import { type ForeignJson, type ForeignName, requireValue } from './foreign-format.ts';

/** What each calls the experts of a layer, their matrices, and their size. */
const types = {
  mixtral: {
    part: 'block_sparse_moe',
    matrices: { gate: 'w1', up: 'w3', down: 'w2' },
    size: 'intermediate_size',
    perToken: 2,
  },
  qwen3_moe: {
    part: 'mlp',
    matrices: { gate: 'gate_proj', up: 'up_proj', down: 'down_proj' },
    size: 'moe_intermediate_size',
    perToken: 8,
  },
} as const;

export type ExpertsType = keyof typeof types;

const typeOf = ({ qkNorm }: DecoderConfig): ExpertsType => (qkNorm ? 'qwen3_moe' : 'mixtral');

/** The names of a layer's router and experts; none of a model without. */
export function expertNames(layer: string, ours: string, config: DecoderConfig): ForeignName[] {
  const { experts = 0 } = config;
  if (!experts) return [];
  const { part, matrices } = types[typeOf(config)];
  const foreign = `layers.${layer}.${part}`;
  const ofExpert = (expert: number): ForeignName[] =>
    Object.entries(matrices).map(([own, name]) => ({
      foreign: `${foreign}.experts.${expert}.${name}.weight`,
      ours: [`${ours}.ffn.experts.${expert}.${own}.weight`],
    }));
  return [
    { foreign: `${foreign}.gate.weight`, ours: [`${ours}.ffn.router.weight`] },
    ...Array.from({ length: experts }, (_, expert) => ofExpert(expert)).flat(),
  ];
}

/** What a foreign config says of its experts; nothing of a model without. */
export function expertsOf(
  json: ForeignJson,
): Partial<Pick<DecoderOptions, 'experts' | 'expertsPerToken' | 'ffnSize'>> {
  const type = json.model_type as ExpertsType;
  if (!Object.hasOwn(types, type)) return {};
  if (type === 'qwen3_moe') {
    requireValue(json, 'norm_topk_prob', [true]);
    requireValue(json, 'decoder_sparse_step', [1, undefined]);
    const dense = (json.mlp_only_layers ?? []) as readonly number[];
    requireValue({ mlp_only_layers: dense.join() }, 'mlp_only_layers', ['']);
  }
  const { size, perToken } = types[type];
  return {
    experts: (json.num_local_experts ?? json.num_experts) as number,
    expertsPerToken: (json.num_experts_per_tok ?? perToken) as number,
    ffnSize: json[size] as number,
  };
}

/** The same in foreign words. */
export function sayExperts(config: DecoderConfig): ForeignJson {
  const { experts, expertsPerToken, ffnSize } = config;
  if (experts === undefined) return {};
  return {
    num_local_experts: experts,
    num_experts_per_tok: expertsPerToken,
    ...(typeOf(config) === 'qwen3_moe' && {
      num_experts: experts,
      moe_intermediate_size: ffnSize,
      norm_topk_prob: true,
      decoder_sparse_step: 1,
      mlp_only_layers: [],
    }),
  };
}
