/** Reading and adding by index. Indices are i32 and checked. */

import { kernelsFor } from '../backend.ts';
import { arrayLength, isBlocks } from '../dtype.ts';
import { fail } from '../errors.ts';
import { defineOp } from '../op.ts';
import { ones, type Shape, type Tensor, zeros } from '../tensor.ts';
import {
  floats,
  floatType,
  ints,
  normalizeAxis,
  requireBlocks,
  requireIds,
  requireShape,
  spans,
} from './check.ts';
import { cast } from './compare.ts';
import { idSample, normalSample } from './samples.ts';
import { expandDims } from './shape.ts';

/** The shape of an index that fits x: as x, of any length along the axis. */
const indexShape = (x: Shape, axis: number, index: Shape): Shape =>
  x.map((length, i) => (i === axis ? (index[axis] ?? length) : length));

function requireMatrix(op: string, name: string, x: Tensor): void {
  if (x.shape.length !== 2) throw fail('shape/rank', { op, name, expected: '[rows, size]', got: x.shape });
}

export const indexingOps = {
  embedding: defineOp<undefined>({
    name: 'embedding',
    doc: 'rows of a table by id',
    outputs: ([table, ids]) => {
      requireMatrix('embedding', 'the table', table);
      requireIds('embedding', ids, table.shape[0]);
      if (isBlocks(table.dtype)) requireBlocks('embedding', table.shape);
      return [{ shape: [...ids.shape, table.shape[1]], dtype: table.dtype }];
    },
    run: (kernels, [table, ids], [y]) =>
      kernels.gatherRows(table.operand, ints(ids), y.operand, arrayLength(table.dtype, table.shape[1])),
    gradient: ({ inputs: [table, ids], grads: [given], waiting: [sum] }) => {
      // Sums are made of floats, also where a table and its rows are stored as bf16.
      const g = given!.dtype === 'bf16' ? cast(given!, 'f32') : given!;
      if (!sum) return [scatterRows(g, ids, table.shape[0]), undefined];
      kernelsFor([sum]).scatterAddRows(floats(g), ints(ids), floats(sum), table.shape[1]);
      return [sum, undefined];
    },
    samples: () => [
      { inputs: [normalSample([7, 5]), idSample([2, 6], 7)], attrs: undefined },
      { inputs: [normalSample([3, 16]), idSample([11], 3)], attrs: undefined },
    ],
  }),

  scatterRows: defineOp<{ readonly rows: number }>({
    name: 'scatterRows',
    doc: 'y[ids_i] = Σ x_i over the rows with that id; 0 elsewhere',
    outputs: ([x, ids], { rows }) => {
      requireShape('scatterRows', 'x', [...ids.shape, x.shape.at(-1) ?? 1], x.shape);
      requireIds('scatterRows', ids, rows);
      return [{ shape: [rows, x.shape.at(-1)!], dtype: floatType('scatterRows', x) }];
    },
    run: (kernels, [x, ids], [y]) => {
      kernels.fill(y.operand, 0);
      kernels.scatterAddRows(floats(x), ints(ids), floats(y), y.shape[1]);
    },
    gradient: ({ inputs: [, ids], grads: [g] }) => [embedding(g!, ids), undefined],
    samples: () => [{ inputs: [normalSample([2, 6, 5]), idSample([2, 6], 7)], attrs: { rows: 7 } }],
  }),

  gather: defineOp<{ readonly axis: number }>({
    name: 'gather',
    doc: 'y[…, j, …] = x[…, index[…, j, …], …]',
    outputs: ([x, index], { axis }) => {
      requireShape('gather', 'index', indexShape(x.shape, axis, index.shape), index.shape);
      requireIds('gather', index, x.shape[axis]);
      return [{ shape: index.shape, dtype: floatType('gather', x) }];
    },
    run: (kernels, [x, index], [y], { axis }) => {
      const [outer, size, inner] = spans(x.shape, axis, axis + 1);
      kernels.gather(floats(x), ints(index), floats(y), outer, size, index.shape[axis], inner);
    },
    gradient: ({ inputs: [x, index], grads: [g], attrs: { axis } }) => [
      scatterAdd(zeros(x.shape, g!.dtype), index, g!, axis),
      undefined,
    ],
    samples: () => [
      { inputs: [normalSample([3, 5]), idSample([3, 2], 5)], attrs: { axis: 1 } },
      { inputs: [normalSample([2, 3, 4]), idSample([2, 5, 4], 3)], attrs: { axis: 1 } },
    ],
  }),

  scatterAdd: defineOp<{ readonly axis: number }>({
    name: 'scatterAdd',
    doc: 'x with updates[…, j, …] added at place index[…, j, …]',
    outputs: ([x, index, updates], { axis }) => {
      requireShape('scatterAdd', 'index', indexShape(x.shape, axis, index.shape), index.shape);
      requireShape('scatterAdd', 'updates', index.shape, updates.shape);
      requireIds('scatterAdd', index, x.shape[axis]);
      return [{ shape: x.shape, dtype: floatType('scatterAdd', x, updates) }];
    },
    run: (kernels, [x, index, updates], [y], { axis }) => {
      const [outer, size, inner] = spans(x.shape, axis, axis + 1);
      kernels.copyStrided(x.operand, y.operand, { shape: [x.size], strides: [[1], [1]] }, 0, 0);
      kernels.scatterAdd(floats(updates), ints(index), floats(y), outer, size, index.shape[axis], inner);
    },
    gradient: ({ inputs: [, index], grads: [g], attrs: { axis }, needs }) => [
      g,
      undefined,
      needs[2] ? gather(g!, index, axis) : undefined,
    ],
    samples: () => [
      { inputs: [normalSample([3, 5]), idSample([3, 8], 5), normalSample([3, 8], 2)], attrs: { axis: 1 } },
      {
        inputs: [normalSample([2, 3, 4]), idSample([2, 5, 4], 3), normalSample([2, 5, 4], 2)],
        attrs: { axis: 1 },
      },
    ],
  }),
};

/** Rows of `table` [count, size] for ids of any shape: [...ids.shape, size], in the table's type. */
export function embedding(table: Tensor, ids: Tensor): Tensor {
  return indexingOps.embedding([table, ids], undefined)[0];
}

/** Sums rows of x [...ids.shape, size] by id into [rows, size]: the transpose of `embedding`. */
export function scatterRows(x: Tensor, ids: Tensor, rows: number): Tensor {
  return indexingOps.scatterRows([x, ids], { rows })[0];
}

/** Picks along an axis: y[…, j, …] = x[…, index[…, j, …], …]. Index and x agree in all other axes. */
export function gather(x: Tensor, index: Tensor, axis = -1): Tensor {
  return indexingOps.gather([x, index], { axis: normalizeAxis('gather', axis, x.shape.length) })[0];
}

/** x with updates[…, j, …] added at place index[…, j, …] of an axis; updates that meet add up. */
export function scatterAdd(x: Tensor, index: Tensor, updates: Tensor, axis = -1): Tensor {
  return indexingOps.scatterAdd([x, index, updates], {
    axis: normalizeAxis('scatterAdd', axis, x.shape.length),
  })[0];
}

/** Rows of zeros with a one at the id: ids of any shape give [...ids.shape, count], f32. */
export function oneHot(ids: Tensor, count: number): Tensor {
  const places = expandDims(ids, -1);
  return scatterAdd(zeros([...ids.shape, count]), places, ones(places.shape), -1);
}
