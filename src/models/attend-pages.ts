/** What each layer's attention sees while sequences grow: the pages of their own past. */

import {
  type Attend,
  attentionWeights,
  type KvGrowth,
  type KvMemory,
  maskBias,
  plainAttention,
  type ScoreOptions,
  sparseOverPast,
} from '../nn/index.ts';
import {
  attention,
  attentionPaged,
  cast,
  concat,
  embedding,
  fromArray,
  rowsView,
  type Tensor,
  withShape,
} from '../tensor/index.ts';
import { bySight } from './attend.ts';
import type { DecoderConfig } from './config.ts';
import type { DecoderParams } from './decoder.ts';
import { planOf, type Sight } from './plan.ts';

/** Wants to see where the last queries of each request look. */
export interface Look {
  /** So many queries of each request. */
  readonly wanted: readonly number[];
  /** Is shown their weights in each layer, [1, heads, wanted, keys]. */
  readonly show: (request: number, weights: Tensor) => void;
}

/** A request whose tokens before `prefix` see each other in both directions: all of them stand among those it reads now. */
export interface PagedRequest extends KvGrowth {
  readonly prefix: number;
}

export interface PagedReading {
  readonly memory: KvMemory;
  /** Sequences that have grown by what is read. */
  readonly readings: readonly PagedRequest[];
  readonly look?: Look;
}

/** For each layer: attention of every request's rows over its own pages. */
export function attendPages(
  params: DecoderParams,
  config: DecoderConfig,
  { memory, readings, look }: PagedReading,
): (layer: number) => Attend {
  const { layers, scale, scheme, isPlain } = planOf(config);
  const { alibiSlopes } = scheme;
  const written = memory.placesOf(readings);
  const { requests, pages } = pagesOf(readings);
  const hasPrefix = readings.some(({ prefix }) => prefix > 0);
  const isSparse = layers.some(({ pattern }) => pattern);
  const plain =
    isPlain || isSparse || hasPrefix || look
      ? readings.map((growth) => plainRequest(params, config, memory, growth))
      : [];
  return (layer) => (q, k, v) => {
    memory.write(layer, written, k, v);
    const { keys, values } = memory.pagesOf(layer);
    const sight = layers[layer];
    const { window, pattern } = sight;
    if (look) showWeights(look, plain, q, { keys, sight });
    if (isPlain) return mixPlainly(plain, q, { keys, values, sight });
    if (pattern) {
      const own = { pattern, scale, alibiSlopes };
      return eachRequest(plain, q, (rows, { length, held }) =>
        sparseOverPast(rows, length, (places) => [held(keys, places), held(values, places)], own),
      );
    }
    if (hasPrefix) return mixPrefixes(plain, q, { keys, values, sight }, scale);
    return attentionPaged(q, keys, values, { scale, window, alibiSlopes, requests, pages });
  };
}

/** One layer: its pages, and what it sees. */
interface PagedLayer {
  readonly keys: Tensor;
  readonly values: Tensor;
  readonly sight: Sight;
}

function showWeights(
  look: Look,
  requests: readonly PlainRequest[],
  q: Tensor,
  { keys, sight }: Omit<PagedLayer, 'values'>,
): void {
  let end = 0;
  requests.forEach(({ count, held, scores }, i) => {
    end += count;
    const seen = asBatch(rowsView(q, end - look.wanted[i], end));
    look.show(i, attentionWeights(seen, held(keys), scores(look.wanted[i], sight)));
  });
}

function mixPlainly(
  requests: readonly PlainRequest[],
  q: Tensor,
  { keys, values, sight }: PagedLayer,
): Tensor {
  return eachRequest(requests, q, (rows, { count, held, scores }) =>
    plainAttention(asBatch(rows), held(keys), held(values), scores(count, sight)),
  );
}

/** Each request by itself: one with a prefix over a copy of its keys, the others as ever. */
function mixPrefixes(
  requests: readonly PlainRequest[],
  q: Tensor,
  { keys, values }: PagedLayer,
  scale: number,
): Tensor {
  return eachRequest(requests, q, (rows, { prefix, held, growth }) => {
    if (prefix === 0) return attentionPaged(rows, keys, values, { scale, ...pagesOf([growth]) });
    const options = { causal: true, scale, prefixLengths: Int32Array.of(prefix) };
    return attention(asBatch(rows), held(keys), held(values), options);
  });
}

/** What `mix` makes of the queries of each request, one behind the other. */
function eachRequest(
  requests: readonly PlainRequest[],
  q: Tensor,
  mix: (rows: Tensor, request: PlainRequest) => Tensor,
): Tensor {
  let row = 0;
  const mixed = requests.map((request) => {
    const { shape } = q;
    const own = mix(rowsView(q, row, (row += request.count)), request);
    return withShape(own, [1, request.count, ...shape.slice(1)]);
  });
  return withShape(mixed.length === 1 ? mixed[0] : concat(mixed, 1), q.shape);
}

/** Queries, keys and where its pages begin, for each request; and the pages of all. */
function pagesOf(readings: readonly KvGrowth[]): { requests: Int32Array; pages: Int32Array } {
  const pages = new Int32Array(readings.reduce((sum, { past }) => sum + past.pages.length, 0));
  const requests = new Int32Array(3 * readings.length);
  let first = 0;
  readings.forEach(({ past, count }, i) => {
    pages.set(past.pages, first);
    requests.set([count, past.length, first], 3 * i);
    first += past.pages.length;
  });
  return { requests, pages };
}

/** A request by plain ops, or to be looked at. */
interface PlainRequest {
  /** Its queries. */
  readonly count: number;
  readonly prefix: number;
  readonly growth: KvGrowth;
  /** Its keys. */
  readonly length: number;
  /** A copy of its keys or values, all or those of some places: [1, keys, kvHeads, headSize] in f32. */
  readonly held: (pages: Tensor, places?: readonly number[]) => Tensor;
  /** How its last queries score. */
  readonly scores: (queries: number, sight: Sight) => ScoreOptions;
}

function plainRequest(
  params: DecoderParams,
  config: DecoderConfig,
  memory: KvMemory,
  growth: PagedRequest,
): PlainRequest {
  const { past, count, prefix } = growth;
  const { scale, scheme } = planOf(config);
  const { heads, kvHeads, headSize, attentionSoftcap: softcap } = config;
  const { length: keys } = past;
  const rows = memory.placesOf([{ past, count: keys }]);
  const indices = (picked: Int32Array<ArrayBuffer>): Tensor =>
    fromArray<'i32'>(picked, [picked.length], 'i32');
  const all = indices(Int32Array.from(rows));
  const made = new Map<number, (sight: Sight) => ScoreOptions>();
  const scoresOf = (queries: number) => {
    const bias = scheme.bias?.(params.positions!, queries, keys);
    return bySight((sight) => {
      const masks = {
        causal: true,
        ...sight,
        alibiSlopes: scheme.alibiSlopes,
        prefixLengths: Int32Array.of(prefix),
      };
      const mask = maskBias({ batch: 1, heads, queries, keys }, masks);
      return { scale, softcap, biases: bias ? [bias, mask] : [mask] };
    });
  };
  return {
    count,
    prefix,
    growth,
    length: keys,
    held(pages, places) {
      const ids = places ? indices(Int32Array.from(places, (place) => rows[place])) : all;
      const table = withShape(pages, [pages.shape[0] * pages.shape[1], kvHeads * headSize]);
      const kept = withShape(embedding(table, ids), [1, ids.size, kvHeads, headSize]);
      return kept.dtype === 'f32' ? kept : cast(kept, 'f32');
    },
    scores(queries, sight) {
      let found = made.get(queries);
      if (!found) made.set(queries, (found = scoresOf(queries)));
      return found(sight);
    },
  };
}

const asBatch = (rows: Tensor): Tensor => withShape(rows, [1, ...rows.shape]);
