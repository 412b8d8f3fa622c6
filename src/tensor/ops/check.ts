/** What shape rules share: checks with clear errors, broadcasting, strides. */

import { BLOCK_SIZE, type Floats, isBlocks, type Stored, type Weights } from '../dtype.ts';
import { fail } from '../errors.ts';
import { type Shape, sizeOf, type Tensor } from '../tensor.ts';

/** A kernel's operand that a shape rule has found to be f32 or f64. */
export const floats = (x: Tensor): Floats => x.operand as Floats;

/** The elements of a tensor that a shape rule has found to be i32: ids are checked before a kernel sees them. */
export const ints = (x: Tensor): Int32Array => x.data as Int32Array;

/** The common type of float operands. @throws when one is not f32 or f64, or they differ. */
export function floatType(op: string, ...operands: readonly Tensor[]): 'f32' | 'f64' {
  const [{ dtype }] = operands;
  if (dtype !== 'f32' && dtype !== 'f64') throw fail('dtype/rule', { op, expected: 'f32', got: dtype });
  requireType(op, dtype, ...operands);
  return dtype;
}

/** The common type of operands that may be stored as bf16. @throws when they differ, or are no floats. */
export function storedType(op: string, ...operands: readonly Tensor[]): 'f32' | 'f64' | 'bf16' {
  if (operands[0].dtype !== 'bf16') return floatType(op, ...operands);
  requireType(op, 'bf16', ...operands);
  return 'bf16';
}

/** The elements of an operand of a product, which may be stored as bf16. */
export const productOperand = (x: Tensor): Stored => x.operand as Stored;

/** The same of weights [n, k], which may be in blocks besides. */
export const weightOperand = (x: Tensor): Weights => x.operand as Weights;

/** @throws when blocks would not lie along rows. */
export function requireBlocks(op: string, shape: Shape): void {
  const size = shape.at(-1) ?? 1;
  requireOption(
    op,
    'rows',
    size % BLOCK_SIZE === 0,
    `of a multiple of ${BLOCK_SIZE} numbers in blocks`,
    size,
  );
}

/** The float type of a product: f32 also where operands are stored as bf16. */
export function productType(op: string, a: Tensor, b: Tensor): 'f32' | 'f64' {
  const stored = [a, b].filter(({ dtype }) => dtype !== 'bf16');
  return stored.length === 0
    ? 'f32'
    : stored.length === 1 && stored[0].dtype === 'f32'
      ? 'f32'
      : floatType(op, a, b);
}

/** The same of a linear map, whose weights may be in blocks. */
export const linearType = (op: string, x: Tensor, weight: Tensor): 'f32' | 'f64' =>
  productType(op, x, isBlocks(weight.dtype) ? x : weight);

/** @throws when an operand has another type. */
export function requireType(op: string, expected: string, ...operands: readonly Tensor[]): void {
  for (const { dtype } of operands)
    if (dtype !== expected) throw fail('dtype/rule', { op, expected, got: dtype });
}

/** @throws when the shape is not the expected one. */
export function requireShape(op: string, name: string, expected: Shape, got: Shape): void {
  if (!sameShape(expected, got)) throw fail('shape/expected', { op, name, expected, got });
}

/** @throws when an option is not as the rule says. */
export function requireOption(op: string, name: string, holds: boolean, rule: string, value: unknown): void {
  if (!holds) throw fail('tensor/option', { op, name, rule, value: String(value) });
}

/** @throws when an id is not in [0, count). `except` is allowed anywhere. */
export function requireIds(op: string, ids: Tensor, count: number, except?: number): void {
  requireType(op, 'i32', ids);
  const data = ints(ids);
  for (let i = 0; i < data.length; i++) {
    const id = data[i];
    if ((id < 0 || id >= count) && id !== except) throw fail('index/range', { op, id, place: i, count });
  }
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, i) => length === b[i]);
}

/** An axis as a place: −1 is the last. */
export function normalizeAxis(op: string, axis: number, rank: number): number {
  const place = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(place) || place < 0 || place >= rank) throw fail('shape/axis', { op, axis, rank });
  return place;
}

/** [outer, size, inner]: how many elements lie before, along and behind the axes [from, to). */
export function spans(shape: Shape, from: number, to: number): [outer: number, size: number, inner: number] {
  return [sizeOf(shape.slice(0, from)), sizeOf(shape.slice(from, to)), sizeOf(shape.slice(to))];
}

/** The shape that both broadcast to (NumPy's rule): aligned at the end, equal or 1. */
export function broadcastShapes(op: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const m = a[i - rank + a.length] ?? 1;
    const n = b[i - rank + b.length] ?? 1;
    if (m !== n && m !== 1 && n !== 1) throw fail('shape/broadcast', { op, a, b });
    return m === 1 ? n : m;
  });
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis];
  }
  return strides;
}

/** Strides that walk `shape` over the places of `target`: 0 where it repeats. */
export function broadcastStrides(shape: Shape, target: Shape): number[] {
  const lead = target.length - shape.length;
  const strides = stridesOf(shape);
  return target.map((_, i) => (i < lead || shape[i - lead] === 1 ? 0 : strides[i - lead]));
}

/** The walk of operands that broadcast over `shape`. */
export function broadcastWalk(shape: Shape, operands: readonly Tensor[]) {
  return { shape, strides: operands.map((x) => broadcastStrides(x.shape, shape)) };
}
