/** GGUF files: metadata and tensors, whole or in blocks of few bits. Nothing larger than the file is allocated. */

import { nearest } from '../errors.ts';
import { type ByteSink, writeContent, writeFileAtomic } from './atomic.ts';
import { openBytes } from './byte-source.ts';
import { fail } from './errors.ts';
import type { Files } from './files.ts';
import { type GgufTensorInfo, parseGgufHeader } from './gguf-header.ts';
import {
  GGUF_ALIGNMENT,
  GGUF_ARRAY,
  GGUF_MAGIC,
  GGUF_STRING,
  type GgufArray,
  type GgufType,
  type GgufValue,
  ggufBytes,
  ggufScalars,
  ggufTypes,
} from './gguf-types.ts';
import { limits } from './limits.ts';
import { elementCount } from './safetensors-header.ts';

/** An open GGUF file; tensors are read one by one, as bytes that `dequantize` turns into numbers. */
export interface GgufFile {
  readonly version: number;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufTensorInfo>;
  read(name: string): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** What is read first; most headers fit, those with a large vocabulary do not. */
const FIRST_BYTES = 1 << 20;

/** Opens a file (a path) or bytes and checks the whole header before anything else. Little-endian, version 2 or 3. */
export async function openGguf(
  source: string | Uint8Array,
  options: { readonly files?: Files } = {},
): Promise<GgufFile> {
  const shrunk = (where: string, reason: string) => fail('gguf/header', { where, reason });
  const bytes = await openBytes(source, shrunk, options);
  const { where, size } = bytes;
  try {
    let header: ReturnType<typeof parseGgufHeader>;
    for (let length = FIRST_BYTES; !header; length *= 4) {
      const most = Math.min(length, size, limits.ggufHeaderBytes);
      header = parseGgufHeader(await bytes.at(0, most), size, where);
    }
    const { version, metadata, tensors, dataStart } = header;
    return {
      version,
      metadata,
      tensors,
      async read(name) {
        const info = tensors.get(name);
        if (!info) throw fail('gguf/unknown', { where, tensor: name, near: nearest(name, tensors.keys()) });
        const data = new Uint8Array(info.end - info.begin);
        await bytes.into(data, dataStart + info.begin);
        return data;
      },
      close: bytes.close,
    };
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

/** A tensor to write: its bytes are asked for when its turn comes, so that one at a time is in memory. */
export interface GgufTensor {
  readonly type: GgufType;
  readonly shape: readonly number[];
  readonly bytes: () => Uint8Array;
}

export interface GgufContent {
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

/** Writes a GGUF file (version 3) atomically, tensor by tensor. */
export async function writeGguf(
  path: string,
  content: GgufContent,
  options: { readonly files?: Files } = {},
): Promise<void> {
  const write = ggufContent(content);
  await writeFileAtomic(path, write, options);
}

/** The content of a GGUF file as a writer, for `writeFileAtomic`. Shapes and types are checked here and now. */
export function ggufContent({ metadata, tensors }: GgufContent): (sink: ByteSink) => Promise<void> {
  for (const [name, tensor] of tensors) checkTensor(name, tensor);
  const header = encodeHeader(metadata, tensors);
  return async (sink) => {
    await sink.write(header);
    for (const [name, { type, shape, bytes }] of tensors) {
      const data = bytes();
      const needed = ggufBytes(type, elementCount(shape));
      if (data.length !== needed) {
        const reason = `${type} [${shape}] needs ${needed} bytes, got ${data.length}`;
        throw fail('gguf/tensor', { tensor: name, reason });
      }
      await writeContent(data, sink);
      await sink.write(new Uint8Array(padded(data.length) - data.length));
    }
  };
}

const padded = (length: number): number => Math.ceil(length / GGUF_ALIGNMENT) * GGUF_ALIGNMENT;

function checkTensor(tensor: string, { type, shape }: GgufTensor): void {
  const bad = (reason: string) => fail('gguf/tensor', { tensor, reason });
  if (shape.length > limits.ggufRank) throw bad(`at most ${limits.ggufRank} axes, got [${shape}]`);
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw bad(`sizes must be whole numbers of at least 0, got [${shape}]`);
  }
  const { elements } = ggufTypes[type];
  if ((shape.at(-1) ?? 1) % elements)
    throw bad(`rows of ${type} must be multiples of ${elements}, got [${shape}]`);
}

/** Bytes that grow by pieces. */
function byteWriter() {
  const pieces: Uint8Array[] = [];
  const encoder = new TextEncoder();
  let length = 0;
  const put = (piece: Uint8Array) => {
    pieces.push(piece);
    length += piece.length;
  };
  const numbers = (type: keyof typeof ggufScalars, values: ArrayLike<number | bigint>) => {
    const array = new ggufScalars[type].array(values.length) as {
      [at: number]: number | bigint;
    } & ArrayBufferView;
    for (let i = 0; i < values.length; i++) array[i] = values[i];
    put(new Uint8Array(array.buffer));
  };
  const u32 = (value: number) => numbers('u32', [value]);
  const u64 = (value: number) => numbers('u64', [BigInt(value)]);
  const string = (text: string) => {
    const bytes = encoder.encode(text);
    u64(bytes.length);
    put(bytes);
  };
  return { put, numbers, u32, u64, string, pieces, length: () => length };
}

type Writer = ReturnType<typeof byteWriter>;

function encodeHeader(metadata: GgufContent['metadata'], tensors: GgufContent['tensors']): Uint8Array {
  const writer = byteWriter();
  writer.u32(GGUF_MAGIC);
  writer.u32(3);
  writer.u64(tensors.size);
  writer.u64(metadata.size);
  for (const [key, value] of metadata) {
    writer.string(key);
    writeValue(writer, value);
  }
  let at = 0;
  for (const [name, { type, shape }] of tensors) {
    writer.string(name);
    writer.u32(shape.length);
    for (const size of shape.toReversed()) writer.u64(size);
    writer.u32(ggufTypes[type].code);
    writer.u64(at);
    at += padded(ggufBytes(type, elementCount(shape)));
  }
  writer.put(new Uint8Array(padded(writer.length()) - writer.length()));
  return Buffer.concat(writer.pieces);
}

function writeValue(writer: Writer, value: GgufValue): void {
  if (value.type === 'array') {
    writer.u32(GGUF_ARRAY);
    writeArray(writer, value);
  } else if (value.type === 'string') {
    writer.u32(GGUF_STRING);
    writer.string(value.value);
  } else {
    writer.u32(ggufScalars[value.type].code);
    writer.numbers(value.type, [typeof value.value === 'boolean' ? Number(value.value) : value.value]);
  }
}

function writeArray(writer: Writer, array: GgufArray): void {
  writer.u32(
    array.of === 'string' ? GGUF_STRING : array.of === 'array' ? GGUF_ARRAY : ggufScalars[array.of].code,
  );
  writer.u64(array.value.length);
  if (array.of === 'string') for (const text of array.value) writer.string(text);
  else if (array.of === 'array') for (const inner of array.value) writeArray(writer, inner);
  else writer.numbers(array.of, array.value);
}
