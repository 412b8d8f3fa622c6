/** Makes ONNX graphs: operators as functions from names of values to names of values. */

import { toHalf } from '../half.ts';
import type { OnnxAttribute, OnnxNode, OnnxTensor } from '../io/index.ts';
import type { Tensor } from '../tensor/index.ts';

/** The name of a value in the graph. */
export type Value = string;

export interface OnnxBuilder {
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
  /** One operator with one output; `name` only where others refer to it. */
  run(operator: string, inputs: readonly Value[], attributes?: Attributes, name?: Value): Value;
  /** One operator with several outputs. */
  split(x: Value, sizes: readonly number[], axis: number): Value[];
  /** A weight under its own name, once; `transposed` turns [out, in] to [in, out]. */
  weight(name: string, tensor: Tensor, options?: { readonly transposed?: boolean }): Value;
  /** A constant number, f32; equal ones are one. */
  float(value: number): Value;
  /** Constant whole numbers: a list, or one number alone (`scalar`). */
  integers(...values: readonly number[]): Value;
  scalar(value: number): Value;
}

type Attributes = { readonly [name: string]: OnnxAttribute };

/** An empty graph. `halves` keeps matrices as f16, which the graph itself widens. */
export function onnxBuilder({ halves = false }: { readonly halves?: boolean } = {}): OnnxBuilder {
  const nodes: OnnxNode[] = [];
  const tensors: OnnxTensor[] = [];
  const known = new Set<string>();
  let count = 0;

  const constant = (tensor: OnnxTensor): Value => {
    if (!known.has(tensor.name)) tensors.push(tensor);
    known.add(tensor.name);
    return tensor.name;
  };
  const run: OnnxBuilder['run'] = (operator, inputs, attributes, name = `v${count++}`) => {
    nodes.push({ operator, inputs, outputs: [name], ...(attributes && { attributes }) });
    return name;
  };
  const wholes = (name: string, shape: readonly number[], values: readonly number[]): Value =>
    constant({ name, type: 'i64', shape, data: BigInt64Array.from(values, BigInt) });
  const integers = (...values: readonly number[]): Value =>
    wholes(`integers_${values.join('_')}`, [values.length], values);

  return {
    nodes,
    tensors,
    run,
    split(x, sizes, axis) {
      const outputs = sizes.map(() => `v${count++}`);
      const attributes = { axis: { integer: axis } };
      nodes.push({ operator: 'Split', inputs: [x, integers(...sizes)], outputs, attributes });
      return outputs;
    },
    weight(name, { shape, data }, { transposed = false } = {}) {
      const numbers = transposed ? turn(data as Float32Array, shape) : (data as Float32Array);
      const sizes = transposed ? shape.toReversed() : shape;
      if (!halves || shape.length < 2) return constant({ name, type: 'f32', shape: sizes, data: numbers });
      if (known.has(name)) return name;
      known.add(name);
      const patterns = Uint16Array.from(numbers, toHalf);
      const half = constant({ name: `${name}.f16`, type: 'f16', shape: sizes, data: patterns });
      return run('Cast', [half], { to: { integer: 1 } }, name);
    },
    float: (value) =>
      constant({ name: `float_${value}`, type: 'f32', shape: [], data: Float32Array.of(value) }),
    integers,
    scalar: (value) => wholes(`integer_${value}`, [], [value]),
  };
}

function turn(data: Float32Array, [rows, columns]: readonly number[]): Float32Array {
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      result[column * rows + row] = data[row * columns + column];
  }
  return result;
}
