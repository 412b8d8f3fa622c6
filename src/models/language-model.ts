/** A decoder that reads many sequences at once: the `LanguageModel` contract over KV caches. */

import {
  type KvMemory,
  type KvPast,
  type KvType,
  kvMemory,
  type LayerAdapters,
  PAGE_TOKENS,
  runEmbedding,
  type VirtualTokens,
} from '../nn/index.ts';
import { bytesPerElement, chooseTokens, embedding, fromArray, type Tensor } from '../tensor/index.ts';
import type {
  LanguageModel,
  ModelMemory,
  Sequence,
  StepRequest,
  StepResult,
  StepWants,
  TokenChoice,
} from '../types.ts';
import { adaptedWeights, changesExperts, inAdapterOrder } from './adapted-weights.ts';
import { attendPages, type Look, type PagedRequest } from './attend-pages.ts';
import { attendSources, type SourceMemory } from './attend-sources.ts';
import type { DecoderConfig } from './config.ts';
import { type DecoderParams, finish, logitsOf, runBlocks } from './decoder.ts';
import { fail } from './errors.ts';
import { seenExperts } from './expert-shares.ts';
import { type ActivationType, keptForReading, pastFor, type WeightType } from './kept-weights.ts';
import { createLinearModel } from './linear-model.ts';
import { cacheBytes } from './measure.ts';
import {
  checkBatch,
  checkIds,
  checkReading,
  checkRewind,
  computeIn,
  flatRows,
  livePasts,
  rowsOf,
} from './sequences.ts';
import { virtualPasts } from './virtual-pasts.ts';

export interface LanguageModelOptions {
  /**
   * How matrices are kept: `f32` uses the given parameters as they are and as they change; the others copy them now, in fewer
   * bytes, which is what one-token steps wait for. What they multiply is rounded to bf16 with `bf16`, and with blocks where
   * the processor multiplies that faster. Default `f32`.
   */
  readonly weights?: WeightType;
  /** What weights in blocks multiply. Default `float`. */
  readonly activations?: ActivationType;
  /** How keys and values of tokens already read are kept: `bf16` halves what attention waits for. Default: bf16 as `weights` are. */
  readonly past?: KvType;
  /**
   * Most tokens that all sequences may hold together; what forks share counts once. A step that wants more is refused and
   * reads nothing. Default: as many as the machine holds.
   */
  readonly memoryTokens?: number;
  /** What sequences can be read with, by name. Kept in f32 beside the weights; their numbers are read as they are. */
  readonly adapters?: Readonly<Record<string, LayerAdapters>>;
  /** Of those adapters: what stands before every text. It takes memory once, and its places from each text. */
  readonly virtualTokens?: Readonly<Record<string, VirtualTokens>>;
}

export interface DecoderLanguageModel extends LanguageModel {
  readonly config: DecoderConfig;
  /** Size of the hidden rows. */
  readonly hiddenSize: number;
  readonly memory: ModelMemory;
  /**
   * With one of `adapters`. `source`: the memory of each layer, for a model whose blocks look at one; it alone has to be opened
   * with it.
   */
  open(adapter?: string, source?: SourceMemory): DecoderSequence;
  project(rows: readonly Float32Array[]): Float32Array[];
  embed(ids: readonly number[]): Float32Array[];
}

export interface DecoderSequence extends Sequence {
  /** Bytes of keys and values set aside, those shared with forks included; of linear attention, those of the state. */
  readonly cacheBytes: number;
  fork(): DecoderSequence;
}

/**
 * A model for generation. Rows of all sequences go through each matrix together, whatever their adapters; attention runs
 * sequence by sequence.
 */
export function createLanguageModel(
  params: DecoderParams,
  config: DecoderConfig,
  options: LanguageModelOptions = {},
): DecoderLanguageModel {
  const { weights: kept = 'f32', activations, past: dtype = pastFor(kept) } = options;
  const { weights, precision } = keptForReading(params, kept, activations);
  const compute = computeIn(precision);
  if (config.linearAttention) {
    const { adapters = {}, virtualTokens = {} } = options;
    if (Object.keys({ ...adapters, ...virtualTokens }).length > 0) throw fail('model/adapters-linear', {});
    return { ...createLinearModel(weights, config, compute), config, memory: boundless };
  }
  const { contextLength, vocabSize, width: hiddenSize } = config;
  const { layers, kvHeads, headSize } = config;
  const { memoryTokens, virtualTokens = {} } = options;
  const unchanged = Object.fromEntries(Object.keys(virtualTokens).map((name) => [name, {}]));
  const adapters: Readonly<Record<string, LayerAdapters>> = { ...unchanged, ...options.adapters };
  const weightsFor = adaptedWeights(weights, adapters);
  const apart = changesExperts(adapters);
  if (memoryTokens !== undefined && !(Number.isInteger(memoryTokens) && memoryTokens >= PAGE_TOKENS)) {
    throw fail('model/memory-tokens', { least: PAGE_TOKENS, got: memoryTokens });
  }
  const memory = kvMemory({ layers, kvHeads, headSize, dtype, maxTokens: memoryTokens });
  /** What every sequence opened here has read; `undefined` once it was closed. */
  const pasts = livePasts<KvPast>();
  /** Gives back what a sequence holds that nobody closed and nobody can reach. */
  const forgotten = new FinalizationRegistry<KvPast>((past) => past.close());
  const live = pasts.of;
  const adapterOf = new WeakMap<Sequence, string>();
  const sources = new WeakMap<KvPast, SourceMemory>();
  /** How long the prompt was that a sequence read in both directions. */
  const prefixes = new WeakMap<KvPast, number>();

  const virtual = compute(() =>
    virtualPasts(config, memory, virtualTokens, (adapter) => weightsFor([{ count: 1, adapter }])),
  );
  const countBefore = (adapter: string | undefined): number =>
    (adapter !== undefined && virtual.get(adapter)?.length) || 0;

  const layered = new Set(Object.keys(adapters).filter((name) => Object.keys(adapters[name]).length > 0));
  const checkLook = (adapter: string | undefined): void => {
    if (countBefore(adapter) > 0) throw fail('model/virtual-attention', { adapter: adapter! });
  };

  const openSequence = (past: KvPast, adapter?: string, source?: SourceMemory): DecoderSequence => {
    if (source) sources.set(past, source);
    const before = countBefore(adapter);
    const sequence: DecoderSequence = {
      get length() {
        return live(sequence).length - before;
      },
      get cacheBytes() {
        return cacheBytes(config, live(sequence).pages.length * PAGE_TOKENS, dtype);
      },
      rewind(to) {
        checkRewind(live(sequence).length - before, to);
        const prefix = prefixes.get(past) ?? 0;
        if (to > 0 && to < prefix) throw fail('model/rewind-prefix', { prefix, to });
        past.rewind(before + to);
      },
      fork() {
        const own = live(sequence).fork();
        prefixes.set(own, prefixes.get(past) ?? 0);
        return openSequence(own, adapter, source);
      },
      close() {
        past.close();
        pasts.set(sequence, undefined);
        forgotten.unregister(sequence);
      },
    };
    pasts.set(sequence, past);
    if (adapter !== undefined) adapterOf.set(sequence, adapter);
    forgotten.register(sequence, past, sequence);
    return sequence;
  };

  const checkRequest = ({ sequence, ids, choice, prefix: given = 0 }: StepRequest): Reading => {
    const past = live(sequence);
    const start = past.length;
    checkReading(ids, start, config);
    const [own, source] = [adapterOf.get(sequence), sources.get(past)];
    const adapter = own !== undefined && layered.has(own) ? own : undefined;
    const prefix = config.prefix ? given : 0;
    const isWhole = Number.isInteger(prefix) && prefix >= 0 && prefix <= ids.length;
    if (prefix !== 0 && (start > 0 || !isWhole)) {
      throw fail('model/prefix', { prefix, start, count: ids.length });
    }
    return { past, ids, start, count: ids.length, prefix, choice, adapter, source };
  };

  return {
    config,
    vocabSize,
    contextLength,
    hiddenSize,
    ...(config.prefix && { hasPrefix: true }),
    memory: {
      get totalTokens() {
        return memory.totalTokens;
      },
      get freeTokens() {
        return memory.freeTokens;
      },
      get usedTokens() {
        return memory.usedTokens;
      },
      tokensFor: (batch) =>
        memory.tokensFor(batch.map(({ sequence, ids }) => ({ past: live(sequence), count: ids.length }))),
    },
    adapters: Object.keys(adapters),
    contextWith: (adapter) => contextLength - countBefore(adapter),
    open(adapter, source) {
      if (adapter !== undefined && !Object.hasOwn(adapters, adapter)) {
        throw fail('model/adapter', { adapter, known: Object.keys(adapters) });
      }
      if (config.crossAttention && !source) throw fail('model/no-source', {});
      const before = adapter === undefined ? undefined : virtual.get(adapter);
      return openSequence(before?.fork() ?? memory.open(), adapter, source);
    },
    step(batch, wants = {}) {
      if (!batch.length) return [];
      checkBatch(batch);
      if (wants.attention) for (const { sequence } of batch) checkLook(adapterOf.get(sequence));
      const readings = batch.map(checkRequest);
      const wanted = memory.tokensFor(readings);
      const { freeTokens: free } = memory;
      if (wanted > free) throw fail('model/memory', { wanted, free });
      try {
        for (const { past, count, start, prefix } of readings) {
          past.grow(count);
          if (start === 0) prefixes.set(past, prefix);
        }
        return inAdapterOrder(
          readings,
          (ordered) => compute(() => read(weightsFor(ordered), config, memory, ordered, wants)),
          apart,
        );
      } catch (error) {
        for (const { past, start } of readings) past.rewind(start);
        throw error;
      }
    },
    project(rows) {
      if (rows.length === 0) return [];
      const flat = flatRows(rows, hiddenSize);
      return compute(() => {
        const x = finish(weights, config, fromArray<'f32'>(flat, [rows.length, hiddenSize], 'f32'));
        return rowsOf(logitsOf(weights, config, x));
      });
    },
    embed(ids) {
      if (ids.length === 0) return [];
      checkIds(ids, vocabSize);
      return compute(() => rowsOf(runEmbedding(weights.embedding, indices(Int32Array.from(ids)))));
    },
  };
}

/** Sequences that take hardly more as they grow: their number is what takes memory, and no limit of tokens says that. */
const boundless: ModelMemory = {
  totalTokens: Number.POSITIVE_INFINITY,
  freeTokens: Number.POSITIVE_INFINITY,
  usedTokens: 0,
  tokensFor: () => 0,
};

/** How many tokens of every layer's keys and values fit into so many bytes; for `memoryTokens`. */
export function memoryTokensIn(
  bytes: number,
  { layers, kvHeads, headSize }: DecoderConfig,
  past: KvType = 'f32',
): number {
  const tokens = Math.floor(bytes / (2 * layers * kvHeads * headSize * bytesPerElement[past]));
  return Math.max(PAGE_TOKENS, tokens);
}

/** One checked request: tokens to read from `start` on. */
interface Reading extends PagedRequest {
  readonly ids: ArrayLike<number>;
  readonly start: number;
  readonly choice: TokenChoice | undefined;
  readonly adapter: string | undefined;
  readonly source: SourceMemory | undefined;
}

function read(
  params: DecoderParams,
  config: DecoderConfig,
  memory: KvMemory,
  readings: readonly Reading[],
  { logits: wanted = 'last', hidden: wantsHidden = false, ...wants }: StepWants,
): StepResult[] {
  const tokens = flatten(readings);
  const seen = wants.attention ? seenAttention(readings, wanted) : undefined;
  const look = wanted === 'none' ? undefined : seen?.look;
  const states: Tensor[] | undefined = wants.layers ? [] : undefined;
  const attendAt = attendPages(params, config, { memory, readings, look });
  const sent = wants.experts && config.experts !== undefined ? seenExperts() : undefined;
  const x = runBlocks(params, config, tokens, attendAt, {
    ...attendSources(config, readings),
    look: states && ((state) => states.push(state)),
    route: sent?.route,
  });
  if (wanted === 'none') {
    return readings.map(() => ({
      logits: [],
      ...(wantsHidden && { hidden: [] }),
      ...(seen && { attention: [] }),
      ...(states && { layers: [] }),
      ...(sent && { experts: [] }),
    }));
  }
  const places = wanted === 'last' ? lastRows(readings) : undefined;
  const pick = (state: Tensor): Tensor =>
    places && places.length < x.shape[0] ? embedding(state, indices(places)) : state;
  const hidden = finish(params, config, pick(x));
  const rows = logitsOf(params, config, hidden);
  const isPlain = wanted === 'last' && !wantsHidden && !seen && !states && !sent;
  const chosen = (isPlain && chosenIn(rows, readings)) || undefined;
  const logits = chosen ? rowsAt(rows, placesLeft(chosen)) : rowsOf(rows);
  const hiddenRows = wantsHidden ? rowsOf(hidden) : undefined;
  const layerRows = states?.map((state) => rowsOf(pick(state)));
  const expertRows = sent?.rowsAt(places ?? [...Array(x.shape[0]).keys()]);
  let row = 0;
  return readings.map(({ ids }, i) => {
    if (chosen && chosen[i] !== NOBODY) return { logits: [], chosen: chosen[i] };
    const from = row;
    row += wanted === 'last' ? 1 : ids.length;
    return {
      logits: logits.slice(from, row),
      ...(hiddenRows && { hidden: hiddenRows.slice(from, row) }),
      ...(seen && { attention: seen.rows[i] }),
      ...(layerRows && {
        layers: Array.from({ length: row - from }, (_, place) => layerRows.map((rows) => rows[from + place])),
      }),
      ...(expertRows && { experts: expertRows.slice(from, row) }),
    };
  });
}

/** In the place of an id where none was chosen. */
const NOBODY = -1;

/** The ids that were chosen in the rows of logits of these requests; nothing when none of them wants to choose. */
function chosenIn(rows: Tensor, readings: readonly Reading[]): Int32Array | undefined {
  if (readings.every(({ choice }) => !choice)) return undefined;
  const choices = new Float64Array(readings.length * NO_CHOICE.length);
  readings.forEach(({ choice }, i) => {
    choices.set(choice ? numbersOf(choice, rows.shape[1]) : NO_CHOICE, i * NO_CHOICE.length);
  });
  return chooseTokens(rows, choices).data;
}

/** A choice as the kernel reads it. */
const numbersOf = (
  { temperature, topK, topP, minP, draw, vocabSize }: TokenChoice,
  all: number,
): readonly number[] => [temperature, topK, topP, Math.log(minP), draw, vocabSize ?? all];

/** A row of no ids. */
const NO_CHOICE = [0, 0, 1, Number.NEGATIVE_INFINITY, 0, 0];

function placesLeft(chosen: Int32Array): number[] {
  const places: number[] = [];
  for (let place = 0; place < chosen.length; place++) if (chosen[place] === NOBODY) places.push(place);
  return places;
}

/** Some rows of x, copied out of it. */
const rowsAt = (x: Tensor, places: readonly number[]): Float32Array[] =>
  places.length === 0 ? [] : rowsOf(embedding(x, indices(Int32Array.from(places))));

/** Gathers the weights of the wanted places: `rows[request][place][layer]`. Layers come in order. */
function seenAttention(
  readings: readonly Reading[],
  wanted: StepWants['logits'],
): { readonly rows: Float32Array[][][]; readonly look: Look } {
  const rows = readings.map(({ ids }) =>
    Array.from({ length: wanted === 'last' ? 1 : ids.length }, (): Float32Array[] => []),
  );
  const show: Look['show'] = (request, weights) => {
    const places = rows[request];
    const [, heads, , keys] = weights.shape;
    const data = weights.data as Float32Array;
    places.forEach((layers, place) => {
      const length = Math.max(keys - places.length + place + 1, readings[request].prefix);
      const row = new Float32Array(heads * length);
      for (let head = 0; head < heads; head++) {
        const from = (head * places.length + place) * keys;
        row.set(data.subarray(from, from + length), head * length);
      }
      layers.push(row);
    });
  };
  return { rows, look: { wanted: rows.map(({ length }) => length), show } };
}

const indices = (values: Int32Array): Tensor => fromArray<'i32'>(values, [values.length], 'i32');

/** The tokens of all requests one after another, each with its place in its own sequence. */
function flatten(readings: readonly Reading[]): { ids: Tensor; positions: Tensor } {
  const total = readings.reduce((sum, { ids }) => sum + ids.length, 0);
  const all = new Int32Array(total);
  const places = new Int32Array(total);
  let row = 0;
  for (const { ids, start } of readings) {
    for (let i = 0; i < ids.length; i++, row++) {
      all[row] = ids[i];
      places[row] = start + i;
    }
  }
  return { ids: indices(all), positions: indices(places) };
}

function lastRows(readings: readonly Reading[]): Int32Array {
  let row = -1;
  return Int32Array.from(readings, ({ ids }) => (row += ids.length));
}
