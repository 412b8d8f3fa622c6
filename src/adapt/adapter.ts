/** An adapter: few numbers, trained beside a model that stays as it is. A tree by the paths of the layers that it changes. */

import { nearest } from '../errors.ts';
import type { LinearAdapter } from '../nn/index.ts';
import {
  affine,
  linear,
  mul,
  outsideScopes,
  reshape,
  Tensor,
  transpose,
  withRecording,
} from '../tensor/index.ts';
import { leaves, mapTree } from '../tree.ts';
import { fail } from './errors.ts';

/** What is trained of one layer: A [rank, in] and B [out, rank], or a gain of its inputs [in] or outputs [out]. */
export type AdapterLayer =
  | { readonly a: Tensor; readonly b: Tensor }
  | { readonly inputGain: Tensor }
  | { readonly outputGain: Tensor };

/** By path of the layer: `blocks.0.attention.query`. The leaves are called `blocks.0.attention.query.a`. */
export type AdapterParams = { readonly [layer: string]: AdapterLayer };

export type AdapterMethod = 'lora' | 'ia3';

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
  return 'a' in layer ? { lowRank: { ...layer, scale } } : layer;
}

/**
 * The model with an adapter in it: the same tensors, and beside the weights of each layer that is changed what changes them.
 * Its forward pass is that of the plain model; gradients flow into the adapter.
 */
export function withAdapter<Params>(params: Params, { params: layers, scaleOf }: Adapter): Params {
  return placeAdapters(params, (path) => layers[path] && linearAdapter(layers[path], scaleOf(path)));
}

/** The model with something beside the weights of some layers, by their paths. */
export function placeAdapters<Params>(
  params: Params,
  adapterOf: (path: string) => LinearAdapter | undefined,
): Params {
  const place = (tree: unknown, path: string): unknown => {
    if (tree instanceof Tensor || typeof tree !== 'object' || tree === null) return tree;
    if (Array.isArray(tree)) return tree.map((child, i) => place(child, `${path}${i}.`));
    const branch = Object.entries(tree).map(([key, child]) => [key, place(child, `${path}${key}.`)]);
    const adapter = adapterOf(path.slice(0, -1));
    return Object.fromEntries(adapter ? [...branch, ['adapter', adapter]] : branch);
  };
  return place(params, '') as Params;
}

/** A plain model that computes what the model with the adapter does; tensors that are not changed are shared. */
export function mergeAdapter<Params>(params: Params, { params: layers, scaleOf }: Adapter): Params {
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
