/** Strided walks, row by row. */

import type { Walk } from '../kernels.ts';

/**
 * `count` elements in a row: element i of operand k lies at at[k] + i·step[k], and `start` places of the walk came
 * before. `at` and `step` are reused between calls.
 */
type Visit = (count: number, start: number, at: readonly number[], step: readonly number[]) => void;

/** Visits every innermost row of a walk, in order. Axes that lie one behind the other for every operand are merged. */
export function walkRows(walk: Walk, visit: Visit, offsets?: readonly number[]): void {
  const { shape, strides } = mergeAxes(walk);
  const last = shape.length - 1;
  const count = shape[last];
  const step = strides.map((stride) => stride[last]);
  const at = strides.map((_, k) => offsets?.[k] ?? 0);
  const index = new Array<number>(last).fill(0);
  const rows = shape.slice(0, last).reduce((product, size) => product * size, 1);
  if (count === 0) return;
  for (let row = 0; row < rows; row++) {
    visit(count, row * count, at, step);
    for (let axis = last - 1; axis >= 0; axis--) {
      const carry = ++index[axis] === shape[axis];
      if (carry) index[axis] = 0;
      for (let k = 0; k < at.length; k++) at[k] += strides[k][axis] * (carry ? 1 - shape[axis] : 1);
      if (!carry) break;
    }
  }
}

/** The same walk over as few axes as possible, at least one. */
function mergeAxes(walk: Walk): { shape: number[]; strides: number[][] } {
  const shape: number[] = [];
  const strides: number[][] = walk.strides.map(() => []);
  walk.shape.forEach((size, axis) => {
    if (size === 1) return;
    const end = shape.length - 1;
    const follows = strides.every((stride, k) => stride[end] === walk.strides[k][axis] * size);
    if (end >= 0 && follows) {
      shape[end] *= size;
      strides.forEach((stride, k) => {
        stride[end] = walk.strides[k][axis];
      });
    } else {
      shape.push(size);
      strides.forEach((stride, k) => {
        stride.push(walk.strides[k][axis]);
      });
    }
  });
  if (shape.length === 0) {
    shape.push(1);
    strides.forEach((stride) => {
      stride.push(0);
    });
  }
  return { shape, strides };
}
