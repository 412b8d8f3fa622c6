/** Attention that does not see some keys, on top of any attention: one more feature of each head carries the mask. */

import { affine, concat, ones, reshape, slice, type Tensor, zeros } from '../tensor/index.ts';
import type { Attend } from './attention.ts';

/** What is added to the product of a query and a hidden key: its share of the softmax becomes 0 in f32. */
const FAR = -1e9;
/** Heads are filled up to a multiple of this: kernels work in such steps. */
const STEP = 8;

/**
 * `attend` with the keys hidden where `hides` [batch, keys] is 1 (0 elsewhere), from every query and head. A query that
 * sees hidden keys only mixes them evenly. `attend` must not scale by the size of the heads it is given: that changes.
 */
export function hidingKeys(attend: Attend, hides: Tensor): Attend {
  return (q, k, v) => {
    const [batch, keys, kvHeads, size] = k.shape;
    const extra = STEP - (size % STEP);
    const rest = ({ shape }: Tensor, used: number) => zeros([...shape.slice(0, 3), extra - used], q.dtype);
    const flag = ones([...q.shape.slice(0, 3), 1], q.dtype);
    const column = reshape(affine(hides, FAR, 0), [batch, keys, 1, 1]);
    const far = kvHeads === 1 ? column : concat(Array(kvHeads).fill(column), 2);
    const widen = (x: Tensor, ...parts: readonly Tensor[]) => concat([x, ...parts], -1);
    const out = attend(widen(q, flag, rest(q, 1)), widen(k, far, rest(k, 1)), widen(v, rest(v, 0)));
    return slice(out, -1, 0, size);
  };
}
