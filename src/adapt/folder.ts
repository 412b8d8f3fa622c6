/** An adapter as a folder: `adapter_config.json` and `adapter_model.safetensors`, which names the model that it was made for. */

import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fromHalf } from '../half.ts';
import {
  decodeUtf8,
  describeFileError,
  nodeFiles,
  readSafetensors,
  safetensorsContent,
  type TensorData,
  writeFileAtomic,
} from '../io/index.ts';
import type { JoinedLayer } from '../nn/index.ts';
import { cast, fromArray, outsideScopes, type Tensor, withRecording } from '../tensor/index.ts';
import { leaves } from '../tree.ts';
import type { Adapter } from './adapter.ts';
import { BOTTLENECK, bottleneckFrom, bottleneckTensors } from './bottleneck.ts';
import { fail } from './errors.ts';
import { fromPeft, type PeftAdapter, type PeftConfig, toPeft } from './peft.ts';
import type { SoftPrompt, SoftPromptShape } from './soft-prompt.ts';
import { isSoftPrompt, softPromptFromPeft, softPromptToPeft } from './soft-prompt-peft.ts';

const CONFIG = 'adapter_config.json';
const WEIGHTS = 'adapter_model.safetensors';
/** In the metadata of the weights: which numbers the model had. */
const FINGERPRINT = 'inkstone_base';
const MOST_JSON_BYTES = 1 << 20;

/** The model that an adapter belongs to. */
export interface AdapterBase {
  /** Where it lies. */
  readonly name: string;
  /** Of its parameters; see `paramsFingerprint`. */
  readonly fingerprint: string;
  readonly layers: readonly JoinedLayer[];
  /** What virtual tokens follow from. */
  readonly shape: SoftPromptShape;
}

/** Writes an adapter; each file is whole or not there. Returns the bytes of its weights. */
export async function saveAdapter(
  folder: string,
  adapter: Adapter | SoftPrompt,
  base: AdapterBase,
): Promise<number> {
  const { config, tensors } = toFiles(adapter, base);
  const data = new Map(
    [...tensors].map(([name, { shape, data }]): [string, TensorData] => [
      name,
      { dtype: 'f32', shape, data: data as Float32Array<ArrayBuffer> },
    ]),
  );
  const metadata = { format: 'pt', [FINGERPRINT]: base.fingerprint };
  await mkdir(folder, { recursive: true });
  await writeFileAtomic(join(folder, WEIGHTS), safetensorsContent(data, metadata));
  await writeFileAtomic(join(folder, CONFIG), `${JSON.stringify(config, null, 2)}\n`);
  return (await nodeFiles.status(join(folder, WEIGHTS)))!.size;
}

function toFiles(adapter: Adapter | SoftPrompt, { name, layers, shape }: AdapterBase): PeftAdapter {
  if ('tokens' in adapter) return softPromptToPeft(adapter, shape, name);
  if (adapter.method !== 'bottleneck') return toPeft(adapter, layers, name);
  const config = { peft_type: BOTTLENECK, base_model_name_or_path: name };
  return { config, tensors: bottleneckTensors(adapter) };
}

/**
 * Reads an adapter of ours or of `peft` for a model. @throws `adapt/other-base` for one that was made here for other weights;
 * `adapt/layer` or `adapt/names` where it does not fit.
 */
export async function loadAdapter(folder: string, base: AdapterBase): Promise<Adapter | SoftPrompt> {
  const path = join(folder, CONFIG);
  const config = await readConfig(folder);
  const { tensors, metadata } = await readSafetensors(join(folder, WEIGHTS));
  const made = metadata.get(FINGERPRINT);
  if (made !== undefined && made !== base.fingerprint) {
    throw fail('adapt/other-base', { folder, made: String(config.base_model_name_or_path), base: base.name });
  }
  const floats = withRecording(false, () =>
    outsideScopes(() => new Map([...tensors].map(([name, data]) => [name, toFloats(name, data)]))),
  );
  if (config.peft_type === BOTTLENECK) {
    const sizes = base.layers.flatMap(({ ours, outputs }) =>
      ours.map((own, i): [string, number] => [own, outputs[i]]),
    );
    return bottleneckFrom(floats, new Map(sizes));
  }
  if (isSoftPrompt(config)) return softPromptFromPeft({ config, tensors: floats }, base.shape, path);
  return fromPeft({ config, tensors: floats }, base.layers, path);
}

/** Whether `mergeAdapter` takes what is kept in a folder: a change of weights, not layers or virtual tokens beside them. @throws as `loadAdapter` */
export async function isMergeable(folder: string): Promise<boolean> {
  const config = await readConfig(folder);
  return config.peft_type !== BOTTLENECK && !isSoftPrompt(config);
}

async function readConfig(folder: string): Promise<PeftConfig> {
  const path = join(folder, CONFIG);
  const status = await nodeFiles.status(path);
  if (status?.kind !== 'file') throw fail('adapt/no-adapter', { folder });
  if (status.size > MOST_JSON_BYTES) {
    throw fail('adapt/json', { path, reason: `${status.size} bytes; at most ${MOST_JSON_BYTES}` });
  }
  const file = await nodeFiles.open(path, 'read').catch((error) => {
    throw describeFileError(error, path);
  });
  try {
    const bytes = new Uint8Array(status.size);
    await file.read(bytes, 0);
    const json: unknown = JSON.parse(decodeUtf8(bytes, path));
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as PeftConfig;
    throw fail('adapt/json', { path, reason: 'not an object' });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw fail('adapt/json', { path, reason: error.message }, error);
  } finally {
    await file.close();
  }
}

function toFloats(name: string, { dtype, shape, data }: TensorData): Tensor {
  if (dtype === 'bf16') return cast(fromArray<'bf16'>(data as Uint16Array, shape, 'bf16'), 'f32');
  if (dtype !== 'f16' && dtype !== 'f32') throw fail('adapt/dtype', { name, dtype });
  const floats =
    dtype === 'f16'
      ? Float32Array.from(data as Uint16Array, fromHalf)
      : Float32Array.from(data as Float32Array);
  return fromArray<'f32'>(floats, shape, 'f32');
}

/** At most so many numbers of each tensor are looked at. */
const SAMPLED = 1024;

/** Tells models apart: SHA-256 of the names, the shapes and evenly spread numbers of their parameters. */
export function paramsFingerprint(params: unknown): string {
  const hash = createHash('sha256');
  const named = leaves<Tensor>(params).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, { shape, size, data }] of named) {
    const stride = Math.max(1, Math.floor(size / SAMPLED));
    const count = Math.min(size, SAMPLED);
    const numbers = Float32Array.from({ length: count }, (_, i) => Number(data[i * stride]));
    hash.update(`${name}\0${shape}\0`).update(new Uint8Array(numbers.buffer));
  }
  return hash.digest('hex');
}
