/** The one place that knows foreign names: configs and weights of other libraries, in and out. */

import type { ParameterSpec } from '../nn/index.ts';
import {
  concat,
  outsideScopes,
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
import type { ForeignJson, ForeignName, ForeignNames, Format } from './foreign-format.ts';
import { gpt2 } from './foreign-gpt2.ts';
import { llama, llamaTypes } from './foreign-llama.ts';
import { type NamedTensors, namedTensors, paramsFromTensors, requireTensor } from './weights.ts';

export type { ForeignJson } from './foreign-format.ts';
export type ForeignFormat = 'gpt2' | 'llama';

const formats: { readonly [K in ForeignFormat]: Format } = { gpt2, llama };
const formatOfType = new Map<unknown, ForeignFormat>([
  ['gpt2', 'gpt2'],
  ...Object.keys(llamaTypes).map((type): [string, ForeignFormat] => [type, 'llama']),
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

/** The format that says a config: by how it knows the order of tokens. @throws `model/foreign-export` where none does. */
export function formatFor(config: DecoderConfig): ForeignFormat {
  const { kind } = config.positions;
  if (kind === 'learned') return 'gpt2';
  if (kind === 'rotary') return 'llama';
  const expected = 'learned or rotary';
  throw fail('model/foreign-export', { format: 'Hugging Face', key: 'positions', expected, got: kind });
}

/** A foreign `config.json` for our config. @throws `model/foreign-export` for what the format cannot say. */
export function toForeignConfig(format: ForeignFormat, config: DecoderConfig): ForeignJson {
  return formats[format].toConfig(config);
}

function namesOf(format: ForeignNames, config: DecoderConfig): readonly ForeignName[] {
  const inner = Array.from({ length: config.layers }, (_, i) => format.names(`${i}`, `blocks.${i}`));
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
  const { prefix, ignored, outerNames } = names;
  const head = outerNames.find(({ ours }) => ours[0] === 'head.weight')!.foreign;
  const given = new Map<string, Tensor>();
  for (const [name, tensor] of tensors) {
    const short = name.startsWith(prefix) ? name.slice(prefix.length) : name;
    if (ignored.test(short) || (config.tiedHead && short === head)) continue;
    given.set(short, tensor);
  }
  const shapes = shapesOf(config);
  const found = new Map<string, Tensor>();
  const convert = ({ foreign, ours, transposed }: ForeignName): void => {
    const parts = ours.filter((path) => shapes.has(path)).map((path) => shapes.get(path)!);
    if (!parts.length) return;
    const sizes = parts.map(([outputs]) => outputs);
    const joined = [sizes.reduce((a, b) => a + b), ...parts[0].slice(1)];
    const tensor = requireTensor(given, foreign, turned(joined, transposed));
    given.delete(foreign);
    const upright = transposed ? transpose(tensor) : tensor;
    const pieces = ours.length === 1 ? [upright] : split(upright, sizes, 0);
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
  const { prefix, everyBias } = names;
  const ours = namedTensors(params);
  const result = new Map<string, Tensor>();
  const convert = ({ foreign, ours: paths, transposed }: ForeignName): void => {
    const weights = paths.map((path) => ours.get(path) ?? (everyBias ? missingBias(ours, path) : undefined));
    if (!weights.every((weight) => weight !== undefined)) return;
    const joined = weights.length === 1 ? weights[0] : concat(weights, 0);
    const name = foreign.startsWith('lm_head') ? foreign : prefix + foreign;
    result.set(name, transposed ? transpose(joined) : joined);
  };
  withRecording(false, () => outsideScopes(() => namesOf(names, config).forEach(convert)));
  return result;
}

/** A zero bias beside the weight that is there; nothing for other names. */
function missingBias(ours: NamedTensors, path: string): Tensor | undefined {
  const weight = path.endsWith('.bias') ? ours.get(path.replace(/bias$/, 'weight')) : undefined;
  return weight && zeros([weight.shape[0]]);
}
