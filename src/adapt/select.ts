/** Which parameters of a model are trained: the others get neither gradients nor optimizer state. */

import type { Tensor } from '../tensor/index.ts';
import { leaves, mapTree } from '../tree.ts';
import { fail } from './errors.ts';

/** Tensors by path: a tree as flat as it can be, whose leaves are called as in the model. */
export type FlatParams = { readonly [path: string]: Tensor };

/** The two sides of a model's parameters. */
export interface SelectedParams {
  readonly trained: FlatParams;
  readonly frozen: FlatParams;
}

export interface SelectOptions {
  /** Only the head, which makes logits of hidden states. */
  readonly headOnly?: boolean;
  /** The tables at the input and so many of the first blocks stay as they are (with a tied head, that too). */
  readonly freezeLayers?: number;
}

/** Tells what is trained; all of it without options. @throws `adapt/freeze` where the model has fewer blocks. */
export function selectParams(
  params: unknown,
  { headOnly, freezeLayers = 0 }: SelectOptions = {},
): SelectedParams {
  const all = leaves<Tensor>(params);
  const blockOf = (path: string): number | undefined => {
    const found = /^blocks\.(\d+)\./.exec(path);
    return found ? Number(found[1]) : undefined;
  };
  const layers = 1 + Math.max(-1, ...all.map(([path]) => blockOf(path) ?? -1));
  if (!(Number.isInteger(freezeLayers) && freezeLayers >= 0 && freezeLayers <= layers)) {
    throw fail('adapt/freeze', { layers, got: freezeLayers });
  }
  const isTrained = (path: string): boolean => {
    if (headOnly) return path.startsWith('head.');
    if (freezeLayers === 0) return true;
    const isTable = path.startsWith('embedding.') || path.startsWith('positions.');
    return !isTable && (blockOf(path) ?? layers) >= freezeLayers;
  };
  return {
    trained: Object.fromEntries(all.filter(([path]) => isTrained(path))),
    frozen: Object.fromEntries(all.filter(([path]) => !isTrained(path))),
  };
}

/** A model whose tensors at these paths are those of `flat`. */
export function withParams<Params>(params: Params, flat: FlatParams): Params {
  return mapTree<Tensor, Tensor>(params, (tensor, path) => flat[path] ?? tensor) as Params;
}
