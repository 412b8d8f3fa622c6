/** What each layer's attention sees while sequences grow: the pages of their own past. */

import {
  type Attend,
  attentionWeights,
  type KvGrowth,
  type KvMemory,
  maskBias,
  plainAttention,
  type ScoreOptions,
} from '../nn/index.ts';
import {
  attentionPaged,
  cast,
  concat,
  embedding,
  fromArray,
  rowsView,
  type Tensor,
  withShape,
} from '../tensor/index.ts';
import { byWindow } from './attend.ts';
import type { DecoderConfig } from './config.ts';
import type { DecoderParams } from './decoder.ts';
import { planOf } from './plan.ts';

/** Wants to see where the last queries of each request look. */
export interface Look {
  /** So many queries of each request. */
  readonly wanted: readonly number[];
  /** Is shown their weights in each layer, [1, heads, wanted, keys]. */
  readonly show: (request: number, weights: Tensor) => void;
}

export interface PagedReading {
  readonly memory: KvMemory;
  /** Sequences that have grown by what is read. */
  readonly readings: readonly KvGrowth[];
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
  const plain = isPlain || look ? readings.map((growth) => plainRequest(params, config, memory, growth)) : [];
  return (layer) => (q, k, v) => {
    memory.write(layer, written, k, v);
    const { keys, values } = memory.pagesOf(layer);
    const { window } = layers[layer];
    let row = 0;
    const mixed = plain.map((request, i) => {
      const { count } = readings[i];
      const own = rowsView(q, row, (row += count));
      const ownKeys = request.held(keys);
      if (look) {
        const seen = asBatch(rowsView(own, count - look.wanted[i], count));
        look.show(i, attentionWeights(seen, ownKeys, request.scores(look.wanted[i], window)));
      }
      if (!isPlain) return own;
      return plainAttention(asBatch(own), ownKeys, request.held(values), request.scores(count, window));
    });
    if (isPlain) return withShape(mixed.length === 1 ? mixed[0] : concat(mixed, 1), q.shape);
    return attentionPaged(q, keys, values, { scale, window, alibiSlopes, requests, pages });
  };
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
  /** A copy of its keys or values, [1, keys, kvHeads, headSize] in f32. */
  readonly held: (pages: Tensor) => Tensor;
  /** How its last queries score. */
  readonly scores: (queries: number, window: number) => ScoreOptions;
}

function plainRequest(
  params: DecoderParams,
  config: DecoderConfig,
  memory: KvMemory,
  { past }: KvGrowth,
): PlainRequest {
  const { scale, scheme } = planOf(config);
  const { heads, kvHeads, headSize, attentionSoftcap: softcap } = config;
  const { length: keys } = past;
  const rows = memory.placesOf([{ past, count: keys }]);
  const places = fromArray<'i32'>(rows, [keys], 'i32');
  const made = new Map<number, (window: number) => ScoreOptions>();
  const scoresOf = (queries: number) => {
    const bias = scheme.bias?.(params.positions!, queries, keys);
    return byWindow((window) => {
      const masks = { causal: true, window, alibiSlopes: scheme.alibiSlopes };
      const mask = maskBias({ batch: 1, heads, queries, keys }, masks);
      return { scale, softcap, biases: bias ? [bias, mask] : [mask] };
    });
  };
  return {
    held(pages) {
      const table = withShape(pages, [pages.shape[0] * pages.shape[1], kvHeads * headSize]);
      const kept = withShape(embedding(table, places), [1, keys, kvHeads, headSize]);
      return kept.dtype === 'f32' ? kept : cast(kept, 'f32');
    },
    scores(queries, window) {
      let found = made.get(queries);
      if (!found) made.set(queries, (found = scoresOf(queries)));
      return found(window);
    },
  };
}

const asBatch = (rows: Tensor): Tensor => withShape(rows, [1, ...rows.shape]);
