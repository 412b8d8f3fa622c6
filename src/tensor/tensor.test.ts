/** Making and reading tensors. */

import { describe, expect, test } from 'vitest';
import { arange, empty, fromArray, full, rowsView, sizeOf, tensor, withShape } from './tensor.ts';

describe('tensor', () => {
  test('takes a number, nested arrays, flat arrays with a shape, typed arrays', () => {
    expect(tensor(3).shape).toEqual([]);
    expect(
      tensor([
        [1, 2],
        [3, 4],
      ]).toArray(),
    ).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(tensor([1, 2, 3, 4], { shape: [2, 2] }).toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(tensor(Int32Array.of(5, 6), { dtype: 'i32' }).data).toEqual(Int32Array.of(5, 6));
    expect(tensor([]).shape).toEqual([0]);
  });

  test('copies what it is given; fromArray does not', () => {
    const source = Float32Array.of(1, 2);
    const [copy, same] = [tensor(source), fromArray<'f32'>(source, [2], 'f32')];
    source[0] = 9;
    expect([copy.data[0], same.data[0]]).toEqual([1, 9]);
  });

  test('values that do not fill the shape are an error', () => {
    expect(() => tensor([1, 2, 3], { shape: [2, 2] })).toThrow('shape [2, 2] needs 4 values, got 3');
    expect(() => tensor([[1, 2], [3]])).toThrow('nested arrays must all have the same lengths');
    expect(() => fromArray<'f32'>(new Float32Array(3), [2], 'f32')).toThrow('needs 2 values, got 3');
  });

  test('item needs one element', () => {
    expect(tensor([[4]]).item()).toBe(4);
    expect(() => tensor([1, 2]).item()).toThrow('got shape [2]');
  });

  test('makers fill', () => {
    expect(full([2], 0.5).toArray()).toEqual([0.5, 0.5]);
    expect(arange(3).toArray()).toEqual([0, 1, 2]);
    expect(empty([2, 3], 'u8').data).toHaveLength(6);
    expect(sizeOf([])).toBe(1);
  });

  test('views share memory', () => {
    const x = tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const rows = rowsView(x, 1, 3);
    rows.data[0] = 30;
    expect(x.toArray()).toEqual([
      [1, 2],
      [30, 4],
      [5, 6],
    ]);
    expect(withShape(rows, [4]).toArray()).toEqual([30, 4, 5, 6]);
  });
});
