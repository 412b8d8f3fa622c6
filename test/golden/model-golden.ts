/** Reads the golden files of models, and makes their weights by the formula of model.py. */

import { readFileSync } from 'node:fs';
import {
  type DecoderConfig,
  type DecoderParams,
  type ForeignFormat,
  fromForeign,
  fromForeignConfig,
  toForeign,
} from '../../src/models/index.ts';
import { fromArray, sizeOf, type Tensor, tensor } from '../../src/tensor/index.ts';

export type GoldenModelName = 'gpt2' | 'llama';
/** f32 numbers in base64, by foreign name. */
export type PackedTensors = { readonly [name: string]: string };

export interface GoldenModel {
  readonly config: { readonly [key: string]: unknown };
  readonly ids: number[][];
  readonly targets: number[][];
  readonly loss: number;
  readonly logits: string;
  readonly gradients: PackedTensors;
  readonly masks?: {
    readonly keyStart: number[];
    readonly padded: string[];
    readonly prefixLengths: number[];
    readonly prefixed: string;
  };
}

/** A model with an adapter of PEFT on it. */
export interface GoldenAdapter
  extends Pick<GoldenModel, 'ids' | 'targets' | 'loss' | 'logits' | 'gradients'> {
  readonly model: GoldenModel['config'];
  /** Its `adapter_config.json` and tensors. */
  readonly adapter: { readonly [key: string]: unknown };
  readonly tensors: { readonly [name: string]: readonly [shape: number[], numbers: string] };
}

export interface GoldenOptimizer {
  readonly options: { lr: number; beta1: number; beta2: number; eps: number; weightDecay: number };
  /** Two batches, used in turn. */
  readonly ids: number[][][];
  readonly targets: number[][][];
  readonly models: {
    readonly [name in GoldenModelName]: {
      readonly config: { readonly [key: string]: unknown };
      readonly losses: number[];
      readonly parameters: PackedTensors;
    };
  };
}

export function readGolden<Golden>(name: string): Golden {
  return JSON.parse(readFileSync(new URL(`./${name}.json`, import.meta.url), 'utf8')) as Golden;
}

export function unpack(base64: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
  return new Float32Array(bytes.buffer);
}

/** i32 tokens from nested arrays. */
export const tokens = (ids: number[][]): Tensor => tensor(ids, { dtype: 'i32' });

/** Numbers in [-0.5, 0.5) by integer arithmetic. */
export function pseudo(tensorIndex: number, count: number): Float64Array {
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let h = Math.imul(i + 1 + tensorIndex * 10007, 2654435761) >>> 0;
    h = Math.imul(h ^ (h >>> 15), 2246822519) >>> 0;
    values[i] = ((h ^ (h >>> 13)) >>> 0) / 2 ** 32 - 0.5;
  }
  return values;
}

/** The parameter of that place in the order of names, before training. */
export function startingWeights(name: string, shape: readonly number[], index: number): Tensor {
  const [scale, shift] = shape.length === 2 ? [0.5, 0] : name.endsWith('weight') ? [0.4, 1] : [0.2, 0];
  const values = Float32Array.from(pseudo(index, sizeOf(shape)), (u) => u * scale + shift);
  return fromArray<'f32'>(values, shape, 'f32');
}

/** The model of a golden file as it stands before training, read through its foreign names. */
export function goldenModel(
  name: GoldenModelName,
  json: GoldenModel['config'],
): { config: DecoderConfig; params: DecoderParams } {
  const config = fromForeignConfig(json);
  const shapes = foreignShapes(name, config);
  const named = [...shapes.keys()]
    .sort()
    .map((key, i): [string, Tensor] => [key, startingWeights(key, shapes.get(key)!, i)]);
  return { config, params: fromForeign(name, config, new Map(named)) };
}

/** Written out here, not taken from the code under test. */
function foreignShapes(name: GoldenModelName, config: DecoderConfig): Map<string, number[]> {
  const { vocabSize: v, contextLength: t, width: d, ffnSize: f, layers } = config;
  const kv = config.kvHeads * config.headSize;
  const shapes = new Map<string, number[]>();
  const norm = (key: string) => shapes.set(`${key}.weight`, [d]).set(`${key}.bias`, [d]);
  const conv = (key: string, inputs: number, outputs: number) =>
    shapes.set(`${key}.weight`, [inputs, outputs]).set(`${key}.bias`, [outputs]);
  if (name === 'gpt2') {
    shapes.set('transformer.wte.weight', [v, d]).set('transformer.wpe.weight', [t, d]);
    norm('transformer.ln_f');
    for (let i = 0; i < layers; i++) {
      const h = `transformer.h.${i}`;
      norm(`${h}.ln_1`);
      norm(`${h}.ln_2`);
      conv(`${h}.attn.c_attn`, d, 3 * d);
      conv(`${h}.attn.c_proj`, d, d);
      conv(`${h}.mlp.c_fc`, d, f);
      conv(`${h}.mlp.c_proj`, f, d);
    }
    return shapes;
  }
  shapes.set('model.embed_tokens.weight', [v, d]).set('lm_head.weight', [v, d]).set('model.norm.weight', [d]);
  for (let i = 0; i < layers; i++) {
    const h = `model.layers.${i}`;
    shapes.set(`${h}.input_layernorm.weight`, [d]).set(`${h}.post_attention_layernorm.weight`, [d]);
    shapes.set(`${h}.self_attn.q_proj.weight`, [d, d]).set(`${h}.self_attn.o_proj.weight`, [d, d]);
    shapes.set(`${h}.self_attn.k_proj.weight`, [kv, d]).set(`${h}.self_attn.v_proj.weight`, [kv, d]);
    shapes.set(`${h}.mlp.gate_proj.weight`, [f, d]).set(`${h}.mlp.up_proj.weight`, [f, d]);
    shapes.set(`${h}.mlp.down_proj.weight`, [d, f]);
  }
  return shapes;
}

/** The largest |a − b| as a share of the largest |b|. */
export function relativeError(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (got.length !== expected.length) return Number.POSITIVE_INFINITY;
  let scale = 1e-30;
  let worst = 0;
  for (let i = 0; i < got.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i]));
    worst = Math.max(worst, Math.abs(got[i] - expected[i]));
  }
  return worst / scale;
}

/** For each foreign name: how far our tensor is from the golden one. Names must be the same on both sides. */
export function relativeErrors(
  name: ForeignFormat,
  config: DecoderConfig,
  ours: DecoderParams,
  golden: PackedTensors,
): [name: string, error: number][] {
  const named = toForeign(name, config, ours);
  const missing = Object.keys(golden).filter((key) => !named.has(key));
  const extra = [...named.keys()].filter((key) => !(key in golden));
  if (missing.length || extra.length) throw new Error(`names differ: missing ${missing}, extra ${extra}`);
  return Object.entries(golden).map(([key, packed]) => [
    key,
    relativeError(named.get(key)!.data, unpack(packed)),
  ]);
}
