/** Matrices of several layers in one, as other libraries keep queries, keys and values. */

import { concat, reshape, split, type Tensor } from '../tensor/index.ts';

/** One linear layer under another library's name: one of ours, or several joined by rows. */
export interface JoinedLayer {
  /** Without `.weight`. */
  readonly foreign: string;
  readonly ours: readonly string[];
  /** Outputs of each of ours, and what all of them take in. */
  readonly outputs: readonly number[];
  readonly inputs: number;
  /** The weight is stored [in, out]. */
  readonly transposed: boolean;
  /** Ours stand one behind the other within each of so many groups of rows. */
  readonly groups: number;
}

/** Parts of so many rows each, which stand one behind the other: within each of `groups`, if they do. */
export function splitRows(joined: Tensor, sizes: readonly number[], groups: number): Tensor[] {
  const rest = joined.shape.slice(1);
  const grouped = reshape(joined, [groups, joined.shape[0] / groups, ...rest]);
  const parts = split(
    grouped,
    sizes.map((size) => size / groups),
    1,
  );
  return parts.map((part, i) => reshape(part, [sizes[i], ...rest]));
}

/** The way back. */
export function joinRows(parts: readonly Tensor[], groups: number): Tensor {
  const [first] = parts;
  const rest = first.shape.slice(1);
  const grouped = parts.map((part) => reshape(part, [groups, part.shape[0] / groups, ...rest]));
  const rows = parts.reduce((sum, { shape }) => sum + shape[0], 0);
  return reshape(concat(grouped, 1), [rows, ...rest]);
}
