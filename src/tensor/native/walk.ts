/** Strided walks in the form the addon reads: one Float64Array, reused between calls. */

import type { Walk } from '../kernels.ts';

/** As many axes as native/src/walk.h has room for; walks with more go to the reference kernels. */
export const maxAxes = 16;

const packed = new Float64Array(1 + maxAxes * 4);

/** [axes, shape…, strides of operand 0…, strides of operand 1…, …]. Valid until the next call. */
export function packWalk({ shape, strides }: Walk): Float64Array {
  let at = 0;
  packed[at++] = shape.length;
  for (let axis = 0; axis < shape.length; axis++) packed[at++] = shape[axis];
  for (let k = 0; k < strides.length; k++) {
    const stride = strides[k];
    for (let axis = 0; axis < shape.length; axis++) packed[at++] = stride[axis];
  }
  return packed;
}
