/** Models as GGUF files, which llama.cpp and what stands on it run. */

import {
  dequantize,
  type GgufFile,
  type GgufTensor,
  type GgufValue,
  ggufTypes,
  openGguf,
  type QuantizableType,
  quantize,
  writeGguf,
} from '../io/index.ts';
import { defineMessages } from '../language.ts';
import { log } from '../log.ts';
import { fromArray, outsideScopes, type Tensor, withRecording } from '../tensor/index.ts';
import type { DecoderConfig } from './config.ts';
import type { DecoderParams } from './decoder.ts';
import { fromNames, toNames } from './foreign.ts';
import {
  fromGgufMetadata,
  type GgufArchitectureName,
  type GgufMetadata,
  ggufArchitectureFor,
  ggufArchitectureOf,
  ggufArchitectures,
  rotaryFactors,
  toGgufMetadata,
} from './gguf-architectures.ts';
import type { LoadedDecoder } from './storage.ts';

export type { GgufMetadata } from './gguf-architectures.ts';

const say = defineMessages({
  gelu: {
    en: () =>
      "GGUF export: this format has GPT-2's tanh form of GELU only; outputs of the model's `gelu` (by erf) differ by at most 0.0005 from it",
    zh: () =>
      '导出 GGUF：该格式只有 GPT-2 的 tanh 形式的 GELU；模型所用的 `gelu`（erf 形式）与之相差至多 0.0005',
  },
  wider: {
    en: (d: { count: number; type: string; elements: number }) =>
      `GGUF export: ${d.count} matrices stay F16, because their rows are no multiples of ${d.elements}, which ${d.type} needs`,
    zh: (d) => `导出 GGUF：${d.count} 个矩阵保持 F16，因为其行长不是 ${d.type} 所需的 ${d.elements} 的倍数`,
  },
});

/** A model in a GGUF file: what its header says, and its weights when they are wanted. */
export interface GgufModel {
  readonly config: DecoderConfig;
  readonly metadata: GgufMetadata;
  /** Reads every tensor; blocks of few bits become f32. Every name and shape is checked. */
  params(): Promise<DecoderParams>;
}

/** Opens a model of the GPT-2, LLaMA or Gemma class in a GGUF file. Errors: `gguf/…`, `model/…`. */
export async function openGgufModel(path: string): Promise<GgufModel> {
  const file = await openGguf(path);
  try {
    const { metadata, tensors } = file;
    const name = ggufArchitectureOf(metadata);
    const frequencies = tensors.has(FREQUENCIES) ? await numbersOf(file, FREQUENCIES) : undefined;
    const config = fromGgufMetadata(name, metadata, tensors, frequencies);
    return { config, metadata, params: () => readParams(path, name, config) };
  } finally {
    await file.close();
  }
}

const numbersOf = async (file: GgufFile, tensor: string): Promise<Float32Array<ArrayBuffer>> =>
  dequantize(file.tensors.get(tensor)!.type, await file.read(tensor));

async function readParams(
  path: string,
  name: GgufArchitectureName,
  config: DecoderConfig,
): Promise<DecoderParams> {
  const { names, interleaved } = ggufArchitectures[name];
  const file = await openGguf(path);
  try {
    const tensors = new Map<string, Tensor>();
    for (const [tensor, { shape }] of file.tensors) {
      const data = await numbersOf(file, tensor);
      const isTurned = interleaved && TURNING.test(tensor);
      const ours = isTurned ? turnRows(data, shape, config.headSize, 'apart') : data;
      const make = () => outsideScopes(() => fromArray<'f32'>(ours, shape, 'f32'));
      tensors.set(tensor, withRecording(false, make));
    }
    return fromNames(names, config, tensors);
  } finally {
    await file.close();
  }
}

export interface SaveGgufOptions {
  /** How matrices are written. Vectors and the table of positions stay F32. Default F32. */
  readonly type?: QuantizableType;
  /** Further keys: a name, the tokenizer. */
  readonly metadata?: GgufMetadata;
}

/** Writes a model as one GGUF file, tensor by tensor. @throws `model/foreign-export` for what the format cannot say. */
export async function saveGguf(
  path: string,
  { config, params }: LoadedDecoder,
  { type = 'F32', metadata = new Map() }: SaveGgufOptions = {},
): Promise<void> {
  const name = ggufArchitectureFor(config);
  const { names, interleaved } = ggufArchitectures[name];
  if (name === 'gpt2' && config.activation === 'gelu') {
    log({ level: 'warning', code: 'model/gguf-gelu', message: say('gelu', {}) });
  }
  const tensors = new Map<string, GgufTensor>();
  let wider = 0;
  for (const [tensor, { shape, data }] of toNames(names, config, params)) {
    const isMatrix = shape.length > 1 && tensor !== 'position_embd.weight';
    const fits = shape.at(-1)! % ggufTypes[type].elements === 0;
    if (isMatrix && !fits) wider++;
    const own = isMatrix ? (fits ? type : 'F16') : 'F32';
    const { headSize } = config;
    const theirs = () =>
      interleaved && TURNING.test(tensor)
        ? turnRows(data as Float32Array, shape, headSize, 'together')
        : (data as Float32Array);
    tensors.set(tensor, { type: own, shape, bytes: () => quantize(own, theirs()) });
  }
  if (wider) {
    const { elements } = ggufTypes[type];
    log({
      level: 'warning',
      code: 'model/gguf-wider',
      message: say('wider', { count: wider, type, elements }),
    });
  }
  const factors = frequenciesOf(config);
  if (factors) {
    tensors.set(FREQUENCIES, { type: 'F32', shape: [factors.length], bytes: () => quantize('F32', factors) });
  }
  const fileType: GgufValue = { type: 'u32', value: FILE_TYPES[type] };
  await writeGguf(path, {
    metadata: new Map([
      ...toGgufMetadata(name, config),
      ['general.file_type', fileType],
      ...(type.startsWith('Q') ? [['general.quantization_version', { type: 'u32', value: 2 }] as const] : []),
      ...metadata,
    ]),
    tensors,
  });
}

const FREQUENCIES = 'rope_freqs.weight';

/** What most of a file is, as llama.cpp counts (`llama_ftype`). */
const FILE_TYPES: { readonly [T in QuantizableType]: number } = {
  F32: 0,
  F16: 1,
  Q4_0: 2,
  Q8_0: 7,
  BF16: 32,
};

function frequenciesOf({ positions, headSize }: DecoderConfig): Float32Array | undefined {
  if (positions.kind !== 'rotary' || positions.scaling?.kind !== 'llama3') return undefined;
  return rotaryFactors(positions.base ?? 10_000, headSize, positions.scaling);
}

const TURNING = /\.attn_[qk]\.(weight|bias)$/;

/** Moves the two rows of every rotary pair `together` (2i, 2i + 1) or `apart` (i, i + half), head by head. */
function turnRows(
  data: Float32Array,
  shape: readonly number[],
  headSize: number,
  to: 'together' | 'apart',
): Float32Array<ArrayBuffer> {
  const width = data.length / shape[0];
  const half = headSize / 2;
  const result = new Float32Array(data.length);
  for (let row = 0; row < shape[0]; row++) {
    const head = Math.floor(row / headSize) * headSize;
    const i = row - head;
    const paired = head + (i < half ? 2 * i : 2 * (i - half) + 1);
    const [from, at] = to === 'together' ? [row, paired] : [paired, row];
    result.set(data.subarray(from * width, (from + 1) * width), at * width);
  }
  return result;
}
