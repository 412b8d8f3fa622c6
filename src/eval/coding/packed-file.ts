/** The bytes of a packed text: who can read it, what it is made of, the code, and a checksum of all of that. */

import { createHash } from 'node:crypto';
import { fail } from '../errors.ts';

/** What a packed file may hold at most. */
export const packedLimits = {
  /** Bytes of the text. */
  textBytes: 2 ** 30,
  /** Bytes of a name. */
  nameBytes: 1024,
  lanes: 256,
} as const;

/** Bytes kept of a SHA-256. */
const HASH_BYTES = 16;
const CHECK_BYTES = 8;
const MAGIC = Uint8Array.of(0x49, 0x4e, 0x4b, 0x50); // INKP
const VERSION = 1;

export interface PackedFile {
  /** Of the weights and all else that decides the probabilities, 16 bytes. */
  readonly modelHash: Uint8Array;
  /** What the model was called, and what computed its probabilities; only for errors. */
  readonly modelName: string;
  readonly engine: string;
  /** SHA-256 of the text in UTF-8, 16 bytes. */
  readonly textHash: Uint8Array;
  readonly textBytes: number;
  readonly lanes: number;
  /** The pieces in order: so many ids, or so many bytes. */
  readonly pieces: readonly { readonly type: 'ids' | 'bytes'; readonly length: number }[];
  /** The bytes of all pieces of bytes. */
  readonly bytes: Uint8Array;
  /** The code of all ids. */
  readonly code: Uint8Array;
}

/** The first 16 bytes of a SHA-256. */
export function shortHash(content: string | Uint8Array): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(content).digest().subarray(0, HASH_BYTES));
}

/** The file as bytes: magic, version, hashes, names, lengths (LEB128), bytes, code, and 8 bytes of a SHA-256 of them all. */
export function writePackedFile(file: PackedFile): Uint8Array {
  const parts: Uint8Array[] = [MAGIC, Uint8Array.of(VERSION), file.modelHash, file.textHash];
  const number = (value: number): void => void parts.push(leb128(value));
  const block = (bytes: Uint8Array): void => {
    number(bytes.length);
    parts.push(bytes);
  };
  for (const name of [file.modelName, file.engine]) block(utf8(name));
  number(file.textBytes);
  number(file.lanes);
  number(file.pieces.length);
  for (const { type, length } of file.pieces) number(2 * length + Number(type === 'bytes'));
  block(file.bytes);
  block(file.code);
  const content = Buffer.concat(parts);
  return Uint8Array.from(Buffer.concat([content, checkOf(content)]));
}

/** Reads a packed file. @throws when it is of another kind, cut, changed or too large; `path` names it. */
export function readPackedFile(file: Uint8Array, path: string): PackedFile {
  const damaged = (what: 'kind' | 'cut' | 'changed' | 'version' | 'limit', got?: number) =>
    fail('eval/packed', { path, what, got });
  if (file.length < MAGIC.length || MAGIC.some((byte, i) => file[i] !== byte)) throw damaged('kind');
  if (file.length < MAGIC.length + 1 + CHECK_BYTES) throw damaged('cut');
  if (file[MAGIC.length] !== VERSION) throw damaged('version', file[MAGIC.length]);
  const content = file.subarray(0, -CHECK_BYTES);
  const isWhole = Buffer.from(checkOf(content)).equals(file.subarray(-CHECK_BYTES));
  let at = MAGIC.length + 1;
  const take = (length: number): Uint8Array => {
    if (length > content.length - at) throw damaged('cut');
    at += length;
    return content.subarray(at - length, at);
  };
  const number = (most: number): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const [byte] = take(1);
      value += (byte & 0x7f) * scale;
      if (value > most) throw damaged(isWhole ? 'limit' : 'changed', value);
      if (byte < 128) return value;
    }
  };
  const text = (): string => new TextDecoder().decode(take(number(packedLimits.nameBytes)));
  const { textBytes: most } = packedLimits;
  const [modelHash, textHash] = [take(HASH_BYTES), take(HASH_BYTES)];
  const [modelName, engine] = [text(), text()];
  const textBytes = number(most);
  const lanes = number(packedLimits.lanes);
  // A piece takes at least one byte of the file.
  const count = number(content.length);
  const pieces = Array.from({ length: count }, () => {
    const coded = number(4 * most);
    return { type: coded % 2 === 1 ? ('bytes' as const) : ('ids' as const), length: Math.floor(coded / 2) };
  });
  const bytes = take(number(most));
  const code = take(number(8 * most));
  if (!isWhole || at !== content.length) throw damaged('changed');
  const sum = (type: 'ids' | 'bytes'): number =>
    pieces.reduce((all, piece) => all + (piece.type === type ? piece.length : 0), 0);
  // A token spells at least one byte, but for a space that some vocabularies put before each piece.
  if (lanes < 1 || sum('bytes') !== bytes.length || sum('ids') > textBytes + count) throw damaged('changed');
  return { modelHash, textHash, modelName, engine, textBytes, lanes, pieces, bytes, code };
}

const checkOf = (content: Uint8Array): Uint8Array =>
  createHash('sha256').update(content).digest().subarray(0, CHECK_BYTES);

/** Text of at most as many bytes as a name may have. */
function utf8(name: string): Uint8Array {
  const bytes = new Uint8Array(packedLimits.nameBytes);
  return bytes.subarray(0, new TextEncoder().encodeInto(name, bytes).written);
}

/** Seven bits a byte, the lowest first; the last byte is below 128. */
function leb128(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
