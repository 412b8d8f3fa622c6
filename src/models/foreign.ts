/** The one place that knows foreign names: configs and weights of other libraries, in and out. */

import type { ParameterSpec } from '../nn/index.ts';
import {
  affine,
  concat,
  outsideScopes,
  reshape,
  type Shape,
  split,
  type Tensor,
  transpose,
  withRecording,
  zeros,
} from '../tensor/index.ts';
import { leaves } from '../tree.ts';
import { type DecoderConfig, decoderConfig } from './config.ts';
import { type DecoderParams, decoderSpec } from './decoder.ts';
import { fail } from './errors.ts';
import { falcon } from './foreign-falcon.ts';
import type { ForeignJson, ForeignName, Format } from './foreign-format.ts';
import { gemma, gemmaTypes } from './foreign-gemma.ts';
import { gpt1 } from './foreign-gpt1.ts';
import { gpt2 } from './foreign-gpt2.ts';
import { llama, llamaTypes } from './foreign-llama.ts';
import { neox } from './foreign-neox.ts';
import { type NamedTensors, namedTensors, paramsFromTensors, requireTensor } from './weights.ts';

export type { ForeignJson } from './foreign-format.ts';
export type ForeignFormat = keyof typeof formats;

const formats = { gpt2, llama, gemma, neox, falcon, gpt1 } satisfies { [name: string]: Format };
const membersOf = (types: object, format: ForeignFormat) =>
  Object.keys(types).map((type): [string, ForeignFormat] => [type, format]);
const formatOfType = new Map<unknown, ForeignFormat>([
  ['gpt2', 'gpt2'],
  ...membersOf(llamaTypes, 'llama'),
  ...membersOf(gemmaTypes, 'gemma'),
  ['gpt_neox', 'neox'],
  ['falcon', 'falcon'],
  ['openai-gpt', 'gpt1'],
]);

/** The format of a foreign `config.json`, by its `model_type`. */
export function foreignFormat(json: ForeignJson): ForeignFormat {
  const format = formatOfType.get(json.model_type);
  if (!format) {
    throw fail('model/foreign-type', { got: json.model_type, known: [...formatOfType.keys()].join(', ') });
  }
  return format;
}

/** Our config for a foreign `config.json`. */
export function fromForeignConfig(json: ForeignJson): DecoderConfig {
  return decoderConfig(formats[foreignFormat(json)].fromConfig(json));
}

/** A foreign `config.json` for our config. @throws `model/foreign-export` for what the format cannot say. */
export function toForeignConfig(format: ForeignFormat, config: DecoderConfig): ForeignJson {
  return formats[format].toConfig(config);
}

function namesOf(format: Format, config: DecoderConfig): readonly ForeignName[] {
  const inner = Array.from({ length: config.layers }, (_, i) => format.names(`${i}`, `blocks.${i}`, config));
  return [...format.outerNames, ...inner.flat()];
}

/** The shapes of our parameters by path. */
function shapesOf(config: DecoderConfig): Map<string, Shape> {
  return new Map(leaves<ParameterSpec>(decoderSpec(config)).map(([path, { shape }]) => [path, shape]));
}

const turned = (shape: Shape, transposed = false): Shape => (transposed ? shape.toReversed() : shape);

/** Parts of so many rows each, which stand one behind the other: within each of `groups`, if they do. */
function splitRows(joined: Tensor, sizes: readonly number[], groups: number): Tensor[] {
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
function joinRows(parts: readonly Tensor[], groups: number): Tensor {
  const [first] = parts;
  const rest = first.shape.slice(1);
  const grouped = parts.map((part) => reshape(part, [groups, part.shape[0] / groups, ...rest]));
  const rows = parts.reduce((sum, { shape }) => sum + shape[0], 0);
  return reshape(concat(grouped, 1), [rows, ...rest]);
}

/** Our parameters from foreign tensors by name. Every name and shape is checked. */
export function fromForeign(
  format: ForeignFormat,
  config: DecoderConfig,
  tensors: NamedTensors,
): DecoderParams {
  const { prefix, ignored, head }: Format = formats[format];
  const given = new Map<string, Tensor>();
  for (const [name, tensor] of tensors) {
    const short = name.startsWith(prefix) ? name.slice(prefix.length) : name;
    if (ignored.test(short) || (config.tiedHead && short === head)) continue;
    given.set(short, tensor);
  }
  const shapes = shapesOf(config);
  const found = new Map<string, Tensor>();
  const convert = ({ foreign, ours, transposed, byKeyHead, shift }: ForeignName): void => {
    const parts = ours.filter((path) => shapes.has(path)).map((path) => shapes.get(path)!);
    if (!parts.length) return;
    const sizes = parts.map(([outputs]) => outputs);
    const joined = [sizes.reduce((a, b) => a + b), ...parts[0].slice(1)];
    const tensor = requireTensor(given, foreign, turned(joined, transposed));
    given.delete(foreign);
    const upright = transposed ? transpose(tensor) : tensor;
    const shifted = shift ? affine(upright, 1, shift) : upright;
    const pieces = ours.length === 1 ? [shifted] : splitRows(shifted, sizes, byKeyHead ? config.kvHeads : 1);
    for (const [i, path] of ours.entries()) found.set(path, pieces[i]);
  };
  withRecording(false, () => outsideScopes(() => namesOf(formats[format], config).forEach(convert)));
  if (given.size) throw fail('model/weight-extra', { names: [...given.keys()] });
  return paramsFromTensors(config, found);
}

/**
 * Foreign tensors by name from our parameters. Where the format has every bias, those we lack are zeros.
 */
export function toForeign(
  format: ForeignFormat,
  config: DecoderConfig,
  params: DecoderParams,
): Map<string, Tensor> {
  const { prefix, head, hasBiases }: Format = formats[format];
  const ours = namedTensors(params);
  const result = new Map<string, Tensor>();
  const convert = ({ foreign, ours: paths, transposed, byKeyHead, shift }: ForeignName): void => {
    const weights = paths.map((path) => ours.get(path) ?? (hasBiases ? missingBias(ours, path) : undefined));
    if (!weights.every((weight) => weight !== undefined)) return;
    const joined = weights.length === 1 ? weights[0] : joinRows(weights, byKeyHead ? config.kvHeads : 1);
    const shifted = shift ? affine(joined, 1, -shift) : joined;
    result.set(foreign === head ? foreign : prefix + foreign, transposed ? transpose(shifted) : shifted);
  };
  withRecording(false, () => outsideScopes(() => namesOf(formats[format], config).forEach(convert)));
  return result;
}

/** A zero bias beside the weight that is there; nothing for other names. */
function missingBias(ours: NamedTensors, path: string): Tensor | undefined {
  const weight = path.endsWith('.bias') ? ours.get(path.replace(/bias$/, 'weight')) : undefined;
  return weight && zeros([weight.shape[0]]);
}
