/** Language models as generators: logits that a loss can be learned through, and reading on in many texts at once. */

import {
  type DecoderConfig,
  type DecoderParams,
  forward,
  hidden,
  type LayerState,
  logitsOf,
  type RecurrentConfig,
  type RecurrentParams,
  recurrentHead,
  recurrentLogits,
  runLayers,
} from '../models/index.ts';
import { runLinear } from '../nn/index.ts';
import { embedding, fromArray, reshape, scope, slice, type Tensor } from '../tensor/index.ts';

/** Many texts, read so far. It never changes: reading gives another one. */
export interface Reading {
  /** Reads one id of each text; `use` sees the logits [texts, vocab] of what follows, which live no longer than it. */
  next<Result>(
    ids: Int32Array,
    use: (logits: Tensor) => Result,
  ): { readonly result: Result; readonly after: Reading };
  /** These of the texts, in this order, each as often as it is named. */
  take(rows: Int32Array): Reading;
}

/** A model that writes and learns. */
export interface Writer<Params = unknown> {
  readonly params: Params;
  readonly vocabSize: number;
  /** The most tokens that it can read. */
  readonly contextLength: number;
  /** Logits [texts, length, vocab] of what follows each of ids i32 [texts, length]. */
  logits(params: Params, ids: Tensor): Tensor;
  /** So many texts of which nothing was read; `params` as they are when it reads. */
  begin(texts: number): Reading;
}

/** A recurrent model; a token costs the same at every place. */
export function recurrentWriter(params: RecurrentParams, config: RecurrentConfig): Writer<RecurrentParams> {
  const { width, vocabSize } = config;
  const from = (states?: readonly LayerState[]): Reading => ({
    next(ids, use) {
      const { result, after } = scope(() => {
        const read = runLayers(params, config, fromArray<'i32'>(ids, [1, ids.length], 'i32'), { states });
        const top = reshape(read.x, [ids.length, width]);
        const flat = (x: Tensor): Tensor => reshape(x, [ids.length, x.shape.at(-1)!]);
        return {
          result: use(runLinear({ weight: recurrentHead(params) }, top)),
          after: read.states.map((state) => state.map(flat)),
        };
      });
      return { result, after: from(after) };
    },
    take(rows) {
      const picked = fromArray<'i32'>(rows, [rows.length], 'i32');
      return from(states?.map((state) => state.map((x) => embedding(x, picked))));
    },
  });
  return {
    params,
    vocabSize,
    contextLength: Number.POSITIVE_INFINITY,
    logits: (own, ids) => recurrentLogits(own, config, ids),
    begin: () => from(),
  };
}

/** A decoder. NOTE It reads a text anew for each token: adversarial texts are short, and its keys change with every update. */
export function decoderWriter(params: DecoderParams, config: DecoderConfig): Writer<DecoderParams> {
  const { vocabSize, contextLength } = config;
  /** `read` [texts, length]. */
  const from = (read: Int32Array, length: number): Reading => ({
    next(ids, use) {
      const now = new Int32Array(ids.length * (length + 1));
      ids.forEach((id, row) => {
        now.set(read.subarray(row * length, (row + 1) * length), row * (length + 1));
        now[row * (length + 1) + length] = id;
      });
      const result = scope(() => {
        const all = hidden(params, config, fromArray<'i32'>(now, [ids.length, length + 1], 'i32'));
        const last = slice(all, 1, length, length + 1);
        return use(reshape(logitsOf(params, config, last), [ids.length, vocabSize]));
      });
      return { result, after: from(now, length + 1) };
    },
    take(rows) {
      const taken = new Int32Array(rows.length * length);
      rows.forEach((row, i) => {
        taken.set(read.subarray(row * length, (row + 1) * length), i * length);
      });
      return from(taken, length);
    },
  });
  return {
    params,
    vocabSize,
    contextLength,
    logits: (own, ids) => forward(own, config, ids),
    begin: () => from(new Int32Array(0), 0),
  };
}
