/** The n-d array: a shape, an element type, and contiguous row-major memory. Ops never change a tensor; they make new ones. */

import { kernelsFor } from './backend.ts';
import { operandOnDevice, touchOnDevice } from './device.ts';
import {
  type ArrayOf,
  arrayConstructors,
  arrayLength,
  bytesPerElement,
  type Data,
  type DType,
} from './dtype.ts';
import { fail } from './errors.ts';
import { adopt, allocate, type Storage, viewStorage } from './memory.ts';
import type { TapeNode } from './op.ts';
import { openPiece, waitForPiece } from './stream.ts';

export type Shape = readonly number[];

/** How many elements a shape has; 1 for the empty shape of a scalar. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}

export class Tensor<D extends DType = DType> {
  readonly shape: Shape;
  readonly dtype: D;
  readonly size: number;
  /** Shared with views of the same memory. */
  readonly storage: Storage;
  /** Where the first element lies in the storage, in elements. */
  readonly offset: number;
  /** The tape's record of how it was made; set while gradients are being computed. */
  node: TapeNode | undefined;
  #data: ArrayOf[D] | undefined;

  constructor(shape: Shape, dtype: D, storage: Storage, offset = 0) {
    this.shape = shape;
    this.dtype = dtype;
    this.size = sizeOf(shape);
    this.storage = storage;
    this.offset = offset;
  }

  /** The elements, not a copy; waits for the kernels that make them. @throws when the tensor's scope has ended, or a device has them. */
  get data(): ArrayOf[D] {
    waitForPiece(this.storage.usedIn);
    touchOnDevice(this.storage.buffer);
    return this.#view();
  }

  /** The elements for a kernel to read or write: they may not be made yet. @throws when the tensor's scope has ended. */
  get operand(): ArrayOf[D] {
    const piece = openPiece();
    if (piece) this.storage.usedIn = piece;
    operandOnDevice(this.storage.buffer);
    return this.#view();
  }

  #view(): ArrayOf[D] {
    if (!this.#data || !this.storage.buffer) {
      this.#data = viewStorage(this.storage, this.dtype, this.offset, this.size) as ArrayOf[D];
    }
    return this.#data;
  }

  /** The one element as a number. */
  item(): number {
    if (this.size !== 1) throw fail('tensor/item', { shape: this.shape });
    return this.data[0];
  }

  /** Nested plain arrays, for reading. */
  toArray(): unknown {
    const build = (axis: number, start: number, span: number): unknown => {
      if (axis === this.shape.length) return this.data[start];
      const inner = span / this.shape[axis];
      return Array.from({ length: this.shape[axis] }, (_, i) => build(axis + 1, start + i * inner, inner));
    };
    return build(0, 0, this.size);
  }

  toString(): string {
    return `Tensor ${this.dtype}[${this.shape.join(', ')}]`;
  }
}

/** A tensor with undefined contents, from the pool. */
export function empty<D extends DType = 'f32'>(shape: Shape, dtype: D = 'f32' as D): Tensor<D> {
  return new Tensor(shape, dtype, allocate(dtype, sizeOf(shape)));
}

/** The same for JavaScript to fill: while kernels are put in line, not from the pool, where they may still be at work. */
function unfilled<D extends DType>(shape: Shape, dtype: D): Tensor<D> {
  if (!openPiece()) return empty(shape, dtype);
  const buffer = new ArrayBuffer(sizeOf(shape) * bytesPerElement[dtype]);
  return fromArray(new arrayConstructors[dtype](buffer) as ArrayOf[D], shape, dtype);
}

/** A tensor filled with one value. */
export function full<D extends DType = 'f32'>(shape: Shape, value: number, dtype: D = 'f32' as D): Tensor<D> {
  const result = empty(shape, dtype);
  kernelsFor([result]).fill(result.operand, value);
  return result;
}

export function zeros<D extends DType = 'f32'>(shape: Shape, dtype: D = 'f32' as D): Tensor<D> {
  return full(shape, 0, dtype);
}

export function ones<D extends DType = 'f32'>(shape: Shape, dtype: D = 'f32' as D): Tensor<D> {
  return full(shape, 1, dtype);
}

/** 0, 1, …, n − 1. */
export function arange<D extends DType = 'i32'>(n: number, dtype: D = 'i32' as D): Tensor<D> {
  const result = unfilled([n], dtype);
  for (let i = 0; i < n; i++) result.data[i] = i;
  return result;
}

type Nested = number | readonly Nested[];

function shapeOfNested(value: Nested): number[] {
  const shape: number[] = [];
  for (
    let level: Nested | undefined = value;
    level !== undefined && typeof level !== 'number';
    level = level[0]
  ) {
    shape.push(level.length);
  }
  return shape;
}

function flatten(value: Nested, into: number[] = []): number[] {
  if (typeof value === 'number') into.push(value);
  else for (const child of value) flatten(child, into);
  return into;
}

/**
 * A tensor from numbers: a number, nested arrays (shape inferred), or a flat array with a shape. Values are copied.
 *
 * @example tensor([[1, 2], [3, 4]]); tensor([1, 2, 3, 4], { shape: [2, 2] }); tensor([0, 5], { dtype: 'i32' })
 */
export function tensor<D extends DType = 'f32'>(
  values: Nested | ArrayLike<number>,
  options: { readonly shape?: Shape; readonly dtype?: D } = {},
): Tensor<D> {
  const dtype = options.dtype ?? ('f32' as D);
  const isTyped = ArrayBuffer.isView(values);
  const flat = isTyped ? (values as unknown as ArrayLike<number>) : flatten(values as Nested);
  const shape = options.shape ?? (isTyped ? [flat.length] : shapeOfNested(values as Nested));
  if (flat.length !== sizeOf(shape)) {
    if (!options.shape) throw fail('tensor/ragged', {});
    throw fail('tensor/size', { shape, expected: sizeOf(shape), got: flat.length });
  }
  const result = unfilled(shape, dtype);
  (result.data as Data).set(flat);
  return result;
}

/** A tensor over a typed array that the caller made, without a copy. */
export function fromArray<D extends DType>(array: ArrayOf[D], shape: Shape, dtype: D): Tensor<D> {
  const expected = arrayLength(dtype, sizeOf(shape));
  if (array.length !== expected) throw fail('tensor/size', { shape, expected, got: array.length });
  const storage = adopt(array);
  return new Tensor(shape, dtype, storage);
}

/** The rows [start, end) of the first axis, sharing memory. Not recorded on the tape: for caches and loaders. */
export function rowsView<D extends DType>(x: Tensor<D>, start: number, end: number): Tensor<D> {
  const rowSize = sizeOf(x.shape.slice(1));
  return new Tensor([end - start, ...x.shape.slice(1)], x.dtype, x.storage, x.offset + start * rowSize);
}

/** Another shape over the same memory. Not recorded on the tape: ops use `reshape`. */
export function withShape<D extends DType>(x: Tensor<D>, shape: Shape): Tensor<D> {
  return new Tensor(shape, x.dtype, x.storage, x.offset);
}
