/**
 * The header of a safetensors file (https://github.com/huggingface/safetensors, "Format"): 8 bytes of length, a JSON object
 * of names, then the data. Parsed by its own grammar, because `JSON.parse` hides duplicate names and trips over `__proto__`.
 */

import { nearest } from '../errors.ts';
import { fail } from './errors.ts';
import { limits } from './limits.ts';

/** Element types: the name here, the name in a file, bytes per element, and the array that holds it in memory. */
export const dtypes = {
  f64: { code: 'F64', bytes: 8, array: Float64Array },
  f32: { code: 'F32', bytes: 4, array: Float32Array },
  /** Raw bits of IEEE half precision. */
  f16: { code: 'F16', bytes: 2, array: Uint16Array },
  /** Raw bits: the upper half of an f32. */
  bf16: { code: 'BF16', bytes: 2, array: Uint16Array },
  i64: { code: 'I64', bytes: 8, array: BigInt64Array },
  u64: { code: 'U64', bytes: 8, array: BigUint64Array },
  i32: { code: 'I32', bytes: 4, array: Int32Array },
  u32: { code: 'U32', bytes: 4, array: Uint32Array },
  i16: { code: 'I16', bytes: 2, array: Int16Array },
  u16: { code: 'U16', bytes: 2, array: Uint16Array },
  i8: { code: 'I8', bytes: 1, array: Int8Array },
  u8: { code: 'U8', bytes: 1, array: Uint8Array },
  f8e4m3: { code: 'F8_E4M3', bytes: 1, array: Uint8Array },
  f8e5m2: { code: 'F8_E5M2', bytes: 1, array: Uint8Array },
  bool: { code: 'BOOL', bytes: 1, array: Uint8Array },
} as const;

/** An element type that a file can hold. */
export type FileDtype = keyof typeof dtypes;

const dtypeOfCode = new Map<string, FileDtype>();
for (const name of Object.keys(dtypes) as FileDtype[]) dtypeOfCode.set(dtypes[name].code, name);

/** Where a tensor lies. `begin` and `end` count bytes from the start of the data. */
export interface TensorInfo {
  readonly dtype: FileDtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly tensors: Map<string, TensorInfo>;
  readonly metadata: Map<string, string>;
}

/** The length that the first 8 bytes state, checked against the file's size. Throws `safetensors/header`. */
export function readHeaderLength(first8: Uint8Array, fileBytes: number, where: string): number {
  if (fileBytes < 8 || first8.length < 8) {
    throw fail('safetensors/header', { where, reason: `at least 8 bytes expected, got ${fileBytes}` });
  }
  const length = new DataView(first8.buffer, first8.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(limits.safetensorsHeaderBytes)) {
    const reason = `its length may be at most ${limits.safetensorsHeaderBytes}, got ${length}`;
    throw fail('safetensors/header', { where, reason });
  }
  if (Number(length) > fileBytes - 8) {
    throw fail('safetensors/header', { where, reason: `${length} bytes announced, ${fileBytes - 8} there` });
  }
  return Number(length);
}

/** Parses and checks a header; `dataBytes` is the size of what follows it. Tensors must cover the data without hole or overlap. */
export function parseSafetensorsHeader(
  header: Uint8Array,
  dataBytes: number,
  where: string,
): SafetensorsHeader {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header);
  } catch {
    throw fail('safetensors/header', { where, reason: 'it is not UTF-8' });
  }
  const parsed = parseHeaderText(text, where);
  checkLayout(parsed.tensors, dataBytes, where);
  return parsed;
}

/** A cursor over JSON text that accepts exactly what a header may hold. */
function headerCursor(text: string, where: string) {
  let at = 0;
  const bad = (reason: string) =>
    fail('safetensors/header', { where, reason: `${reason} at character ${at}` });
  const skipSpace = () => {
    while (' \t\n\r'.includes(text[at] ?? '?')) at++;
  };
  const accept = (mark: string): boolean => {
    skipSpace();
    if (text[at] !== mark) return false;
    at++;
    return true;
  };
  const expect = (mark: string) => {
    if (!accept(mark)) throw bad(`expected ${mark}`);
  };
  const string = (): string => {
    skipSpace();
    if (text[at] !== '"') throw bad('expected a string');
    let end = at + 1;
    while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
    if (end >= text.length) throw bad('a string does not end');
    try {
      const value = JSON.parse(text.slice(at, end + 1)) as string;
      at = end + 1;
      return value;
    } catch {
      throw bad('a string is malformed');
    }
  };
  const integer = (): number => {
    skipSpace();
    const digits = /(?:0|[1-9][0-9]{0,19})(?![0-9.eE+-])/y;
    digits.lastIndex = at;
    const match = digits.exec(text)?.[0];
    if (match === undefined) throw bad('expected a whole number');
    if (!Number.isSafeInteger(Number(match))) throw bad('a number is 2^53 or more');
    at += match.length;
    return Number(match);
  };
  /** `open item, item close`; calls `item` for each. */
  const sequence = (open: string, close: string, item: () => void) => {
    expect(open);
    if (accept(close)) return;
    do item();
    while (accept(','));
    expect(close);
  };
  const end = () => {
    skipSpace();
    if (at < text.length) throw bad('something follows the object');
  };
  return { bad, expect, string, integer, sequence, end };
}

function parseHeaderText(text: string, where: string): SafetensorsHeader {
  const cursor = headerCursor(text, where);
  const tensors = new Map<string, TensorInfo>();
  const metadata = new Map<string, string>();
  const names = new Set<string>();
  if (text[0] !== '{') throw cursor.bad('it must begin with {');
  cursor.sequence('{', '}', () => {
    const name = cursor.string();
    if (names.has(name)) throw cursor.bad(`the name ${JSON.stringify(name)} comes twice`);
    names.add(name);
    if (names.size > limits.safetensorsTensors) {
      throw cursor.bad(`more than ${limits.safetensorsTensors} tensors`);
    }
    cursor.expect(':');
    if (name === '__metadata__') {
      cursor.sequence('{', '}', () => {
        const key = cursor.string();
        if (metadata.has(key)) throw cursor.bad(`the metadata key ${JSON.stringify(key)} comes twice`);
        cursor.expect(':');
        metadata.set(key, cursor.string());
      });
    } else {
      tensors.set(name, parseTensorInfo(cursor, name));
    }
  });
  cursor.end();
  return { tensors, metadata };
}

function parseTensorInfo(cursor: ReturnType<typeof headerCursor>, name: string): TensorInfo {
  let dtype: FileDtype | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  const integers = (most: number): number[] => {
    const values: number[] = [];
    cursor.sequence('[', ']', () => {
      values.push(cursor.integer());
      if (values.length > most) throw cursor.bad(`more than ${most} numbers`);
    });
    return values;
  };
  cursor.sequence('{', '}', () => {
    const key = cursor.string();
    cursor.expect(':');
    if (key === 'dtype' && dtype === undefined) {
      const code = cursor.string();
      dtype = dtypeOfCode.get(code);
      if (!dtype) {
        const near = nearest(code, dtypeOfCode.keys());
        throw cursor.bad(`unknown dtype ${JSON.stringify(code)}${near ? ` (near: ${near})` : ''}`);
      }
    } else if (key === 'shape' && shape === undefined) {
      shape = integers(limits.safetensorsRank);
    } else if (key === 'data_offsets' && offsets === undefined) {
      offsets = integers(2);
    } else {
      throw cursor.bad(
        `tensor ${JSON.stringify(name)}: key ${JSON.stringify(key)} is unknown or comes twice`,
      );
    }
  });
  if (!dtype || !shape || offsets?.length !== 2) {
    throw cursor.bad(`tensor ${JSON.stringify(name)} needs dtype, shape and two data_offsets`);
  }
  return { dtype, shape, begin: offsets[0], end: offsets[1] };
}

function checkLayout(tensors: Map<string, TensorInfo>, dataBytes: number, where: string): void {
  const byPlace = [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const [tensor, info] of byPlace) {
    const bad = (reason: string) => fail('safetensors/layout', { where, tensor, reason });
    if (info.end < info.begin || info.end > dataBytes) {
      throw bad(`its range [${info.begin}, ${info.end}) must lie within ${dataBytes} bytes of data`);
    }
    if (info.begin !== covered) {
      throw bad(
        `it begins at ${info.begin}, expected ${covered} (${info.begin < covered ? 'overlap' : 'hole'})`,
      );
    }
    const needed = elementCount(info.shape) * dtypes[info.dtype].bytes;
    if (needed !== info.end - info.begin) {
      const got = info.end - info.begin;
      throw bad(`${info.dtype} [${info.shape}] needs ${needed} bytes, its range has ${got}`);
    }
    covered = info.end;
  }
  if (covered !== dataBytes) {
    const reason = `${dataBytes - covered} bytes follow the last tensor`;
    throw fail('safetensors/header', { where, reason });
  }
}

/** Product of a shape; infinite or inexact when it is too large for any array, never wrapped. */
export function elementCount(shape: readonly number[]): number {
  // NOTE A zero makes the tensor empty whatever the other dimensions claim.
  return shape.includes(0) ? 0 : shape.reduce((product, size) => product * size, 1);
}
