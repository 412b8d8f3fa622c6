/** ONNX files (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3): a graph of operators with its weights, written. */

import { basename } from 'node:path';
import { type ByteSink, writeContent, writeFileAtomic } from './atomic.ts';
import {
  floatField,
  integerField,
  integersField,
  messageField,
  type ProtobufPieces,
  textField,
} from './protobuf.ts';

/** Element types, by their number in a file. */
const onnxTypes = { f32: 1, i64: 7, f16: 10 } as const;

export type OnnxType = keyof typeof onnxTypes;

/** What an operator is told beside its inputs: text, whole numbers (one or a list), or a number with a fraction. */
export type OnnxAttribute =
  | { readonly text: string }
  | { readonly integer: number }
  | { readonly integers: readonly number[] }
  | { readonly float: number };

export interface OnnxNode {
  readonly operator: string;
  /** Names of values; an empty name leaves an optional input out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: { readonly [name: string]: OnnxAttribute };
}

/** A value that goes in or comes out; axes are sizes or names. */
export interface OnnxValue {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly (number | string)[];
}

/** A constant: elements in row-major order; f16 as bit patterns. */
export interface OnnxTensor {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint16Array | BigInt64Array;
}

export interface OnnxGraph {
  readonly name: string;
  readonly opset: number;
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Told to readers as it is. */
  readonly metadata?: { readonly [key: string]: string };
}

/** The format of the file itself; what goes with opset 17. */
const IR_VERSION = 8;
/** A protocol buffer holds less than 2 GiB; the rest of a file is small. */
const INLINE_BYTES = 2_000_000_000;
/** Tensors smaller than this stay in the file in any case: readers want to see shapes. */
const SMALL_BYTES = 1024;

/**
 * Writes a graph atomically. When its constants have more than `inlineBytes` (default 2·10⁹, about what the format holds), the
 * large ones go into `PATH.data` beside it, which is written first. Returns the bytes of all constants.
 */
export async function writeOnnx(
  path: string,
  graph: OnnxGraph,
  { inlineBytes = INLINE_BYTES }: { readonly inlineBytes?: number } = {},
): Promise<number> {
  const bytes = graph.tensors.reduce((sum, { data }) => sum + data.byteLength, 0);
  const outside =
    bytes > inlineBytes ? graph.tensors.filter(({ data }) => data.byteLength >= SMALL_BYTES) : [];
  const places = new Map<OnnxTensor, Place>();
  if (outside.length) {
    const file = basename(`${path}.data`);
    let at = 0;
    for (const tensor of outside) {
      places.set(tensor, { file, at });
      at += tensor.data.byteLength;
    }
    await writeFileAtomic(`${path}.data`, (sink) => writePieces(sink, outside.map(bytesOf)));
  }
  await writeFileAtomic(path, (sink) => writePieces(sink, modelPieces(graph, places)));
  return bytes;
}

interface Place {
  readonly file: string;
  readonly at: number;
}

async function writePieces(sink: ByteSink, pieces: ProtobufPieces): Promise<void> {
  for (const piece of pieces) await writeContent(piece, sink);
}

const bytesOf = ({ data }: OnnxTensor): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

function modelPieces(graph: OnnxGraph, places: ReadonlyMap<OnnxTensor, Place>): ProtobufPieces {
  const content = [
    ...graph.nodes.flatMap((node, i) => messageField(1, nodePieces(node, i))),
    ...textField(2, graph.name),
    ...graph.tensors.flatMap((tensor) => messageField(5, tensorPieces(tensor, places.get(tensor)))),
    ...graph.inputs.flatMap((value) => messageField(11, valuePieces(value))),
    ...graph.outputs.flatMap((value) => messageField(12, valuePieces(value))),
  ];
  return [
    ...integerField(1, IR_VERSION),
    ...textField(2, 'inkstone'),
    ...messageField(7, content),
    ...messageField(8, [...textField(1, ''), ...integerField(2, graph.opset)]),
    ...Object.entries(graph.metadata ?? {}).flatMap((entry) => messageField(14, entryPieces(entry))),
  ];
}

const entryPieces = ([key, value]: readonly [string, string]): ProtobufPieces => [
  ...textField(1, key),
  ...textField(2, value),
];

const nodePieces = ({ operator, inputs, outputs, attributes = {} }: OnnxNode, i: number): ProtobufPieces => [
  ...inputs.flatMap((name) => textField(1, name)),
  ...outputs.flatMap((name) => textField(2, name)),
  ...textField(3, `${operator}_${i}`),
  ...textField(4, operator),
  ...Object.entries(attributes).flatMap(([name, value]) =>
    messageField(5, [...textField(1, name), ...attributePieces(value)]),
  ),
];

/** The value in the field of its type, and which type it is. */
function attributePieces(value: OnnxAttribute): ProtobufPieces {
  if ('float' in value) return [...floatField(2, value.float), ...integerField(20, 1)];
  if ('integer' in value) return [...integerField(3, value.integer), ...integerField(20, 2)];
  if ('text' in value) return [...textField(4, value.text), ...integerField(20, 3)];
  return [...integersField(8, value.integers), ...integerField(20, 7)];
}

function tensorPieces(tensor: OnnxTensor, place: Place | undefined): ProtobufPieces {
  const { name, type, shape, data } = tensor;
  const head = [...integersField(1, shape), ...integerField(2, onnxTypes[type]), ...textField(8, name)];
  if (!place) return [...head, ...messageField(9, [bytesOf(tensor)])];
  const entries = { location: place.file, offset: `${place.at}`, length: `${data.byteLength}` };
  return [
    ...head,
    ...Object.entries(entries).flatMap((entry) => messageField(13, entryPieces(entry))),
    ...integerField(14, 1),
  ];
}

const valuePieces = ({ name, type, shape }: OnnxValue): ProtobufPieces => {
  const axes = shape.flatMap((axis) =>
    messageField(1, typeof axis === 'number' ? integerField(1, axis) : textField(2, axis)),
  );
  const tensor = [...integerField(1, onnxTypes[type]), ...messageField(2, axes)];
  return [...textField(1, name), ...messageField(2, messageField(1, tensor))];
};
