/**
 * Architectures of GGUF files that our decoder is: names of tensors and metadata keys. As llama.cpp reads them (`llama-arch.cpp`,
 * `gguf/constants.py`); their meaning is that of Hugging Face's classes of the same name.
 */

import type { GgufValue } from '../io/index.ts';
import type { RotaryConfig } from '../nn/index.ts';
import { rotaryFrequency } from '../tensor/index.ts';
import { type DecoderConfig, decoderConfig } from './config.ts';
import { fail } from './errors.ts';
import { formatFor, toForeignConfig } from './foreign.ts';
import { expressible, type ForeignNames, pair } from './foreign-format.ts';
import { gemmaMetadata, gemmaOptions, isGgufGemma } from './gguf-gemma.ts';
import { limits } from './limits.ts';

export type GgufMetadata = ReadonlyMap<string, GgufValue>;

export interface GgufArchitecture {
  readonly names: ForeignNames;
  /** Queries and keys turn in pairs (2i, 2i + 1), so that their rows stand in another order than with us. */
  readonly interleaved: boolean;
}

const outerNames = [
  { foreign: 'token_embd.weight', ours: ['embedding.weight'] },
  ...pair('output_norm', 'finalNorm'),
  { foreign: 'output.weight', ours: ['head.weight'] },
];

const llamaNames: ForeignNames = {
  prefix: '',
  head: 'output.weight',
  ignored: /^rope_freqs\.weight$/,
  names: (layer, ours) => [
    ...pair(`blk.${layer}.attn_norm`, `${ours}.attentionNorm`),
    ...pair(`blk.${layer}.attn_q`, `${ours}.attention.query`),
    ...pair(`blk.${layer}.attn_k`, `${ours}.attention.key`),
    ...pair(`blk.${layer}.attn_v`, `${ours}.attention.value`),
    ...pair(`blk.${layer}.attn_q_norm`, `${ours}.attention.queryNorm`),
    ...pair(`blk.${layer}.attn_k_norm`, `${ours}.attention.keyNorm`),
    ...pair(`blk.${layer}.attn_output`, `${ours}.attention.output`),
    ...pair(`blk.${layer}.post_attention_norm`, `${ours}.attentionOutputNorm`),
    ...pair(`blk.${layer}.ffn_norm`, `${ours}.ffnNorm`),
    ...pair(`blk.${layer}.ffn_gate`, `${ours}.ffn.gate`),
    ...pair(`blk.${layer}.ffn_up`, `${ours}.ffn.up`),
    ...pair(`blk.${layer}.ffn_down`, `${ours}.ffn.down`),
    ...pair(`blk.${layer}.post_ffw_norm`, `${ours}.ffnOutputNorm`),
  ],
  outerNames,
};

/** Unlike in Hugging Face's files, matrices are [out, in]. */
const gpt2Names: ForeignNames = {
  prefix: '',
  head: 'output.weight',
  ignored: /^(?!)/,
  hasBiases: true,
  names: (layer, ours) => [
    ...pair(`blk.${layer}.attn_norm`, `${ours}.attentionNorm`),
    ...['weight', 'bias'].map((part) => ({
      foreign: `blk.${layer}.attn_qkv.${part}`,
      ours: ['query', 'key', 'value'].map((name) => `${ours}.attention.${name}.${part}`),
    })),
    ...pair(`blk.${layer}.attn_output`, `${ours}.attention.output`),
    ...pair(`blk.${layer}.ffn_norm`, `${ours}.ffnNorm`),
    ...pair(`blk.${layer}.ffn_up`, `${ours}.ffn.up`),
    ...pair(`blk.${layer}.ffn_down`, `${ours}.ffn.down`),
  ],
  outerNames: [{ foreign: 'position_embd.weight', ours: ['positions.weight'] }, ...outerNames],
};

export const ggufArchitectures = {
  gpt2: { names: gpt2Names, interleaved: false },
  llama: { names: llamaNames, interleaved: true },
  qwen2: { names: llamaNames, interleaved: false },
  qwen3: { names: llamaNames, interleaved: false },
  gemma: { names: llamaNames, interleaved: false },
  gemma2: { names: llamaNames, interleaved: false },
  gemma3: { names: llamaNames, interleaved: false },
} as const satisfies { readonly [name: string]: GgufArchitecture };

export type GgufArchitectureName = keyof typeof ggufArchitectures;

/** The architecture that says a config. @throws `model/foreign-export` for what none can say. */
export function ggufArchitectureFor(config: DecoderConfig): GgufArchitectureName {
  const { model_type: type } = toForeignConfig(formatFor(config), config);
  const name = (type === 'gemma3_text' ? 'gemma3' : type) as GgufArchitectureName;
  if (isGgufGemma(name)) {
    gemmaMetadata(name, config);
    return name;
  }
  const needs = expressible('GGUF', config, ['qkNorm']);
  const scaling = config.positions.kind === 'rotary' ? config.positions.scaling?.kind : undefined;
  needs('positions.scaling', 'none, linear or llama3', scaling !== 'yarn', scaling);
  // Another class of Hugging Face: says what keeps the config from the nearest one that is here.
  if (!Object.hasOwn(ggufArchitectures, name)) {
    toForeignConfig(config.positions.kind === 'learned' ? 'gpt2' : 'llama', config);
  }
  if (name === 'gpt2') {
    const { activation } = config;
    needs('activation', 'geluTanh or gelu', activation === 'geluTanh' || activation === 'gelu', activation);
  }
  return name;
}

/** The metadata keys of a config. */
export function toGgufMetadata(name: GgufArchitectureName, config: DecoderConfig): Map<string, GgufValue> {
  const { positions, norm } = config;
  const u32 = (value: number): GgufValue => ({ type: 'u32', value });
  const f32 = (value: number): GgufValue => ({ type: 'f32', value });
  const entries: [string, GgufValue][] = [
    ['context_length', u32(config.contextLength)],
    ['embedding_length', u32(config.width)],
    ['block_count', u32(config.layers)],
    ['feed_forward_length', u32(config.ffnSize)],
    ['attention.head_count', u32(config.heads)],
    ['attention.head_count_kv', u32(config.kvHeads)],
    [NORM_KEYS[norm.kind], f32(norm.eps)],
    ['vocab_size', u32(config.vocabSize)],
  ];
  if (positions.kind === 'rotary') {
    entries.push(
      ['attention.key_length', u32(config.headSize)],
      ['attention.value_length', u32(config.headSize)],
      ['rope.dimension_count', u32(config.headSize)],
      ['rope.freq_base', f32(positions.base ?? 10_000)],
    );
    if (positions.scaling?.kind === 'linear') {
      entries.push(
        ['rope.scaling.type', { type: 'string', value: 'linear' }],
        ['rope.scaling.factor', f32(positions.scaling.factor)],
      );
    }
  }
  if (isGgufGemma(name)) entries.push(...gemmaMetadata(name, config));
  return new Map([
    ['general.architecture', { type: 'string', value: name }],
    ...entries.map(([key, value]): [string, GgufValue] => [`${name}.${key}`, value]),
  ]);
}

const NORM_KEYS = {
  layerNorm: 'attention.layer_norm_epsilon',
  rmsNorm: 'attention.layer_norm_rms_epsilon',
} as const;

/** The architecture that a file names. @throws `model/gguf-architecture`. */
export function ggufArchitectureOf(metadata: GgufMetadata): GgufArchitectureName {
  const got = metadata.get('general.architecture')?.value;
  if (typeof got === 'string' && Object.hasOwn(ggufArchitectures, got)) return got as GgufArchitectureName;
  throw fail('model/gguf-architecture', { got, known: Object.keys(ggufArchitectures).join(', ') });
}

/** The shapes of a file's tensors by name. */
export type GgufShapes = ReadonlyMap<string, { readonly shape: readonly number[] }>;

/** Our config from metadata and from which tensors are there. `frequencies` are those of `rope_freqs.weight`. */
export function fromGgufMetadata(
  name: GgufArchitectureName,
  metadata: GgufMetadata,
  tensors: GgufShapes,
  frequencies?: ArrayLike<number>,
): DecoderConfig {
  const value = (key: string): number | undefined => {
    const found = metadata.get(`${name}.${key}`);
    if (!found) return undefined;
    if (typeof found.value === 'number') return shortest(found.value);
    throw fail('model/gguf-value', { key: `${name}.${key}`, expected: 'a number', got: found.type });
  };
  const required = (key: string, most = Number.POSITIVE_INFINITY): number => {
    const found = value(key);
    const expected = Number.isFinite(most) ? `a number up to ${most}` : 'a number';
    if (found !== undefined && found <= most) return found;
    throw fail('model/gguf-value', { key: `${name}.${key}`, expected, got: found ?? 'nothing' });
  };
  const has = (tensor: string): boolean => tensors.has(tensor);
  const embedding = tensors.get('token_embd.weight');
  if (!embedding) throw fail('model/weight-missing', { name: 'token_embd.weight', shape: [] });
  const experts = value('expert_count') ?? 0;
  if (experts) throw fail('model/gguf-value', { key: `${name}.expert_count`, expected: '0', got: experts });
  const heads = required('attention.head_count');
  const isGpt2 = name === 'gpt2';
  const contextLength = required('context_length', limits.contextLength);
  const headSize = isGpt2 ? undefined : (value('attention.key_length') ?? value('rope.dimension_count'));
  const most = Math.floor(limits.contextAngles / contextLength);
  if (headSize !== undefined && headSize > most) {
    const expected = `at most ${most} with a context of ${contextLength}`;
    throw fail('model/gguf-value', { key: `${name}.attention.key_length`, expected, got: headSize });
  }
  const width = required('embedding_length');
  const layers = required('block_count', tensors.size);
  const positions = isGpt2 ? 'learned' : rotaryOf(name, metadata, value, frequencies);
  return decoderConfig({
    vocabSize: embedding.shape[0],
    contextLength,
    width,
    layers,
    heads,
    kvHeads: value('attention.head_count_kv') ?? heads,
    ...(headSize !== undefined && { headSize }),
    ffnSize: required('feed_forward_length'),
    activation: isGpt2 ? 'geluTanh' : 'swiglu',
    norm: isGpt2
      ? { kind: 'layerNorm', bias: true, eps: required(NORM_KEYS.layerNorm) }
      : { kind: 'rmsNorm', bias: false, eps: required(NORM_KEYS.rmsNorm) },
    positions,
    bias: isGpt2 || {
      queryKeyValue: has('blk.0.attn_q.bias'),
      attentionOutput: has('blk.0.attn_output.bias'),
      ffn: has('blk.0.ffn_up.bias'),
    },
    qkNorm: has('blk.0.attn_q_norm.weight'),
    window: value('attention.sliding_window') ?? 0,
    tiedHead: !has('output.weight'),
    ...(isGgufGemma(name) &&
      positions !== 'learned' &&
      gemmaOptions(name, value, positions, { width, layers, heads, headSize: headSize ?? width / heads })),
  });
}

function rotaryOf(
  name: string,
  metadata: GgufMetadata,
  value: (key: string) => number | undefined,
  frequencies: ArrayLike<number> | undefined,
): RotaryConfig {
  const base = value('rope.freq_base') ?? 10_000;
  const key = `${name}.rope.scaling.type`;
  const type = metadata.get(key)?.value ?? 'none';
  if (type !== 'none' && type !== 'linear') {
    throw fail('model/gguf-value', { key, expected: 'none or linear', got: type });
  }
  if (type === 'linear') {
    return { kind: 'rotary', base, scaling: { kind: 'linear', factor: value('rope.scaling.factor') ?? 1 } };
  }
  if (!frequencies) return { kind: 'rotary', base };
  const scaling = llama3Scaling(Math.max(...Array.from(frequencies)));
  const expected = rotaryFactors(base, 2 * frequencies.length, scaling);
  if (expected.every((factor, i) => Math.abs(factor / frequencies[i] - 1) < 1e-3)) {
    return { kind: 'rotary', base, scaling };
  }
  const words = "the factors of Llama 3's scaling from 8192 tokens";
  throw fail('model/gguf-value', { key: 'rope_freqs.weight', expected: words, got: 'others' });
}

type Llama3Scaling = Extract<NonNullable<RotaryConfig['scaling']>, { kind: 'llama3' }>;

/** Files keep its effect alone; all published models were trained on 8,192 tokens first. */
const llama3Scaling = (factor: number): Llama3Scaling => ({
  kind: 'llama3',
  factor: shortest(factor),
  lowFrequency: 1,
  highFrequency: 4,
  originalContext: 8192,
});

/** What the angle of each pair of `size` features is divided by. */
export const rotaryFactors = (base: number, size: number, scaling: Llama3Scaling): Float32Array =>
  Float32Array.from(
    { length: size / 2 },
    (_, i) => rotaryFrequency(i, size, base) / rotaryFrequency(i, size, base, scaling),
  );

/** The number that was meant by an f32: 1e-6, not 9.99999997e-7. */
const shortest = (value: number): number => Number(value.toPrecision(7));
