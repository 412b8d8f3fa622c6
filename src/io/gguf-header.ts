/**
 * The header of a GGUF file: magic, version, counts, metadata, table of tensors. Every count and length is held against what
 * is left of the file before anything is made of it.
 */

import { fail } from './errors.ts';
import {
  GGUF_ALIGNMENT,
  GGUF_ARRAY,
  GGUF_MAGIC,
  GGUF_STRING,
  type GgufArray,
  type GgufNumbers,
  type GgufScalar,
  type GgufType,
  type GgufValue,
  ggufBytes,
  ggufScalars,
  ggufTypes,
} from './gguf-types.ts';
import { limits } from './limits.ts';
import { elementCount } from './safetensors-header.ts';

/** Where a tensor lies. `begin` and `end` count bytes from the start of the data. */
export interface GgufTensorInfo {
  readonly type: GgufType;
  /** As elsewhere here: the last axis is the one that lies together. The file has it first. */
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface GgufHeader {
  readonly version: number;
  readonly alignment: number;
  readonly metadata: Map<string, GgufValue>;
  readonly tensors: Map<string, GgufTensorInfo>;
  /** Where the data begins in the file. */
  readonly dataStart: number;
}

const scalarOfCode = new Map<number, GgufScalar>(
  (Object.keys(ggufScalars) as GgufScalar[]).map((name) => [ggufScalars[name].code, name]),
);
const typeOfCode = new Map<number, GgufType>(
  (Object.keys(ggufTypes) as GgufType[]).map((name) => [ggufTypes[name].code, name]),
);

/** Thrown where the bytes at hand end before the header does; never leaves this file. */
const MORE = Symbol('more bytes are needed');

/**
 * Parses a header from the first bytes of a file of `fileBytes`; `undefined` when it goes on beyond them. Throws `gguf/header`
 * and `gguf/layout`.
 */
export function parseGgufHeader(bytes: Uint8Array, fileBytes: number, where: string): GgufHeader | undefined {
  try {
    return parse(bytes, fileBytes, where);
  } catch (error) {
    if (error === MORE) return undefined;
    throw error;
  }
}

/** A cursor over the first bytes of a file. */
function ggufCursor(bytes: Uint8Array, fileBytes: number, where: string) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let at = 0;
  const bad = (reason: string) => fail('gguf/header', { where, reason: `${reason} at byte ${at}` });
  /** The place of the next so many bytes. */
  const take = (count: number, what: string): number => {
    if (count > fileBytes - at)
      throw bad(`${what} needs ${count} bytes, ${fileBytes - at} are left in the file`);
    if (at + count > limits.ggufHeaderBytes) {
      throw bad(`it is longer than ${limits.ggufHeaderBytes} bytes`);
    }
    if (at + count > bytes.length) throw MORE;
    at += count;
    return at - count;
  };
  const u32 = (what: string): number => view.getUint32(take(4, what), true);
  const u64 = (what: string): bigint => view.getBigUint64(take(8, what), true);
  /** A number of things, each of at least `least` bytes in the file. */
  const count = (what: string, least: number, most: number): number => {
    const value = u64(what);
    if (value > BigInt(most)) throw bad(`${what} may be at most ${most}, got ${value}`);
    if (Number(value) * least > fileBytes - at) {
      throw bad(`${what} is ${value}, for which the ${fileBytes - at} bytes left do not suffice`);
    }
    return Number(value);
  };
  const string = (what: string, most: number): string => {
    const length = count(`the length of ${what}`, 1, most);
    const from = take(length, what);
    try {
      return decoder.decode(bytes.subarray(from, from + length));
    } catch {
      throw bad(`${what} is not UTF-8`);
    }
  };
  const numbers = (type: GgufScalar, length: number, what: string): GgufNumbers => {
    const { array, bytes: width } = ggufScalars[type];
    const from = take(length * width, what);
    // NOTE A copy, by its own constructor: `slice` of a Node buffer is none.
    return new array(new Uint8Array(bytes.subarray(from, from + length * width)).buffer);
  };
  return {
    bad,
    u32,
    u64,
    count,
    string,
    numbers,
    get at() {
      return at;
    },
  };
}

type Cursor = ReturnType<typeof ggufCursor>;

function parse(bytes: Uint8Array, fileBytes: number, where: string): GgufHeader {
  const cursor = ggufCursor(bytes, fileBytes, where);
  if (cursor.u32('the mark "GGUF"') !== GGUF_MAGIC) throw cursor.bad('it does not begin with "GGUF"');
  const version = cursor.u32('the version');
  if (version !== 2 && version !== 3) {
    const isBig = version >>> 24 > 0 && (version & 0xffff) === 0;
    throw cursor.bad(
      isBig ? 'numbers are big-endian, only little-endian is read' : `version must be 2 or 3, got ${version}`,
    );
  }
  // The shortest tensor has a name's length, a number of axes, one axis, a type and a place; the shortest key a length, a type, a byte.
  const tensorCount = cursor.count('the number of tensors', 32, limits.ggufTensors);
  const keyCount = cursor.count('the number of keys', 13, limits.ggufKeys);
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < keyCount; i++) {
    const key = cursor.string('a key', limits.ggufNameBytes);
    if (metadata.has(key)) throw cursor.bad(`the key ${JSON.stringify(key)} comes twice`);
    metadata.set(key, readValue(cursor, JSON.stringify(key), cursor.u32('a type')));
  }
  const alignment = alignmentOf(cursor, metadata);
  const tensors = new Map<string, GgufTensorInfo>();
  for (let i = 0; i < tensorCount; i++) {
    const name = cursor.string("a tensor's name", limits.ggufNameBytes);
    if (tensors.has(name)) throw cursor.bad(`the tensor ${JSON.stringify(name)} comes twice`);
    tensors.set(name, readTensorInfo(cursor, JSON.stringify(name)));
  }
  const dataStart = Math.ceil(cursor.at / alignment) * alignment;
  checkLayout(tensors, { alignment, dataBytes: Math.max(0, fileBytes - dataStart), where });
  return { version, alignment, metadata, tensors, dataStart };
}

function readValue(cursor: Cursor, key: string, code: number): GgufValue {
  if (code === GGUF_STRING) {
    return { type: 'string', value: cursor.string(`the value of ${key}`, limits.ggufHeaderBytes) };
  }
  if (code === GGUF_ARRAY) return readArray(cursor, key, 1);
  const type = scalarOfCode.get(code);
  if (!type) throw cursor.bad(`${key} has the unknown type ${code}`);
  const [value] = cursor.numbers(type, 1, `the value of ${key}`);
  if (type !== 'bool') return { type, value } as GgufValue;
  if (value !== 0 && value !== 1) throw cursor.bad(`${key} must be 0 or 1, got ${value}`);
  return { type, value: value === 1 };
}

function readArray(cursor: Cursor, key: string, depth: number): GgufArray {
  if (depth > limits.ggufArrayDepth) throw cursor.bad(`${key} nests deeper than ${limits.ggufArrayDepth}`);
  const code = cursor.u32(`the type of ${key}`);
  const what = `the length of ${key}`;
  const most = limits.ggufHeaderBytes;
  if (code === GGUF_STRING) {
    const value = Array.from({ length: cursor.count(what, 8, most) }, () =>
      cursor.string(`a text of ${key}`, limits.ggufHeaderBytes),
    );
    return { type: 'array', of: 'string', value };
  }
  if (code === GGUF_ARRAY) {
    const length = cursor.count(what, 12, most);
    const value = Array.from({ length }, () => readArray(cursor, key, depth + 1));
    return { type: 'array', of: 'array', value };
  }
  const of = scalarOfCode.get(code);
  if (!of) throw cursor.bad(`${key} has elements of the unknown type ${code}`);
  const length = cursor.count(what, ggufScalars[of].bytes, most);
  return { type: 'array', of, value: cursor.numbers(of, length, `the value of ${key}`) };
}

function alignmentOf(cursor: Cursor, metadata: ReadonlyMap<string, GgufValue>): number {
  const given = metadata.get('general.alignment');
  if (!given) return GGUF_ALIGNMENT;
  const value = given.type === 'u32' ? given.value : Number.NaN;
  const isPower = value > 0 && (value & (value - 1)) === 0;
  if (!isPower || value > limits.ggufAlignment) {
    throw cursor.bad(`general.alignment must be a power of 2 up to ${limits.ggufAlignment} (u32)`);
  }
  return value;
}

function readTensorInfo(cursor: Cursor, name: string): GgufTensorInfo {
  const rank = cursor.u32('the number of axes');
  if (rank > limits.ggufRank)
    throw cursor.bad(`${name} may have at most ${limits.ggufRank} axes, got ${rank}`);
  const shape = Array.from({ length: rank }, () => {
    const size = cursor.u64(`an axis of ${name}`);
    if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw cursor.bad(`an axis of ${name} is 2^53 or more`);
    return Number(size);
  }).reverse();
  const code = cursor.u32(`the type of ${name}`);
  const type = typeOfCode.get(code);
  if (!type) {
    throw cursor.bad(
      `${name} has type ${code}, which is not read; known: ${[...typeOfCode.values()].join(', ')}`,
    );
  }
  const { elements } = ggufTypes[type];
  if ((shape.at(-1) ?? 1) % elements) {
    throw cursor.bad(`${name}: rows of ${type} must be multiples of ${elements}, got [${shape}]`);
  }
  const begin = cursor.u64(`the place of ${name}`);
  if (begin > BigInt(Number.MAX_SAFE_INTEGER)) throw cursor.bad(`the place of ${name} is 2^53 or more`);
  return { type, shape, begin: Number(begin), end: Number(begin) + ggufBytes(type, elementCount(shape)) };
}

/** Tensors must follow one another, each at the next aligned place, and lie within the file. */
function checkLayout(
  tensors: ReadonlyMap<string, GgufTensorInfo>,
  {
    alignment,
    dataBytes,
    where,
  }: { readonly alignment: number; readonly dataBytes: number; readonly where: string },
): void {
  let next = 0;
  for (const [tensor, { begin, end }] of [...tensors].sort(
    ([, a], [, b]) => a.begin - b.begin || a.end - b.end,
  )) {
    const bad = (reason: string) => fail('gguf/layout', { where, tensor, reason });
    if (!(end <= dataBytes)) {
      throw bad(`its range [${begin}, ${end}) must lie within ${dataBytes} bytes of data`);
    }
    if (begin !== next) {
      throw bad(`it begins at ${begin}, expected ${next} (${begin < next ? 'overlap' : 'hole'})`);
    }
    next = Math.ceil(end / alignment) * alignment;
  }
  if (dataBytes > next) {
    throw fail('gguf/header', { where, reason: `${dataBytes - next} bytes follow the last tensor` });
  }
}
