/** What follows from a config and is needed at every pass: built once. */

import {
  type BlockConfig,
  type CrossAttentionConfig,
  type Positions,
  positions,
  type RotaryConfig,
  type SparsePattern,
} from '../nn/index.ts';
import type { DecoderConfig } from './config.ts';

export interface DecoderPlan {
  readonly scheme: Positions;
  /** Turns queries and keys of local layers. */
  readonly localRotate: Positions['rotate'];
  readonly block: BlockConfig;
  readonly layers: readonly LayerPlan[];
  /** Scores are products times this. */
  readonly scale: number;
  /** Attention goes by plain ops: its scores need what the fused kernels do not know. */
  readonly isPlain: boolean;
}

/** What a layer sees of what came before. */
export interface Sight {
  /** So many tokens back; 0: all. */
  readonly window: number;
  /** Not all of them. */
  readonly pattern?: SparsePattern;
}

/** What tells layers apart. */
export interface LayerPlan extends Sight {
  /** It sees a window, while others see everything. */
  readonly isLocal: boolean;
}

const plans = new WeakMap<DecoderConfig, DecoderPlan>();

/** The plan of a config, built once. */
export function planOf(config: DecoderConfig): DecoderPlan {
  let plan = plans.get(config);
  if (!plan) plans.set(config, (plan = makePlan(config)));
  return plan;
}

function makePlan(config: DecoderConfig): DecoderPlan {
  const { attentionScale, attentionSoftcap, globalEvery = 0, headSize, layers, localRotaryBase } = config;
  const scheme = positions(config.positions, config);
  const localRotate = localRotaryBase
    ? positions(localPositions(config.positions as RotaryConfig, localRotaryBase), config).rotate
    : scheme.rotate;
  const isGlobal = (layer: number) => globalEvery > 0 && (layer + 1) % globalEvery === 0;
  return {
    scheme,
    localRotate,
    block: blockOf(config),
    layers: Array.from({ length: layers }, (_, layer) => ({
      ...(isGlobal(layer) ? { window: 0 } : sightOf(config, layer)),
      isLocal: globalEvery > 0 && !isGlobal(layer),
    })),
    scale: attentionScale ?? 1 / Math.sqrt(headSize),
    isPlain: attentionSoftcap !== undefined || scheme.bias !== undefined,
  };
}

function sightOf({ window, attentionBlock, attentionStride }: DecoderConfig, layer: number): Sight {
  if (attentionBlock) return { window: 0, pattern: { kind: 'block', size: attentionBlock } };
  if (!attentionStride) return { window };
  // What is near and what is far in turn: two layers reach every token.
  if (layer % 2 === 0) return { window: attentionStride };
  return { window: 0, pattern: { kind: 'strided', size: attentionStride } };
}

/** As the others, but for the base; a stretch is for the others alone: what is near need not be stretched. */
const localPositions = ({ scaling: _, ...rest }: RotaryConfig, base: number): RotaryConfig => ({
  ...rest,
  base,
});

function blockOf(config: DecoderConfig): BlockConfig {
  const { width, heads, kvHeads, headSize, ffnSize: size, activation, norm, bias, qkNorm } = config;
  const { experts: count, expertsPerToken: active } = config;
  return {
    kind: config.block ?? 'preNorm',
    attention: {
      width,
      heads,
      kvHeads,
      headSize,
      inputBias: bias.queryKeyValue,
      outputBias: bias.attentionOutput,
      qkNorm: qkNorm ? { kind: 'rmsNorm', bias: false, eps: norm.eps } : undefined,
    },
    ffn: { width, size, activation, bias: bias.ffn },
    ...(count !== undefined && { experts: { count, active: active! } }),
    norm,
    ...(config.crossAttention && { cross: crossOf(config) }),
  };
}

/** A memory is as wide as the model, and every head has its own keys of it. */
function crossOf({
  width,
  heads,
  headSize,
  bias,
  attentionScale: scale,
}: DecoderConfig): CrossAttentionConfig {
  const sizes = { width, heads, kvHeads: heads, headSize };
  return { ...sizes, inputBias: bias.queryKeyValue, outputBias: bias.attentionOutput, scale };
}
