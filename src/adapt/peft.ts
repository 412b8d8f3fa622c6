/**
 * Adapters in the names and layout of Hugging Face's `peft` (read in 0.21): `adapter_config.json` beside tensors called
 * `base_model.model.LAYER.lora_A.weight`, `….lora_B.weight` and `….ia3_l`. A layer that the other library keeps as one for
 * several of ours (GPT-2's `c_attn`) has one A and one B there: B's rows are cut; A's, where they differ, are put one under another.
 */

import { type JoinedLayer, joinRows, splitRows } from '../nn/index.ts';
import {
  concat,
  fromArray,
  ones,
  outsideScopes,
  pad,
  reshape,
  type Tensor,
  withRecording,
  zeros,
} from '../tensor/index.ts';
import type { Adapter, AdapterLayer, AdapterParams } from './adapter.ts';
import { fail } from './errors.ts';
import { takeTensors } from './take-tensors.ts';

/** The fields of `adapter_config.json` that we write and read. */
export type PeftConfig = { readonly [key: string]: unknown };

export interface PeftAdapter {
  readonly config: PeftConfig;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

const PREFIX = 'base_model.model.';
const sum = (sizes: readonly number[]): number => sizes.reduce((a, b) => a + b, 0);
/** What is the same in every block: the name behind the block's number. */
const inBlock = (foreign: string): string => foreign.replace(/^.*?\.\d+\./, '');

/** What `peft` reads. `base` is what the model is called. */
export function toPeft(adapter: Adapter, layers: readonly JoinedLayer[], base: string): PeftAdapter {
  const changed = layers.filter(({ ours }) => ours.some((path) => adapter.params[path]));
  const named = (list: readonly JoinedLayer[]) => [...new Set(list.map(({ foreign }) => inBlock(foreign)))];
  const common = {
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: base,
    inference_mode: true,
    target_modules: named(changed),
    fan_in_fan_out: changed.some(({ transposed }) => transposed),
  };
  return withRecording(false, () =>
    outsideScopes(() => {
      if (adapter.method === 'ia3') {
        const inputs = changed.filter(({ ours: [path] }) => 'inputGain' in (adapter.params[path] ?? {}));
        return {
          config: { peft_type: 'IA3', ...common, feedforward_modules: named(inputs) },
          tensors: new Map(changed.map((layer) => gainTensor(adapter.params, layer))),
        };
      }
      const products = changed.map((layer) => ({ layer, ...joinedProduct(adapter, layer) }));
      const [{ rank: r, alpha }] = products;
      const others = products.filter((product) => product.rank !== r || product.alpha !== alpha);
      const pattern = (key: 'rank' | 'alpha') =>
        Object.fromEntries(others.map((product) => [inBlock(product.layer.foreign), product[key]]));
      return {
        config: {
          ...{ peft_type: 'LORA', ...common, r, lora_alpha: alpha, lora_dropout: 0, bias: 'none' },
          ...{ rank_pattern: pattern('rank'), alpha_pattern: pattern('alpha') },
        },
        tensors: new Map(
          products.flatMap(({ layer: { foreign }, a, b }): [string, Tensor][] => [
            [`${PREFIX}${foreign}.lora_A.weight`, a],
            [`${PREFIX}${foreign}.lora_B.weight`, b],
          ]),
        ),
      };
    }),
  );
}

type Product = { readonly a: Tensor; readonly b: Tensor };

/** A and B of one foreign layer. */
function joinedProduct({ params, scaleOf }: Adapter, { ours, outputs, groups }: JoinedLayer) {
  const there = ours.filter((path) => params[path]);
  const products = there.map((path) => params[path] as Product);
  const scale = scaleOf(there[0]);
  const isShared = products.every(({ a }) => sameNumbers(a, products[0].a));
  const a = isShared
    ? products[0].a
    : concat(
        products.map((product) => product.a),
        0,
      );
  const [rank] = a.shape;
  const columns = (path: string, i: number): Tensor => {
    const place = there.indexOf(path);
    if (place < 0) return zeros([outputs[i], rank]);
    const { b } = products[place];
    if (isShared) return b;
    const before = sum(products.slice(0, place).map((product) => product.a.shape[0]));
    return pad(b, 1, before, rank - before - b.shape[1]);
  };
  const b = ours.length === 1 ? products[0].b : joinRows(ours.map(columns), groups);
  return { a, b, rank, alpha: scale * rank };
}

const sameNumbers = (a: Tensor, b: Tensor): boolean =>
  a === b || (a.size === b.size && a.data.every((value, i) => value === b.data[i]));

function gainTensor(
  params: AdapterParams,
  { foreign, ours, outputs, groups, inputs }: JoinedLayer,
): [string, Tensor] {
  const name = `${PREFIX}${foreign}.ia3_l`;
  const first = params[ours[0]];
  if (first && 'inputGain' in first) return [name, reshape(first.inputGain, [1, inputs])];
  const gainOf = (path: string, i: number): Tensor => {
    const layer = params[path];
    return layer && 'outputGain' in layer ? layer.outputGain : ones([outputs[i]]);
  };
  return [name, reshape(joinRows(ours.map(gainOf), groups), [sum(outputs), 1])];
}

/** Settings that change what an adapter computes, and what they must be. */
const UNUSUAL: { readonly [key: string]: readonly unknown[] } = {
  bias: ['none', undefined],
  use_dora: [false, undefined],
  lora_bias: [false, undefined],
  modules_to_save: [undefined],
  trainable_token_indices: [undefined],
  target_parameters: [undefined],
};

const READ_TYPES = 'LORA, IA3, PREFIX_TUNING, PROMPT_TUNING, P_TUNING';

/** Our adapter from what `peft` wrote; `path` is what errors name. Every name and shape is checked. */
export function fromPeft(
  { config, tensors }: PeftAdapter,
  layers: readonly JoinedLayer[],
  path: string,
): Adapter {
  for (const [key, supported] of Object.entries(UNUSUAL)) {
    if (!supported.includes(config[key] ?? undefined)) {
      throw fail('adapt/config', { path, key, got: config[key], supported: String(supported[0] ?? 'null') });
    }
  }
  const method = { LORA: 'lora', IA3: 'ia3' }[String(config.peft_type)] as Adapter['method'] | undefined;
  if (!method)
    throw fail('adapt/config', { path, key: 'peft_type', got: config.peft_type, supported: READ_TYPES });
  const alpha = config.lora_alpha;
  if (method === 'lora' && !(typeof alpha === 'number' && alpha > 0))
    throw fail('adapt/config', { path, key: 'lora_alpha', got: alpha, supported: '> 0' });
  const { left, take } = takeTensors(tensors);
  const params: Record<string, AdapterLayer> = {};
  const scales = new Map<string, number>();
  const read = method === 'ia3' ? readGain : readProduct;
  withRecording(false, () =>
    outsideScopes(() => {
      for (const layer of layers) read(layer, { config, left, take, params, scales });
    }),
  );
  if (left.size > 0 || Object.keys(params).length === 0)
    throw fail('adapt/names', { names: [...left.keys()] });
  return { method, params, scaleOf: (layer) => scales.get(layer) ?? 1 };
}

interface Reading {
  readonly config: PeftConfig;
  readonly left: ReadonlyMap<string, Tensor>;
  readonly take: (name: string, shape: readonly number[]) => Tensor;
  readonly params: Record<string, AdapterLayer>;
  readonly scales: Map<string, number>;
}

function readProduct({ foreign, ours, outputs, inputs, groups }: JoinedLayer, into: Reading): void {
  const [nameA, nameB] = ['A', 'B'].map((part) => `${PREFIX}${foreign}.lora_${part}.weight`);
  const given = into.left.get(nameA);
  if (!given) return;
  const rank = given.shape[0];
  const a = into.take(nameA, [rank, inputs]);
  const parts = splitRows(into.take(nameB, [sum(outputs), rank]), outputs, groups);
  ours.forEach((path, i) => {
    into.params[path] = { a: i === 0 ? a : copy(a), b: parts[i] };
    into.scales.set(path, scaleIn(into.config, foreign, rank));
  });
}

/** What the product of a layer is multiplied by: `alpha` over the rank, or over its root ("rank-stabilised"). */
function scaleIn(config: PeftConfig, foreign: string, rank: number): number {
  const patterns = Object.entries((config.alpha_pattern ?? {}) as { readonly [name: string]: number });
  const [, alpha] = patterns.find(([name]) => foreign === name || foreign.endsWith(`.${name}`)) ?? [];
  return (alpha ?? Number(config.lora_alpha)) / (config.use_rslora ? Math.sqrt(rank) : rank);
}

/** Each part is trained by itself. */
const copy = (tensor: Tensor): Tensor =>
  fromArray<'f32'>(Float32Array.from(tensor.data as Float32Array), tensor.shape, 'f32');

function readGain({ foreign, ours, outputs, inputs, groups }: JoinedLayer, into: Reading): void {
  const name = `${PREFIX}${foreign}.ia3_l`;
  const given = into.left.get(name);
  if (!given) return;
  if (given.shape[0] === 1) {
    // The layers that are joined have the same inputs.
    const gain = into.take(name, [1, inputs]);
    for (const path of ours) into.params[path] = { inputGain: copy(reshape(gain, [inputs])) };
    return;
  }
  const rows = reshape(into.take(name, [sum(outputs), 1]), [sum(outputs)]);
  splitRows(rows, outputs, groups).forEach((gain, i) => {
    into.params[ours[i]] = { outputGain: gain };
  });
}
