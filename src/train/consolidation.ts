/** Elastic weight consolidation: numbers that matter to what was learned before are held where they are (Kirkpatrick et al. 2017, arXiv:1612.00796). */

import { setImmediate } from 'node:timers/promises';
import {
  add,
  affine,
  mul,
  outsideScopes,
  scope,
  sub,
  sum,
  type Tensor,
  valueAndGrad,
  zeros,
} from '../tensor/index.ts';
import { leaves, mapTree } from '../tree.ts';

/** Where the numbers of a model were, and how much each matters there. */
export interface Anchor {
  /** By path of the parameter. */
  readonly [path: string]: { readonly place: Tensor; readonly fisher: Tensor };
}

/**
 * The diagonal of the empirical Fisher information: the mean of the squared gradients of the losses of `count` texts, each
 * with the tokens that stand there. `loss` gives the mean loss of a text.
 */
export async function anchorAt<Params>(
  params: Params,
  loss: (params: Params, text: number) => Tensor,
  { count, signal }: { readonly count: number; readonly signal?: AbortSignal },
): Promise<Anchor> {
  const anchor = outsideScopes(() =>
    Object.fromEntries(
      leaves<Tensor>(params).map(([path, tensor]) => [
        path,
        { place: affine(tensor, 1, 0), fisher: zeros(tensor.shape) },
      ]),
    ),
  );
  for (let text = 0; text < count; text++) {
    await setImmediate();
    signal?.throwIfAborted();
    scope(() => {
      const { gradients } = valueAndGrad((own: Params) => loss(own, text), params);
      mapTree<Tensor, void>(gradients, ({ data }, path) => {
        const squares = anchor[path].fisher.data as Float32Array;
        for (let i = 0; i < squares.length; i++) squares[i] += Number(data[i]) ** 2 / count;
      });
    });
  }
  return anchor;
}

/** strength/2 · Σ F·(θ − θ₀)², to be added to the loss of what is learned now. */
export function consolidation(params: unknown, anchor: Anchor, strength: number): Tensor {
  const parts = leaves<Tensor>(params).map(([path, tensor]) => {
    const { place, fisher } = anchor[path];
    const away = sub(tensor, place);
    return sum(mul(fisher, mul(away, away)));
  });
  return affine(parts.reduce(add), strength / 2, 0);
}
