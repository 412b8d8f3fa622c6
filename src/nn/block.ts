/** A Transformer block: attention and feed-forward, and where the norms stand. The ways are rows of one table; a config field picks one. */

import { add, matmulPrecision, type Tensor } from '../tensor/index.ts';
import { type AttentionConfig, type AttentionRun, attentionSpec, runAttention } from './attention.ts';
import {
  type AttendMemory,
  type CrossAttentionConfig,
  type CrossAttentionParams,
  crossAttentionSpec,
  runCrossAttention,
} from './cross-attention.ts';
import { type ExpertsConfig, type ExpertsParams, expertsSpec, type Routing, runExperts } from './experts.ts';
import { type FfnConfig, type FfnParams, ffnSpec, runFfn } from './ffn.ts';
import { type NormConfig, type NormParams, normSpec, runNorm } from './norm.ts';
import type { Initializer, Parameters } from './parameters.ts';

export type BlockKind =
  /** x + attention(norm x), then + ffn(norm x) (Xiong et al. 2020; GPT-2, LLaMA). */
  | 'preNorm'
  /** norm(x + attention x), then norm(x + ffn x) (Vaswani et al. 2017; GPT-1). */
  | 'postNorm'
  /** x + norm(attention(norm x)), then + norm(ffn(norm x)) (Gemma 2, 2024). */
  | 'sandwich'
  /** x + attention(norm x) + ffn(norm x), one norm for both (GPT-J; PaLM, Chowdhery et al. 2022; Falcon). */
  | 'parallel'
  /** The same with a norm for each (GPT-NeoX, Black et al. 2022). */
  | 'parallelTwoNorms';

export interface BlockConfig {
  readonly kind: BlockKind;
  readonly attention: AttentionConfig;
  readonly ffn: FfnConfig;
  /** So many feed-forward parts in place of one. */
  readonly experts?: ExpertsConfig;
  readonly norm: NormConfig;
  /** Between the two, a look at a memory (Vaswani et al. 2017, §3.2.3); for `preNorm` and `postNorm`. */
  readonly cross?: CrossAttentionConfig;
}

/** What changes from pass to pass. */
export interface BlockRun extends AttentionRun {
  /** Applied to what each part writes into the residual stream; `place` tells them apart: attention, feed-forward, memory. */
  readonly dropout?: (x: Tensor, place: 0 | 1 | 2) => Tensor;
  /** What tokens see of the memory, for blocks that look at one. */
  readonly memory?: (params: CrossAttentionParams) => AttendMemory;
  /** Is shown how tokens were sent to experts. */
  readonly route?: (routing: Routing) => void;
}

export function blockSpec(config: BlockConfig, init: Initializer, outputInit: Initializer) {
  const { kind, attention, ffn, experts, norm, cross } = config;
  const norms: { [K in OtherNorm]?: ReturnType<typeof normSpec> } = Object.fromEntries(
    kinds[kind].norms.map((name) => [name, normSpec(attention.width, norm)]),
  );
  const look: { crossNorm?: ReturnType<typeof normSpec>; cross?: ReturnType<typeof crossAttentionSpec> } =
    cross
      ? { crossNorm: normSpec(attention.width, norm), cross: crossAttentionSpec(cross, init, outputInit) }
      : {};
  return {
    attentionNorm: normSpec(attention.width, norm),
    attention: attentionSpec(attention, init, outputInit),
    ...norms,
    ...look,
    ffn: experts ? expertsSpec(ffn, experts, init, outputInit) : ffnSpec(ffn, init, outputInit),
  };
}

export type BlockParams = Parameters<ReturnType<typeof blockSpec>>;

/** x [..., width] → [..., width]. */
export function runBlock(params: BlockParams, x: Tensor, config: BlockConfig, run: BlockRun): Tensor {
  return kinds[config.kind].run(params, x, config, run);
}

type RunBlock = typeof runBlock;
/** The norms that some kinds have beside `attentionNorm`, which all have. */
type OtherNorm = 'ffnNorm' | 'attentionOutputNorm' | 'ffnOutputNorm';

interface Kind {
  readonly norms: readonly OtherNorm[];
  readonly run: RunBlock;
}

const kinds: { readonly [K in BlockKind]: Kind } = {
  preNorm: {
    norms: ['ffnNorm'],
    run: (params, x, config, run) => {
      const mixed = addAttention(params, x, before(params.attentionNorm, x, config), config, run);
      const middle = params.crossNorm
        ? addMemory(params, mixed, before(params.crossNorm, mixed, config), config, run)
        : mixed;
      return addFfn(params, middle, before(params.ffnNorm!, middle, config), config, run);
    },
  },
  postNorm: {
    norms: ['ffnNorm'],
    run: (params, x, config, run) => {
      const mixed = runNorm(params.attentionNorm, addAttention(params, x, x, config, run), config.norm);
      const middle = params.crossNorm
        ? runNorm(params.crossNorm, addMemory(params, mixed, mixed, config, run), config.norm)
        : mixed;
      return runNorm(params.ffnNorm!, addFfn(params, middle, middle, config, run), config.norm);
    },
  },
  sandwich: {
    norms: ['attentionOutputNorm', 'ffnNorm', 'ffnOutputNorm'],
    run: (params, x, config, run) => {
      const { attention, norm } = config;
      const mixed = runAttention(params.attention, before(params.attentionNorm, x, config), attention, run);
      const middle = addPart(x, runNorm(params.attentionOutputNorm!, mixed, norm), 0, run);
      const fed = feed(params, before(params.ffnNorm!, middle, config), config, run);
      return addPart(middle, runNorm(params.ffnOutputNorm!, fed, norm), 1, run);
    },
  },
  parallel: {
    norms: [],
    run: (params, x, config, run) => {
      const normed = before(params.attentionNorm, x, config);
      return addFfn(params, addAttention(params, x, normed, config, run), normed, config, run);
    },
  },
  parallelTwoNorms: {
    norms: ['ffnNorm'],
    run: (params, x, config, run) => {
      const mixed = addAttention(params, x, before(params.attentionNorm, x, config), config, run);
      return addFfn(params, mixed, before(params.ffnNorm!, x, config), config, run);
    },
  },
};

/** The names of all kinds. */
export const blockKinds = Object.keys(kinds) as readonly BlockKind[];

/** A norm that only products read: rounded where they round. */
const before = (norm: NormParams, x: Tensor, config: BlockConfig): Tensor =>
  runNorm(norm, x, config.norm, { rounded: matmulPrecision() === 'bf16' });

const addPart = (residual: Tensor, part: Tensor, place: 0 | 1 | 2, { dropout }: BlockRun): Tensor =>
  add(residual, dropout ? dropout(part, place) : part);

// What a part writes is added as its last product is made, where nothing comes between.

/** residual + attention(x). */
function addAttention(
  params: BlockParams,
  residual: Tensor,
  x: Tensor,
  { attention }: BlockConfig,
  run: BlockRun,
): Tensor {
  if (!run.dropout) return runAttention(params.attention, x, attention, run, residual);
  return addPart(residual, runAttention(params.attention, x, attention, run), 0, run);
}

/** residual + what x takes from the memory. */
function addMemory(
  { cross }: BlockParams,
  residual: Tensor,
  x: Tensor,
  config: BlockConfig,
  run: BlockRun,
): Tensor {
  const attend = run.memory!(cross!);
  if (!run.dropout) return runCrossAttention(cross!, x, attend, config.cross!, residual);
  return addPart(residual, runCrossAttention(cross!, x, attend, config.cross!), 2, run);
}

/** residual + ffn(x). */
function addFfn(
  params: BlockParams,
  residual: Tensor,
  x: Tensor,
  config: BlockConfig,
  run: BlockRun,
): Tensor {
  if (!run.dropout) return feed(params, x, config, run, residual);
  return addPart(residual, feed(params, x, config, run), 1, run);
}

/** The feed-forward part, of one or of several experts. */
function feed(
  { ffn: params }: BlockParams,
  x: Tensor,
  { ffn, experts }: BlockConfig,
  { route }: BlockRun,
  residual?: Tensor,
): Tensor {
  if (!experts) return runFfn(params as FfnParams, x, ffn.activation, residual);
  return runExperts(params as ExpertsParams, x, ffn, experts, { residual, route });
}
