/** Texts as vectors, made by an encoder: the `Embedder` contract over BERT-class models (Reimers & Gurevych 2019). */

import { fromArray, lastingScope, offThread, withRecording } from '../tensor/index.ts';
import type { Embedder, Tokenizer } from '../types.ts';
import { encode } from './encoder.ts';
import { encoderFrame } from './encoder-frame.ts';
import type { LoadedEncoder } from './encoder-storage.ts';
import { fail } from './errors.ts';
import type { Pooling, SentenceModules } from './sentence-modules.ts';

/** Places of one pass, padding included: enough for full speed, few enough for the caches. */
const PASS_TOKENS = 2048;

/**
 * An embedder of a local encoder. Texts longer than it reads are cut at the end; vectors have `width` numbers.
 *
 * @example
 * const encoder = await loadEncoder(folder);
 * const { vectors } = await encoderEmbedder(encoder, tokenizer, await readSentenceModules(folder)).embed(['春眠不觉晓']);
 */
export function encoderEmbedder(
  encoder: LoadedEncoder,
  tokenizer: Pick<Tokenizer, 'encode' | 'specialTokens' | 'eosId'>,
  modules: Partial<SentenceModules> = {},
): Embedder {
  const { start, end } = encoderFrame(tokenizer);
  const { contextLength } = encoder.config;
  const longest = Math.min(modules.maxTokens ?? contextLength, contextLength);
  const most = Math.max(0, longest - start.length - end.length);
  return {
    async embed(texts, { signal } = {}) {
      const ids = texts.map((text) => [...start, ...tokenizer.encode(text).slice(0, most), ...end]);
      const vectors = await embedTokens(encoder, ids, { ...modules, signal });
      return { vectors, promptTokens: ids.reduce((sum, { length }) => sum + length, 0) };
    },
  };
}

/** One vector for each row of ids, at least one id in each. Rows of like length are read together, off the event loop. */
export async function embedTokens(
  { config, params }: LoadedEncoder,
  rows: readonly (readonly number[])[],
  {
    pooling = 'mean',
    normalize = true,
    signal,
  }: Partial<SentenceModules> & { readonly signal?: AbortSignal | undefined } = {},
): Promise<Float32Array[]> {
  const { vocabSize } = config;
  for (const row of rows) {
    if (row.length === 0) throw fail('model/no-ids', {});
    const strange = row.find((id) => !(Number.isInteger(id) && id >= 0 && id < vocabSize));
    if (strange !== undefined) throw fail('model/id', { id: strange, vocabSize });
  }
  const byLength = [...rows.keys()].sort((a, b) => rows[b].length - rows[a].length);
  const vectors: Float32Array[] = Array(rows.length);
  for (let from = 0; from < byLength.length; ) {
    signal?.throwIfAborted();
    const length = rows[byLength[from]].length;
    const batch = byLength.slice(from, from + Math.max(1, Math.floor(PASS_TOKENS / length)));
    const ids = new Int32Array(batch.length * length);
    batch.forEach((row, i) => {
      ids.set(rows[row], i * length);
    });
    const lengths = batch.map((row) => rows[row].length);
    const memory = lastingScope();
    try {
      const forward = () =>
        withRecording(false, () =>
          encode(params, config, fromArray<'i32'>(ids, [batch.length, length], 'i32'), { lengths }),
        );
      const { data } = await offThread(() => memory.run(forward));
      batch.forEach((row, i) => {
        const states = data.subarray(i * length * config.width, (i * length + lengths[i]) * config.width);
        const vector = pools[pooling](states as Float32Array, config.width);
        vectors[row] = normalize ? unit(vector) : vector;
      });
    } finally {
      memory.end();
    }
    from += batch.length;
  }
  return vectors;
}

/** The states of one text, row after row, as one vector. */
const pools: { readonly [P in Pooling]: (states: Float32Array, width: number) => Float32Array } = {
  cls: (states, width) => states.slice(0, width),
  mean: (states, width) => {
    const sum = new Float64Array(width);
    for (let i = 0; i < states.length; i++) sum[i % width] += states[i];
    return Float32Array.from(sum, (x) => (x * width) / states.length);
  },
  max: (states, width) => {
    const most = states.slice(0, width);
    for (let i = width; i < states.length; i++) most[i % width] = Math.max(most[i % width], states[i]);
    return most;
  },
};

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length > 0 ? vector.map((x) => x / length) : vector;
}
