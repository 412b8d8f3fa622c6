/** Parameters by name: between a tree, a map of tensors, and what a file holds. */

import { nearest } from '../errors.ts';
import { fromHalf, toBf16, toHalf } from '../half.ts';
import type { TensorData } from '../io/index.ts';
import type { ParameterSpec } from '../nn/index.ts';
import { cast, fromArray, outsideScopes, type Tensor, withRecording } from '../tensor/index.ts';
import { leaves, mapTree } from '../tree.ts';
import type { DecoderConfig } from './config.ts';
import { type DecoderParams, decoderSpec } from './decoder.ts';
import { type EncoderParams, encoderSpec } from './encoder.ts';
import type { EncoderConfig } from './encoder-config.ts';
import { type EncoderDecoderParams, encoderDecoderSpec } from './encoder-decoder.ts';
import type { EncoderDecoderConfig } from './encoder-decoder-config.ts';
import { fail } from './errors.ts';
import { type RecurrentParams, recurrentModelSpec } from './recurrent.ts';
import type { RecurrentConfig } from './recurrent-config.ts';

export type NamedTensors = ReadonlyMap<string, Tensor>;

/** Every parameter by its path. */
export function namedTensors(
  params: DecoderParams | EncoderParams | EncoderDecoderParams | RecurrentParams,
): Map<string, Tensor> {
  return new Map(leaves<Tensor>(params));
}

/**
 * The parameters of a config from tensors by path: every name must be there, with its shape, and no other.
 * The tensors are used as they are.
 */
export function paramsFromTensors(config: DecoderConfig, tensors: NamedTensors): DecoderParams {
  return treeFromTensors(decoderSpec(config), tensors) as DecoderParams;
}

/** The same of an encoder. */
export function encoderFromTensors(config: EncoderConfig, tensors: NamedTensors): EncoderParams {
  return treeFromTensors(encoderSpec(config), tensors) as EncoderParams;
}

/** The same of a recurrent model. */
export function recurrentFromTensors(config: RecurrentConfig, tensors: NamedTensors): RecurrentParams {
  return treeFromTensors(recurrentModelSpec(config), tensors) as RecurrentParams;
}

/** The same of an encoder–decoder. */
export function encoderDecoderFromTensors(
  config: EncoderDecoderConfig,
  tensors: NamedTensors,
): EncoderDecoderParams {
  return treeFromTensors(encoderDecoderSpec(config), tensors) as EncoderDecoderParams;
}

/** The tree of tensors that a tree of specs describes: every name must be there, with its shape, and no other. */
export function treeFromTensors(specs: unknown, tensors: NamedTensors): unknown {
  const left = new Set(tensors.keys());
  const params = mapTree<ParameterSpec, Tensor>(specs, ({ shape }, name) => {
    left.delete(name);
    return requireTensor(tensors, name, shape);
  });
  if (left.size) throw fail('model/weight-extra', { names: [...left] });
  return params;
}

/** One tensor of a map, with the shape it must have. */
export function requireTensor(tensors: NamedTensors, name: string, shape: readonly number[]): Tensor {
  const found = tensors.get(name);
  if (!found) throw fail('model/weight-missing', { name, shape, near: nearest(name, tensors.keys()) });
  if (found.shape.join() !== shape.join()) {
    throw fail('model/weight-shape', { name, expected: shape, got: found.shape });
  }
  return found;
}

/** What a file gave, as f32 tensors that live until nobody refers to them. */
export function tensorsFromFile(stored: ReadonlyMap<string, TensorData>): Map<string, Tensor<'f32'>> {
  const convert = ([name, data]: [string, TensorData]): [string, Tensor<'f32'>] => [name, toF32(name, data)];
  return withRecording(false, () => outsideScopes(() => new Map([...stored].map(convert))));
}

function toF32(name: string, { dtype, shape, data }: TensorData): Tensor<'f32'> {
  if (dtype === 'f32') return fromArray<'f32'>(data as Float32Array, shape, 'f32');
  if (dtype === 'bf16')
    return cast(fromArray<'bf16'>(data as Uint16Array, shape, 'bf16'), 'f32') as Tensor<'f32'>;
  if (dtype === 'f16')
    return fromArray<'f32'>(Float32Array.from(data as Uint16Array, fromHalf), shape, 'f32');
  throw fail('model/weight-dtype', { name, dtype });
}

/** The parameters of a config from what a file of ours gave. */
export function paramsFromFile(
  config: DecoderConfig,
  stored: ReadonlyMap<string, TensorData>,
): DecoderParams {
  return paramsFromTensors(config, tensorsFromFile(stored));
}

/** The same of an encoder. */
export function encoderFromFile(
  config: EncoderConfig,
  stored: ReadonlyMap<string, TensorData>,
): EncoderParams {
  return encoderFromTensors(config, tensorsFromFile(stored));
}

/** The same of a recurrent model. */
export function recurrentFromFile(
  config: RecurrentConfig,
  stored: ReadonlyMap<string, TensorData>,
): RecurrentParams {
  return recurrentFromTensors(config, tensorsFromFile(stored));
}

/** The same of an encoder–decoder. */
export function encoderDecoderFromFile(
  config: EncoderDecoderConfig,
  stored: ReadonlyMap<string, TensorData>,
): EncoderDecoderParams {
  return encoderDecoderFromTensors(config, tensorsFromFile(stored));
}

/** Tensors as a file stores them: sharing memory, or f32 ones rounded to 16 bits. */
export function tensorsToFile(
  tensors: NamedTensors,
  as: 'f32' | 'f16' | 'bf16' = 'f32',
): Map<string, TensorData> {
  const stored = ({ dtype, shape, data }: Tensor): TensorData =>
    dtype === 'f32' && as !== 'f32'
      ? { dtype: as, shape, data: Uint16Array.from(data as Float32Array, roundings[as]) }
      : ({ dtype, shape, data } as TensorData);
  return new Map([...tensors].map(([name, tensor]) => [name, stored(tensor)]));
}

const roundings = { f16: toHalf, bf16: toBf16 };
