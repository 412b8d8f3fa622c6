/** Protocol buffers, written: fields by number, lengths before contents (https://protobuf.dev/programming-guides/encoding/). */

/** Encoded fields: pieces in order, which are never copied together. */
export type ProtobufPieces = readonly Uint8Array[];

const utf8 = new TextEncoder();
const VARINT = 0;
const LENGTH = 2;
const FLOAT = 5;

/** 7 bits a byte, lowest first; negative numbers as 64-bit two's complement. */
function varint(value: number): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

const tag = (field: number, kind: number): number[] => varint(field * 8 + kind);
const total = (pieces: ProtobufPieces): number => pieces.reduce((sum, { length }) => sum + length, 0);

/** A whole number. */
export const integerField = (field: number, value: number): ProtobufPieces => [
  Uint8Array.from([...tag(field, VARINT), ...varint(value)]),
];

/** An f32. */
export function floatField(field: number, value: number): ProtobufPieces {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return [Uint8Array.from([...tag(field, FLOAT), ...bytes])];
}

/** Bytes, or a message of fields. */
export const messageField = (field: number, content: ProtobufPieces): ProtobufPieces => [
  Uint8Array.from([...tag(field, LENGTH), ...varint(total(content))]),
  ...content,
];

export const textField = (field: number, value: string): ProtobufPieces =>
  messageField(field, [utf8.encode(value)]);

/** Whole numbers in a row, packed. */
export const integersField = (field: number, values: readonly number[]): ProtobufPieces =>
  messageField(field, [Uint8Array.from(values.flatMap(varint))]);
