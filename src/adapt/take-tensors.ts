/** Tensors of a file, taken one by one. */

import type { Tensor } from '../tensor/index.ts';
import { fail } from './errors.ts';

/** What is left of them, and what takes one with the shape it must have. @throws `adapt/layer` where it has another, or is missing */
export function takeTensors(tensors: ReadonlyMap<string, Tensor>) {
  const left = new Map(tensors);
  const take = (name: string, shape: readonly number[]): Tensor => {
    const tensor = left.get(name);
    if (tensor?.shape.join() !== shape.join())
      throw fail('adapt/layer', { name, expected: shape, got: tensor?.shape });
    left.delete(name);
    return tensor;
  };
  return { left, take };
}
