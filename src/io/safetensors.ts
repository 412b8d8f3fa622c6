/** safetensors files: named arrays with a checked header. Nothing is executed, nothing larger than the file is allocated. */

import { nearest } from '../errors.ts';
import { type ByteSink, writeFileAtomic } from './atomic.ts';
import { openBytes } from './byte-source.ts';
import { fail } from './errors.ts';
import type { Files } from './files.ts';
import {
  dtypes,
  elementCount,
  type FileDtype,
  parseSafetensorsHeader,
  readHeaderLength,
  type TensorInfo,
} from './safetensors-header.ts';

export type { FileDtype, TensorInfo } from './safetensors-header.ts';

/** The arrays that hold tensor data; f16 and bf16 as raw bits in a `Uint16Array`, bool and f8 in a `Uint8Array`. */
export type TensorArray = InstanceType<(typeof dtypes)[FileDtype]['array']>;

/** A tensor as it is stored: elements in row-major order. */
export interface TensorData {
  readonly dtype: FileDtype;
  readonly shape: readonly number[];
  readonly data: TensorArray;
}

/** An open safetensors file; tensors are read one by one, each into memory of its own. */
export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly metadata: ReadonlyMap<string, string>;
  read(name: string): Promise<TensorData>;
  close(): Promise<void>;
}

export interface ReadSafetensorsOptions {
  /** Reads only tensors for which this is true. */
  readonly only?: (name: string, info: TensorInfo) => boolean;
  readonly signal?: AbortSignal;
  readonly files?: Files;
}

export interface Safetensors {
  readonly tensors: Map<string, TensorData>;
  readonly metadata: Map<string, string>;
}

/** Opens a file (a path) or bytes and checks the whole header before anything else. */
export async function openSafetensors(
  source: string | Uint8Array,
  options: { readonly files?: Files } = {},
): Promise<SafetensorsFile> {
  const shrunk = (where: string, reason: string) => fail('safetensors/header', { where, reason });
  const bytes = await openBytes(source, shrunk, options);
  const { where } = bytes;
  try {
    const headerLength = readHeaderLength(await bytes.at(0, Math.min(8, bytes.size)), bytes.size, where);
    const dataStart = 8 + headerLength;
    const header = await bytes.at(8, headerLength);
    const { tensors, metadata } = parseSafetensorsHeader(header, bytes.size - dataStart, where);
    return {
      tensors,
      metadata,
      async read(name) {
        const info = tensors.get(name);
        if (!info)
          throw fail('safetensors/unknown', { where, tensor: name, near: nearest(name, tensors.keys()) });
        const data = new dtypes[info.dtype].array(elementCount(info.shape));
        await bytes.into(new Uint8Array(data.buffer), dataStart + info.begin);
        return { dtype: info.dtype, shape: info.shape, data };
      },
      close: bytes.close,
    };
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

/** Reads a file (a path) or bytes: every tensor, or those `only` selects. */
export async function readSafetensors(
  source: string | Uint8Array,
  options: ReadSafetensorsOptions = {},
): Promise<Safetensors> {
  const file = await openSafetensors(source, options);
  try {
    const tensors = new Map<string, TensorData>();
    for (const [name, info] of file.tensors) {
      options.signal?.throwIfAborted();
      if (options.only && !options.only(name, info)) continue;
      tensors.set(name, await file.read(name));
    }
    return { tensors, metadata: new Map(file.metadata) };
  } finally {
    await file.close();
  }
}

export type TensorsToWrite = ReadonlyMap<string, TensorData> | { readonly [name: string]: TensorData };

/** Writes a safetensors file atomically, tensor by tensor. */
export async function writeSafetensors(
  path: string,
  tensors: TensorsToWrite,
  options: { readonly metadata?: { readonly [key: string]: string }; readonly files?: Files } = {},
): Promise<void> {
  const write = safetensorsContent(tensors, options.metadata);
  await writeFileAtomic(path, write, options);
}

/**
 * The content of a safetensors file as a writer, for `writeFileAtomic` and `saveCheckpoint`. Names, shapes and types are checked
 * here and now; the arrays are read when the writer runs. The bytes equal those of the reference implementation.
 */
export function safetensorsContent(
  tensors: TensorsToWrite,
  metadata: { readonly [key: string]: string } = {},
): (sink: ByteSink) => Promise<void> {
  const entries =
    tensors instanceof Map ? [...tensors] : Object.entries(tensors as { [name: string]: TensorData });
  for (const [name, tensor] of entries) checkTensor(name, tensor);
  // The reference writes wide types first, then by name: every tensor is aligned to its own width.
  const widthRank = (tensor: TensorData) => -WRITE_ORDER.indexOf(tensor.dtype);
  entries.sort(([a, x], [b, y]) => widthRank(x) - widthRank(y) || compareUtf8(a, b));
  const header = encodeHeader(entries, metadata);
  return async (sink) => {
    await sink.write(header);
    for (const [, { data }] of entries) {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
        await sink.write(bytes.subarray(from, from + PIECE_BYTES));
      }
    }
  };
}

const PIECE_BYTES = 16 * 1024 * 1024;

/** Order of the reference implementation's element types, narrowest first. */
const WRITE_ORDER: readonly FileDtype[] = [
  'bool', 'u8', 'i8', 'f8e5m2', 'f8e4m3', 'i16', 'u16', 'f16', 'bf16', 'i32', 'u32', 'f32', 'f64', 'i64', 'u64',
]; // biome-ignore format: one row reads best

function compareUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function checkTensor(name: string, tensor: TensorData): void {
  const bad = (reason: string) => fail('safetensors/tensor', { tensor: name, reason });
  if (name === '__metadata__') throw bad('this name is reserved');
  if (/\p{Surrogate}/u.test(name)) throw bad('the name must be well-formed text');
  const row = dtypes[tensor.dtype];
  if (!row) {
    const near = nearest(String(tensor.dtype), Object.keys(dtypes));
    throw bad(`unknown dtype ${JSON.stringify(tensor.dtype)}${near ? `; did you mean "${near}"?` : ''}`);
  }
  if (!(tensor.data instanceof row.array)) throw bad(`${tensor.dtype} needs a ${row.array.name}`);
  if (!tensor.shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw bad(`sizes must be whole numbers of at least 0, got [${tensor.shape}]`);
  }
  const needed = elementCount(tensor.shape);
  if (needed !== tensor.data.length) {
    throw bad(`shape [${tensor.shape}] needs ${needed} elements, got ${tensor.data.length}`);
  }
}

function encodeHeader(
  entries: readonly (readonly [string, TensorData])[],
  metadata: { readonly [key: string]: string },
): Uint8Array {
  const parts: string[] = [];
  if (Object.keys(metadata).length) parts.push(`"__metadata__":${JSON.stringify(metadata)}`);
  let at = 0;
  for (const [name, { dtype, shape, data }] of entries) {
    const info = { dtype: dtypes[dtype].code, shape, data_offsets: [at, at + data.byteLength] };
    parts.push(`${JSON.stringify(name)}:${JSON.stringify(info)}`);
    at += data.byteLength;
  }
  const json = new TextEncoder().encode(`{${parts.join(',')}}`);
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, 8);
  return bytes;
}
