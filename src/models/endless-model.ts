/** A decoder that reads and writes without end in bounded memory: attention sinks and a sliding window (Xiao et al. 2024, arXiv 2309.17453). */

import { type Attend, type KvType, maskBias, type Positions, plainAttention } from '../nn/index.ts';
import {
  arange,
  attention,
  cast,
  concat,
  embedding,
  fromArray,
  rowsView,
  type Tensor,
  withShape,
} from '../tensor/index.ts';
import type { LanguageModel, StepRequest, StepResult, StepWants } from '../types.ts';
import { bySight } from './attend.ts';
import type { DecoderConfig } from './config.ts';
import { type DecoderParams, finish, logitsOf, runBlocks } from './decoder.ts';
import { fail } from './errors.ts';
import { type ActivationType, keptForReading, pastFor, type WeightType } from './kept-weights.ts';
import { planOf } from './plan.ts';
import {
  checkBatch,
  checkReading,
  computeIn,
  rowsOf,
  type SizedSequence,
  sequencesOver,
} from './sequences.ts';
import { type SinkPast, type SinkWindow, sinkPast } from './sink-past.ts';

export interface EndlessModelOptions extends SinkWindow {
  /** How matrices are kept. Default `f32`. */
  readonly weights?: WeightType;
  /** What weights in blocks multiply. Default `float`. */
  readonly activations?: ActivationType;
  /** How keys and values are kept. Default: bf16 as `weights` are. */
  readonly past?: KvType;
}

export interface EndlessLanguageModel extends LanguageModel {
  readonly config: DecoderConfig;
  /** Size of the hidden rows. */
  readonly hiddenSize: number;
  open(adapter?: string): SizedSequence;
}

/**
 * A model without a longest text: each token sees the first `sinks` tokens of the text and the last `window`, itself included,
 * at the places that they have in this memory, so that none is farther than the model knows. Together they may be at most the
 * model's context. What is read beyond them is read token by token, as it is written. A `rewind` does not bring back what has
 * slid out of the window. Positions must be relative (rotary, ALiBi, T5) or none.
 */
export function createEndlessModel(
  params: DecoderParams,
  config: DecoderConfig,
  options: EndlessModelOptions,
): EndlessLanguageModel {
  const { sinks, window, weights: kept = 'f32', activations, past: dtype = pastFor(kept) } = options;
  checkWindow({ sinks, window }, config);
  const { weights, precision } = keptForReading(params, kept, activations);
  const compute = computeIn(precision);
  const { vocabSize, width: hiddenSize, layers, kvHeads, headSize } = config;
  const contextLength = Number.POSITIVE_INFINITY;
  const { of: live, open: openSequence } = sequencesOver<SinkPast>();

  const checkRequest = ({ sequence, ids }: StepRequest): Reading => {
    const past = live(sequence);
    checkReading(ids, past.length, { contextLength, vocabSize });
    return { past, ids: Array.from(ids), rows: { logits: [], hidden: [] } };
  };

  return {
    config,
    vocabSize,
    contextLength,
    hiddenSize,
    open(adapter?: string) {
      if (adapter !== undefined) throw fail('model/adapter', { adapter, known: [] });
      return openSequence(sinkPast({ sinks, window, layers, kvHeads, headSize, dtype }));
    },
    step(batch, wants = {}) {
      checkBatch(batch);
      const readings = batch.map(checkRequest);
      let left = readings.map((reading): Part => ({ reading, from: 0, count: 0 }));
      while (left.length > 0) {
        const parts = left.map(({ reading, from, count }): Part => {
          const start = from + count;
          return { reading, from: start, count: Math.min(reading.past.room, reading.ids.length - start) };
        });
        compute(() => readParts(weights, config, parts, wants));
        left = parts.filter(({ reading, from, count }) => from + count < reading.ids.length);
      }
      const { hidden: wantsHidden } = wants;
      return readings.map(
        ({ rows: { logits, hidden } }): StepResult => ({ logits, ...(wantsHidden && { hidden }) }),
      );
    },
  };
}

function checkWindow({ sinks, window }: SinkWindow, config: DecoderConfig): void {
  const {
    contextLength,
    positions: { kind },
  } = config;
  const isWhole = Number.isSafeInteger(sinks) && Number.isSafeInteger(window);
  if (!isWhole || sinks < 0 || window < 1 || sinks + window > contextLength) {
    throw fail('model/sinks', { sinks, window, contextLength });
  }
  if (config.crossAttention) throw fail('model/no-source', {});
  const [form] = Object.entries({
    linear: config.linearAttention,
    prefix: config.prefix,
    block: config.attentionBlock,
    strided: config.attentionStride,
  }).find(([, value]) => value) ?? [undefined];
  if (form) throw fail('model/sinks-attention', { form });
  if (kind === 'learned' || kind === 'sinusoidal') throw fail('model/sinks-positions', { kind });
}

/** One checked request, and the rows that were wanted of it so far. */
interface Reading {
  readonly past: SinkPast;
  readonly ids: readonly number[];
  readonly rows: { readonly logits: Float32Array[]; readonly hidden: Float32Array[] };
}

/** What of a request is read in one pass: no token of it pushes out one that another of it sees. */
interface Part {
  readonly reading: Reading;
  readonly from: number;
  readonly count: number;
}

function readParts(
  params: DecoderParams,
  config: DecoderConfig,
  parts: readonly Part[],
  { logits: wanted = 'last', hidden: wantsHidden = false }: StepWants,
): void {
  for (const { reading, count } of parts) reading.past.grow(count);
  const all = parts.flatMap(({ reading: { ids }, from, count }) => ids.slice(from, from + count));
  const ids = indices(Int32Array.from(all));
  // Keys are kept as they are before they turn: their places change as the window slides.
  const x = runBlocks(params, unturned(config), { ids, positions: ids }, attendSinks(params, config, parts));
  if (wanted === 'none') return;
  const places: number[] = [];
  let end = 0;
  const owners = parts.flatMap(({ reading, from, count }) => {
    end += count;
    const isLast = from + count === reading.ids.length;
    const own = wanted === 'all' ? count : Number(isLast);
    for (let i = end - own; i < end; i++) places.push(i);
    return Array.from({ length: own }, () => reading.rows);
  });
  if (places.length === 0) return;
  const hidden = finish(params, config, embedding(x, indices(Int32Array.from(places))));
  rowsOf(logitsOf(params, config, hidden)).forEach((row, i) => owners[i].logits.push(row));
  if (wantsHidden) rowsOf(hidden).forEach((row, i) => owners[i].hidden.push(row));
}

const still = new WeakMap<DecoderConfig, DecoderConfig>();

/** The same model with queries and keys as they come. */
function unturned(config: DecoderConfig): DecoderConfig {
  const found = still.get(config) ?? { ...config, positions: { kind: 'none' } };
  still.set(config, found);
  return found;
}

/** For each layer: attention of every part's rows over what its sequence keeps. */
function attendSinks(
  params: DecoderParams,
  config: DecoderConfig,
  parts: readonly Part[],
): (layer: number) => Attend {
  const { layers, localRotate, scheme } = planOf(config);
  const views = parts.map((part) => viewOf(params, config, part));
  const turns = { global: scheme.rotate, local: localRotate };
  const turning = {
    global: views.map(({ turned }) => turned(turns.global)),
    local: turns.local === turns.global ? undefined : views.map(({ turned }) => turned(turns.local)),
  };
  return (layer) => (q, k, v) => {
    const { isLocal, window } = layers[layer];
    const turned = (isLocal && turning.local) || turning.global;
    let row = 0;
    const mixed = views.map(({ past, count, newest, held, mix }, i) => {
      const own = (x: Tensor): Tensor => floats(rowsView(x, row, row + count));
      past.write(layer, newest, own(k), own(v));
      const { keys, values } = past.rowsOf(layer);
      const result = mix(turned[i].queries(own(q)), turned[i].keys(held(keys)), held(values), window);
      row += count;
      return result;
    });
    return withShape(mixed.length === 1 ? mixed[0] : concat(mixed, 1), q.shape);
  };
}

/** What one part sees, made once for all layers. */
function viewOf(params: DecoderParams, config: DecoderConfig, { reading: { past }, count }: Part) {
  const { scale, scheme, isPlain } = planOf(config);
  const { heads, kvHeads, headSize, attentionSoftcap: softcap } = config;
  const { alibiSlopes } = scheme;
  const slots = past.slots();
  const keys = slots.length;
  const table = indices(slots);
  const bias = scheme.bias?.(params.positions!, count, keys);
  const scores = bySight(({ window }) => {
    const mask = maskBias({ batch: 1, heads, queries: count, keys }, { causal: true, window, alibiSlopes });
    return { scale, softcap, biases: bias ? [bias, mask] : [mask] };
  });
  return {
    past,
    count,
    /** Where the newest lie. */
    newest: slots.slice(keys - count),
    held: (rows: Tensor): Tensor => withShape(floats(embedding(rows, table)), [keys, kvHeads, headSize]),
    turned(rotate: Positions['rotate']): { queries: Turn; keys: Turn } {
      if (!rotate) return { queries: same, keys: same };
      const places = arange(keys);
      return { queries: rotate(rowsView(places, keys - count, keys)), keys: rotate(places) };
    },
    mix(q: Tensor, k: Tensor, v: Tensor, window: number): Tensor {
      const [queries, seen, values] = [q, k, v].map((x) => withShape(x, [1, ...x.shape]));
      if (isPlain) return plainAttention(queries, seen, values, scores({ window }));
      return attention(queries, seen, values, { causal: true, scale, window, alibiSlopes });
    },
  };
}

type Turn = (x: Tensor) => Tensor;
const same: Turn = (x) => x;

const floats = (x: Tensor): Tensor => (x.dtype === 'f32' ? x : cast(x, 'f32'));
const indices = (values: Int32Array): Tensor => fromArray<'i32'>(values, [values.length], 'i32');
