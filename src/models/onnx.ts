/** Our decoder as an ONNX graph (opset 17): the forward pass of `decoder.ts` in ONNX's operators. */

import { type OnnxGraph, type OnnxValue, writeOnnx } from '../io/index.ts';
import {
  type FfnActivation,
  type GatedActivation,
  isGated,
  type PositionConfig,
  sinusoids,
} from '../nn/index.ts';
import { alibiSlopes, fromArray, rotaryTables, type Tensor } from '../tensor/index.ts';
import type { DecoderConfig } from './config.ts';
import { expressible } from './foreign-format.ts';
import { type OnnxBuilder, onnxBuilder, type Value } from './onnx-builder.ts';
import { planOf } from './plan.ts';
import type { LoadedDecoder } from './storage.ts';
import { type NamedTensors, namedTensors } from './weights.ts';

export interface OnnxOptions {
  /**
   * Keys and values go in and out, so that each step reads only what is new: `past_key_values.LAYER.key` and `.value`
   * [batch, kvHeads, past, headSize] (past may be 0), `present.LAYER.…` with the new ones behind. Default false.
   */
  readonly cache?: boolean;
  /** Matrices are stored as f16; the arithmetic stays f32. Default false. */
  readonly halves?: boolean;
}

/** Writes a model as ONNX: `input_ids` i64 [batch, sequence] → `logits` f32 [batch, sequence, vocab]. Returns bytes of weights. */
export async function saveOnnx(
  path: string,
  model: LoadedDecoder,
  options: OnnxOptions = {},
): Promise<number> {
  return writeOnnx(path, onnxGraph(model, options));
}

const OPSET = 17;

/** The graph of a model. */
export function onnxGraph({ config, params }: LoadedDecoder, options: OnnxOptions = {}): OnnxGraph {
  const { cache = false, halves = false } = options;
  checkSayable(config);
  const { layers, kvHeads, headSize, vocabSize } = config;
  const b = onnxBuilder({ halves });
  const weights = namedTensors(params);
  const pass = passOf(b, config, weights, cache);
  let x = pass.embedded;
  for (let layer = 0; layer < layers; layer++) x = block(pass, x, layer);
  x = norm(pass, x, 'finalNorm');
  const head = weights.get('head.weight');
  const matrix = head
    ? b.weight('head.weight', head, { transposed: true })
    : b.run('Transpose', [pass.embedding], { perm: { integers: [1, 0] } });
  const { logitSoftcap: cap } = config;
  const logits = b.run('MatMul', [x, matrix], undefined, cap ? undefined : 'logits');
  if (cap) {
    const squeezed = b.run('Tanh', [b.run('Div', [logits, b.float(cap)])]);
    b.run('Mul', [squeezed, b.float(cap)], undefined, 'logits');
  }
  const memory = (kind: string, length: string): OnnxValue[] =>
    Array.from({ length: cache ? layers : 0 }, (_, layer) =>
      ['key', 'value'].map((part) => ({
        name: `${kind}.${layer}.${part}`,
        type: 'f32' as const,
        shape: ['batch', kvHeads, length, headSize],
      })),
    ).flat();
  return {
    name: 'decoder',
    opset: OPSET,
    nodes: b.nodes,
    tensors: b.tensors,
    inputs: [
      { name: 'input_ids', type: 'i64', shape: ['batch', 'sequence'] },
      ...memory('past_key_values', 'past'),
    ],
    outputs: [
      { name: 'logits', type: 'f32', shape: ['batch', 'sequence', vocabSize] },
      ...memory('present', 'total'),
    ],
    metadata: { context_length: `${config.contextLength}` },
  };
}

/** Blocks of other kinds, layers that differ, and scores that are capped or have a learnt bias are not written. */
function checkSayable(config: DecoderConfig): void {
  const said = ['logitSoftcap', 'embeddingScale', 'qkNorm', 'window', 'attentionScale'] as const;
  const needs = expressible('ONNX', config, said);
  needs('positions', 'other than t5', config.positions.kind !== 't5', config.positions.kind);
}

/** What every block of one graph needs. */
interface Pass {
  readonly b: OnnxBuilder;
  readonly config: DecoderConfig;
  readonly weights: NamedTensors;
  readonly cache: boolean;
  readonly embedding: Value;
  readonly embedded: Value;
  /** Added to scores [..., queries, keys]: −∞ (the least f32) where a key is not seen, and the penalty of ALiBi. */
  readonly bias: Value;
  readonly rotate: (x: Value) => Value;
}

function passOf(b: OnnxBuilder, config: DecoderConfig, weights: NamedTensors, cache: boolean): Pass {
  const sizeOf = (value: Value, axis: number): Value =>
    b.run('Gather', [b.run('Shape', [value]), b.scalar(axis)]);
  const past = cache ? sizeOf('past_key_values.0.key', 2) : b.scalar(0);
  const end = b.run('Add', [past, sizeOf('input_ids', 1)]);
  const positions = b.run('Range', [past, end, b.scalar(1)]);
  const embedding = b.weight('embedding.weight', weights.get('embedding.weight')!);
  let embedded = b.run('Gather', [embedding, 'input_ids']);
  if (config.embeddingScale !== 1) embedded = b.run('Mul', [embedded, b.float(config.embeddingScale)]);
  const table = tableOf(config, weights);
  if (table)
    embedded = b.run('Add', [embedded, b.run('Gather', [b.weight('positions.weight', table), positions])]);
  const keys = b.run('Range', [b.scalar(0), end, b.scalar(1)]);
  return {
    ...{ b, config, weights, cache, embedding, embedded },
    bias: biasOf(b, config, positions, keys),
    rotate: rotationOf(b, config.positions, config, positions),
  };
}

/** The vectors added to embeddings by place, if there are any. */
function tableOf(
  { positions, contextLength, width }: DecoderConfig,
  weights: NamedTensors,
): Tensor | undefined {
  return positions.kind === 'sinusoidal' ? sinusoids(contextLength, width) : weights.get('positions.weight');
}

const LEAST = -3.4028234663852886e38;

function biasOf(b: OnnxBuilder, config: DecoderConfig, positions: Value, keys: Value): Value {
  const { window, heads, kvHeads } = config;
  const queries = b.run('Unsqueeze', [positions, b.integers(1)]);
  const ahead = b.run('Sub', [keys, queries]);
  let seen = b.run('LessOrEqual', [ahead, b.scalar(0)]);
  if (window) seen = b.run('And', [seen, b.run('Greater', [ahead, b.scalar(-window)])]);
  const hidden = b.run('Where', [seen, b.float(0), b.float(LEAST)]);
  if (config.positions.kind !== 'alibi') return hidden;
  const slopes = fromArray<'f32'>(alibiSlopes(heads), [kvHeads, heads / kvHeads, 1, 1], 'f32');
  const distance = b.run('Cast', [ahead], { to: { integer: 1 } });
  return b.run('Add', [b.run('Mul', [distance, constantOf(b, 'alibi', slopes)]), hidden]);
}

/** A constant that is no matrix of weights: it keeps its precision. */
function constantOf(b: OnnxBuilder, name: string, { shape, data }: Tensor): Value {
  const flat = b.weight(name, fromArray<'f32'>(data as Float32Array, [data.length], 'f32'));
  return b.run('Reshape', [flat, b.integers(...shape)]);
}

/** Turns [batch, heads, tokens, headSize] to the places of its tokens; nothing for other schemes. */
function rotationOf(
  b: OnnxBuilder,
  scheme: PositionConfig,
  { contextLength, headSize }: DecoderConfig,
  positions: Value,
): (x: Value) => Value {
  if (scheme.kind !== 'rotary') return (x) => x;
  const { base, scaling, interleaved = false, fraction = 1 } = scheme;
  const size = Math.round(headSize * fraction);
  const tables = rotaryTables(contextLength, size, {
    ...(base !== undefined && { base }),
    ...(scaling && { scaling }),
  });
  const [cos, sin] = (['cos', 'sin'] as const).map((name) =>
    b.run('Gather', [constantOf(b, name, tables[name]), positions]),
  );
  const half = size / 2;
  const times = (x: Value, y: Value): Value => b.run('Mul', [x, y]);
  const turned = (first: Value, second: Value): Value[] => [
    b.run('Sub', [times(first, cos), times(second, sin)]),
    b.run('Add', [times(second, cos), times(first, sin)]),
  ];
  const last = { axis: { integer: -1 } };
  const turnAll = (x: Value): Value => {
    if (!interleaved) {
      const [first, second] = b.split(x, [half, half], -1);
      return b.run('Concat', turned(first, second), last);
    }
    const pairs = b.run('Reshape', [x, b.integers(0, 0, 0, half, 2)]);
    const [first, second] = b
      .split(pairs, [1, 1], -1)
      .map((part) => b.run('Squeeze', [part, b.integers(-1)]));
    const again = turned(first, second).map((part) => b.run('Unsqueeze', [part, b.integers(-1)]));
    return b.run('Reshape', [b.run('Concat', again, last), b.integers(0, 0, 0, size)]);
  };
  if (size === headSize) return turnAll;
  return (x) => {
    const [turning, rest] = b.split(x, [size, headSize - size], -1);
    return b.run('Concat', [turnAll(turning), rest], last);
  };
}

/** x + attention(norm x), then + ffn(norm x). */
function block(pass: Pass, x: Value, layer: number): Value {
  const { b } = pass;
  const path = `blocks.${layer}`;
  const middle = b.run('Add', [x, attend(pass, norm(pass, x, `${path}.attentionNorm`), layer)]);
  return b.run('Add', [middle, feed(pass, norm(pass, middle, `${path}.ffnNorm`), `${path}.ffn`)]);
}

/** Normalises the last axis with the weights at a path; `kind` where it is not the model's. */
function norm({ b, config, weights }: Pass, x: Value, path: string, kind = config.norm.kind): Value {
  const { eps } = config.norm;
  const scale = b.weight(`${path}.weight`, weights.get(`${path}.weight`)!);
  const bias = weights.get(`${path}.bias`);
  if (kind === 'layerNorm') {
    const inputs = [x, scale, ...(bias ? [b.weight(`${path}.bias`, bias)] : [])];
    return b.run('LayerNormalization', inputs, { axis: { integer: -1 }, epsilon: { float: eps } });
  }
  const squares = b.run('ReduceMean', [b.run('Mul', [x, x])], {
    axes: { integers: [-1] },
    keepdims: { integer: 1 },
  });
  const size = b.run('Sqrt', [b.run('Add', [squares, b.float(eps)])]);
  return b.run('Mul', [b.run('Div', [x, size]), scale]);
}

function linear({ b, weights }: Pass, x: Value, path: string): Value {
  const matrix = b.weight(`${path}.weight`, weights.get(`${path}.weight`)!, { transposed: true });
  const product = b.run('MatMul', [x, matrix]);
  const bias = weights.get(`${path}.bias`);
  return bias ? b.run('Add', [product, b.weight(`${path}.bias`, bias)]) : product;
}

/** Heads that share keys stand in an axis of their own: scores are [batch, kvHeads, group, queries, keys]. */
function attend(pass: Pass, x: Value, layer: number): Value {
  const { b, config, cache, rotate, bias } = pass;
  const { heads, kvHeads, headSize, qkNorm } = config;
  const path = `blocks.${layer}.attention`;
  const swap = { perm: { integers: [0, 2, 1, 3] } };
  const inHeads = (part: string, count: number, normed?: string): Value => {
    let y = b.run('Reshape', [linear(pass, x, `${path}.${part}`), b.integers(0, 0, count, headSize)]);
    if (normed && qkNorm) y = norm(pass, y, `${path}.${normed}`, 'rmsNorm');
    return b.run('Transpose', [y], swap);
  };
  const q = rotate(inHeads('query', heads, 'queryNorm'));
  const remembered = (part: 'key' | 'value', y: Value): Value => {
    if (!cache) return y;
    const both = [`past_key_values.${layer}.${part}`, y];
    return b.run('Concat', both, { axis: { integer: 2 } }, `present.${layer}.${part}`);
  };
  const k = remembered('key', rotate(inHeads('key', kvHeads, 'keyNorm')));
  const v = remembered('value', inHeads('value', kvHeads));
  const grouped = b.run('Reshape', [q, b.integers(0, kvHeads, heads / kvHeads, -1, headSize)]);
  const alone = (y: Value): Value => b.run('Unsqueeze', [y, b.integers(2)]);
  const turned = b.run('Transpose', [alone(k)], { perm: { integers: [0, 1, 2, 4, 3] } });
  const scaled = b.run('Mul', [grouped, b.float(planOf(config).scale)]);
  const scores = b.run('Add', [b.run('MatMul', [scaled, turned]), bias]);
  const mixed = b.run('MatMul', [b.run('Softmax', [scores], { axis: { integer: -1 } }), alone(v)]);
  const apart = b.run('Reshape', [mixed, b.integers(0, heads, -1, headSize)]);
  const joined = b.run('Reshape', [b.run('Transpose', [apart], swap), b.integers(0, 0, heads * headSize)]);
  return linear(pass, joined, `${path}.output`);
}

function feed(pass: Pass, x: Value, path: string): Value {
  const { b, config } = pass;
  const { activation } = config;
  const up = linear(pass, x, `${path}.up`);
  const inner = isGated(activation)
    ? b.run('Mul', [gates[activation](b, linear(pass, x, `${path}.gate`)), up])
    : activations[activation](b, up);
  return linear(pass, inner, `${path}.down`);
}

type Activate = (b: OnnxBuilder, x: Value) => Value;

/** x·(1 + y)/2. */
const halfWay: (b: OnnxBuilder, x: Value, y: Value) => Value = (b, x, y) =>
  b.run('Mul', [b.run('Mul', [x, b.float(0.5)]), b.run('Add', [y, b.float(1)])]);

const activations: { readonly [K in Exclude<FfnActivation, GatedActivation>]: Activate } = {
  relu: (b, x) => b.run('Relu', [x]),
  silu: (b, x) => b.run('Mul', [x, b.run('Sigmoid', [x])]),
  gelu: (b, x) => halfWay(b, x, b.run('Erf', [b.run('Mul', [x, b.float(Math.SQRT1_2)])])),
  /** tanh(√(2/π)·(x + 0.044715·x³)). */
  geluTanh(b, x) {
    const cube = b.run('Mul', [b.run('Mul', [x, x]), x]);
    const inner = b.run('Add', [x, b.run('Mul', [cube, b.float(0.044715)])]);
    return halfWay(b, x, b.run('Tanh', [b.run('Mul', [inner, b.float(Math.sqrt(2 / Math.PI))])]));
  },
};

/** What opens the way for `up`. */
const gates: { readonly [K in GatedActivation]: Activate } = {
  swiglu: activations.silu,
  geglu: activations.geluTanh,
};
