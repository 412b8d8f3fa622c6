/** The one place that knows foreign names: configs and weights of other libraries, in and out. */

import { InkstoneError } from '../errors.ts';
import { type JoinedLayer, joinRows, type ParameterSpec, splitRows } from '../nn/index.ts';
import {
  affine,
  outsideScopes,
  type Shape,
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
import type { ForeignJson, ForeignName, ForeignNames, Format } from './foreign-format.ts';
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

/**
 * The first format that can say a config. @throws `model/foreign-export` where none can: what the nearest one, by the kind of
 * positions, cannot say.
 */
export function formatFor(config: DecoderConfig): ForeignFormat {
  const names = Object.keys(formats) as ForeignFormat[];
  const found = names.find((format) => canSay(format, config));
  if (found) return found;
  const { kind } = config.positions;
  if (kind === 'learned' || kind === 'rotary') toForeignConfig(kind === 'learned' ? 'gpt2' : 'llama', config);
  const expected = 'learned or rotary';
  throw fail('model/foreign-export', { format: 'Hugging Face', key: 'positions', expected, got: kind });
}

function canSay(format: ForeignFormat, config: DecoderConfig): boolean {
  try {
    toForeignConfig(format, config);
    return true;
  } catch (error) {
    if (error instanceof InkstoneError && error.code === 'model/foreign-export') return false;
    throw error;
  }
}

/** A foreign `config.json` for our config. @throws `model/foreign-export` for what the format cannot say. */
export function toForeignConfig(format: ForeignFormat, config: DecoderConfig): ForeignJson {
  return formats[format].toConfig(config);
}

function namesOf(format: ForeignNames, config: DecoderConfig): readonly ForeignName[] {
  const inner = Array.from({ length: config.layers }, (_, i) => format.names(`${i}`, `blocks.${i}`, config));
  return [...format.outerNames, ...inner.flat()];
}

/** The shapes of our parameters by path. */
function shapesOf(config: DecoderConfig): Map<string, Shape> {
  return new Map(leaves<ParameterSpec>(decoderSpec(config)).map(([path, { shape }]) => [path, shape]));
}

const turned = (shape: Shape, transposed = false): Shape => (transposed ? shape.toReversed() : shape);

/** Our parameters from foreign tensors by name. Every name and shape is checked. */
export function fromForeign(
  format: ForeignFormat,
  config: DecoderConfig,
  tensors: NamedTensors,
): DecoderParams {
  return fromNames(formats[format], config, tensors);
}

/** The same for the names of any format. */
export function fromNames(names: ForeignNames, config: DecoderConfig, tensors: NamedTensors): DecoderParams {
  const { prefix, ignored, head } = names;
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
  withRecording(false, () => outsideScopes(() => namesOf(names, config).forEach(convert)));
  if (given.size) throw fail('model/weight-extra', { names: [...given.keys()] });
  return paramsFromTensors(config, found);
}

/** Foreign tensors by name from our parameters. */
export function toForeign(
  format: ForeignFormat,
  config: DecoderConfig,
  params: DecoderParams,
): Map<string, Tensor> {
  return toNames(formats[format], config, params);
}

/** The same for the names of any format. */
export function toNames(
  names: ForeignNames,
  config: DecoderConfig,
  params: DecoderParams,
): Map<string, Tensor> {
  const { prefix, head, hasBiases } = names;
  const ours = namedTensors(params);
  const result = new Map<string, Tensor>();
  const convert = ({ foreign, ours: paths, transposed, byKeyHead, shift }: ForeignName): void => {
    const weights = paths.map((path) => ours.get(path) ?? (hasBiases ? missingBias(ours, path) : undefined));
    if (!weights.every((weight) => weight !== undefined)) return;
    const joined = weights.length === 1 ? weights[0] : joinRows(weights, byKeyHead ? config.kvHeads : 1);
    const shifted = shift ? affine(joined, 1, -shift) : joined;
    result.set(foreign === head ? foreign : prefix + foreign, transposed ? transpose(shifted) : shifted);
  };
  withRecording(false, () => outsideScopes(() => namesOf(names, config).forEach(convert)));
  return result;
}

/** The linear layers of the blocks of a model as a format names them. */
export function foreignLayers(format: ForeignFormat, config: DecoderConfig): JoinedLayer[] {
  const { prefix } = formats[format];
  const shapes = shapesOf(config);
  return namesOf(formats[format], config).flatMap(({ foreign, ours, transposed = false, byKeyHead }) => {
    const there = ours.filter((path) => path.startsWith('blocks.') && path.endsWith('.weight'));
    const found = there.map((path) => shapes.get(path)).filter((shape) => shape?.length === 2);
    if (found.length === 0) return [];
    const layer = {
      foreign: prefix + withoutWeight(foreign),
      ours: there.map(withoutWeight),
      outputs: found.map((shape) => shape![0]),
      inputs: found[0]![1],
    };
    return [{ ...layer, transposed, groups: byKeyHead ? config.kvHeads : 1 }];
  });
}

const withoutWeight = (name: string): string => name.replace(/\.weight$/, '');

/** A zero bias beside the weight that is there; nothing for other names. */
function missingBias(ours: NamedTensors, path: string): Tensor | undefined {
  const weight = path.endsWith('.bias') ? ours.get(path.replace(/bias$/, 'weight')) : undefined;
  return weight && zeros([weight.shape[0]]);
}
