/** An adapter: few numbers, trained beside a model that stays as it is. A tree by the paths of the layers that it changes. */

import { nearest } from '../errors.ts';
import {
  type Bottleneck,
  type LayerAdapters,
  type LinearAdapter,
  stackAdapters,
  type VirtualTokens,
  withLayerAdapters,
} from '../nn/index.ts';
import {
  affine,
  linear,
  mul,
  outsideScopes,
  reshape,
  type Tensor,
  transpose,
  withRecording,
} from '../tensor/index.ts';
import { leaves, mapTree } from '../tree.ts';
import { fail } from './errors.ts';
import type { SoftPrompt } from './soft-prompt.ts';

/** What is trained of one layer: A [rank, in] and B [out, rank]; a gain of its inputs [in] or outputs [out]; a network behind it. */
export type AdapterLayer =
  | { readonly a: Tensor; readonly b: Tensor }
  | { readonly inputGain: Tensor }
  | { readonly outputGain: Tensor }
  | Bottleneck;

/** By path of the layer: `blocks.0.attention.query`. The leaves are called `blocks.0.attention.query.a`. */
export type AdapterParams = { readonly [layer: string]: AdapterLayer };

export type AdapterMethod = 'lora' | 'ia3' | 'bottleneck';

export interface Adapter {
  readonly method: AdapterMethod;
  readonly params: AdapterParams;
  /** Of a low-rank layer: what its product is multiplied by, alpha / rank. */
  readonly scaleOf: (layer: string) => number;
}

/** The weights of the linear layers of a model's blocks, by path of the layer. */
export function linearWeights(params: unknown): Map<string, Tensor> {
  const found = leaves<Tensor>(params).filter(
    ([path, { shape }]) => path.startsWith('blocks.') && path.endsWith('.weight') && shape.length === 2,
  );
  return new Map(found.map(([path, weight]) => [path.slice(0, -'.weight'.length), weight]));
}

/** What targets may be called: every part of the layers' paths that is a word, and `all`. */
export function targetNames(layers: Iterable<string>): string[] {
  const words = [...layers].flatMap((path) => path.split('.').filter((word) => !/^\d+$|^blocks$/.test(word)));
  return ['all', ...new Set(words)];
}

/** The layers that targets name: `query`, `attention` for all its layers, `all`. @throws for a name that none has. */
export function chooseLayers(layers: readonly string[], targets: readonly string[]): string[] {
  const known = targetNames(layers);
  for (const target of targets) {
    if (!known.includes(target)) throw fail('adapt/target', { target, known, near: nearest(target, known) });
  }
  const isMeant = (path: string) => path.split('.').some((word) => targets.includes(word));
  return layers.filter((path) => targets.includes('all') || isMeant(path));
}

/** What a layer's adapter is to the forward pass. */
function linearAdapter(layer: AdapterLayer, scale: number): LinearAdapter {
  if ('up' in layer) return { behind: [layer] };
  return 'a' in layer ? { lowRank: { ...layer, scale } } : layer;
}

/** What an adapter is to the forward pass, layer by layer. */
export function linearAdapters({ params, scaleOf }: Adapter): LayerAdapters {
  const layers = Object.entries(params).map(([path, layer]) => [path, linearAdapter(layer, scaleOf(path))]);
  return Object.fromEntries(layers);
}

/**
 * The model with an adapter in it: the same tensors, and beside the weights of each layer that is changed what changes them.
 * Its forward pass is that of the plain model; gradients flow into the adapter.
 */
export function withAdapter<Params>(params: Params, adapter: Adapter): Params {
  return withLayerAdapters(params, linearAdapters(adapter));
}

/**
 * What a model is read with when these are put on one after the other: what changes its layers, and what stands before its texts.
 * @throws `adapt/virtual-twice` where more than one has virtual tokens
 */
export function stackedAdapters(stack: readonly (Adapter | SoftPrompt)[]): {
  readonly layers: LayerAdapters;
  readonly tokens?: VirtualTokens;
} {
  const prompts = stack.filter((one) => 'tokens' in one);
  if (prompts.length > 1) throw fail('adapt/virtual-twice', { methods: prompts.map(({ method }) => method) });
  const layers = stack.flatMap((one) => ('tokens' in one ? [] : [linearAdapters(one)]));
  return { layers: stackAdapters(layers), ...(prompts.length > 0 && { tokens: prompts[0].tokens }) };
}

/**
 * A plain model that computes what the model with the adapter does; tensors that are not changed are shared.
 * @throws `adapt/merge` for what is no change of weights
 */
export function mergeAdapter<Params>(params: Params, adapter: Adapter | SoftPrompt): Params {
  if ('tokens' in adapter || adapter.method === 'bottleneck')
    throw fail('adapt/merge', { method: adapter.method });
  const { params: layers, scaleOf } = adapter;
  const merged = (tensor: Tensor, path: string): Tensor => {
    const cut = path.lastIndexOf('.');
    const [name, part] = [path.slice(0, cut), path.slice(cut + 1)];
    const layer = layers[name];
    return layer ? mergedTensor(tensor, part, linearAdapter(layer, scaleOf(name))) : tensor;
  };
  return withRecording(false, () => outsideScopes(() => mapTree(params, merged))) as Params;
}

function mergedTensor(
  tensor: Tensor,
  part: string,
  { lowRank, inputGain, outputGain }: LinearAdapter,
): Tensor {
  if (part === 'bias') return outputGain ? mul(tensor, outputGain) : tensor;
  // W' = diag(gainOut)·W·diag(gainIn) + scale·B·A
  if (inputGain) return mul(tensor, inputGain);
  if (outputGain) return mul(tensor, reshape(outputGain, [outputGain.shape[0], 1]));
  if (!lowRank) return tensor;
  const { a, b, scale } = lowRank;
  return linear(affine(b, scale, 0), transpose(a), { residual: tensor });
}
