/** Language models without weights, for tests and examples: deterministic, exact, and as strict as a real one. */

import { createRng } from '../rng.ts';
import type { LanguageModel, Sequence, TextModel } from '../types.ts';
import { fail } from './errors.ts';
import { checkIds, checkInteger } from './options.ts';

export interface FunctionModelOptions {
  readonly vocabSize: number;
  /** Default 1,024. */
  readonly contextLength?: number;
  /** The logits after reading these ids; at least one. Must depend on nothing else. */
  readonly logits: (ids: readonly number[]) => ArrayLike<number>;
  /** The hidden state after reading these ids. Without it there are none, wanted or not. */
  readonly hidden?: (ids: readonly number[]) => ArrayLike<number>;
  /** Where the heads look after these ids, layer by layer: heads × length weights. Without it there are none. */
  readonly attention?: (ids: readonly number[]) => readonly ArrayLike<number>[];
  /** What enters the first layer and what each hands on, after these ids. Needs `project`. */
  readonly layers?: (ids: readonly number[]) => readonly ArrayLike<number>[];
  /** Logits of one such row; of the last layer, those of `logits`. */
  readonly project?: (row: ArrayLike<number>) => ArrayLike<number>;
  /** The vector of a token. */
  readonly embed?: (id: number) => ArrayLike<number>;
}

/** A model that also tells what was done with it. */
export interface DoubleModel extends LanguageModel {
  /** Sequences opened or forked and not closed yet. */
  readonly openSequences: number;
  /** Batched steps so far. */
  readonly steps: number;
  /** Tokens read so far, over all sequences. */
  readonly tokensRead: number;
}

/** A language model that is a function of all ids read so far. */
export function functionModel(options: FunctionModelOptions): DoubleModel {
  const { vocabSize, contextLength = 1024, logits, hidden, attention, layers, project, embed } = options;
  checkInteger('vocabSize', vocabSize, 1);
  checkInteger('contextLength', contextLength, 1);
  const idsOf = new Map<Sequence, number[]>();
  let steps = 0;
  let tokensRead = 0;

  const idsOfOpen = (sequence: Sequence): number[] => {
    const ids = idsOf.get(sequence);
    if (!ids) throw fail('decode/closed', undefined);
    return ids;
  };

  const openAt = (past: readonly number[]): Sequence => {
    const sequence: Sequence = {
      get length() {
        return idsOfOpen(sequence).length;
      },
      rewind(length) {
        const ids = idsOfOpen(sequence);
        if (!(Number.isInteger(length) && length >= 0 && length <= ids.length)) {
          throw fail('decode/rewind', { least: 0, length: ids.length, to: length });
        }
        ids.length = length;
      },
      fork: () => openAt(idsOfOpen(sequence)),
      close: () => void idsOf.delete(sequence),
    };
    idsOf.set(sequence, [...past]);
    return sequence;
  };

  return {
    vocabSize,
    contextLength,
    get openSequences() {
      return idsOf.size;
    },
    get steps() {
      return steps;
    },
    get tokensRead() {
      return tokensRead;
    },
    open: () => openAt([]),
    ...(project && { project: (rows) => rows.map((row) => Float32Array.from(project(row))) }),
    ...(embed && { embed: (ids) => ids.map((id) => Float32Array.from(embed(id))) }),
    step(batch, wants = {}) {
      if (new Set(batch.map(({ sequence }) => sequence)).size < batch.length) {
        throw fail('decode/batch', { reason: 'twice' });
      }
      for (const { sequence, ids } of batch) {
        const past = idsOfOpen(sequence);
        if (ids.length === 0) throw fail('decode/batch', { reason: 'empty' });
        checkIds('step', ids, vocabSize);
        const tokens = past.length + ids.length;
        if (tokens > contextLength) throw fail('decode/context', { tokens, contextLength });
      }
      steps++;
      return batch.map(({ sequence, ids }) => {
        const past = idsOfOpen(sequence);
        const places: number[][] = [];
        for (let i = 0; i < ids.length; i++) {
          past.push(ids[i]);
          if (wants.logits === 'all' || i === ids.length - 1) places.push([...past]);
        }
        tokensRead += ids.length;
        if (wants.logits === 'none') places.length = 0;
        return {
          logits: places.map((place) => Float32Array.from(logits(place))),
          ...(wants.hidden && hidden && { hidden: places.map((place) => Float32Array.from(hidden(place))) }),
          ...(wants.attention &&
            attention && {
              attention: places.map((place) => attention(place).map((layer) => Float32Array.from(layer))),
            }),
          ...(wants.layers &&
            layers && { layers: places.map((place) => layers(place).map((row) => Float32Array.from(row))) }),
        };
      });
    },
  };
}

export interface MarkovModelOptions {
  readonly vocabSize: number;
  readonly contextLength?: number;
  /** How many of the last ids decide what follows. Default 1. */
  readonly order?: number;
  readonly seed?: number;
  /** Standard deviation of the logits: 0 is uniform, large is nearly certain. Default 2. */
  readonly spread?: number;
}

/** A model with fixed random logits for each of its states. Greedy decoding always falls into a loop. */
export function markovModel(options: MarkovModelOptions): DoubleModel {
  const { vocabSize, contextLength, order = 1, seed = 0, spread = 2 } = options;
  checkInteger('order', order, 0);
  const rng = createRng(seed);
  const rows = new Map<string, Float32Array>();
  const rowOf = (ids: readonly number[]): Float32Array => {
    const state = ids.slice(Math.max(ids.length - order, 0), ids.length).join(',');
    let row = rows.get(state);
    if (!row) {
      const own = rng.split(state);
      row = Float32Array.from({ length: vocabSize }, () => spread * own.normal());
      rows.set(state, row);
    }
    return row;
  };
  return functionModel({ vocabSize, contextLength, logits: rowOf, hidden: (ids) => rowOf(ids).slice(0, 8) });
}

export interface ScriptedModelOptions {
  readonly vocabSize: number;
  readonly contextLength?: number;
  /** Said again and again; its k-th id follows once `promptLength` + k ids have been read. */
  readonly script: readonly number[];
  /** How long the prompt is. Default 1. */
  readonly promptLength?: number;
}

/** A model that is nearly certain of the next id of its script, whatever it read. */
export function scriptedModel(options: ScriptedModelOptions): DoubleModel {
  const { vocabSize, contextLength, script, promptLength = 1 } = options;
  checkInteger('length of the script', script.length, 1);
  checkIds('script', script, vocabSize);
  return functionModel({
    vocabSize,
    contextLength,
    logits(ids) {
      const row = new Float32Array(vocabSize);
      row[script[Math.max(ids.length - promptLength, 0) % script.length]] = 20;
      return row;
    },
  });
}

/** A text model that says the texts of its script in turn, letter by letter, whatever it is asked; `asked` keeps the requests. */
export function scriptedTexts<Request extends { readonly signal?: AbortSignal }>(
  script: readonly string[],
): TextModel<Request> & { readonly asked: readonly Request[] } {
  const asked: Request[] = [];
  return {
    asked,
    async *generate(request) {
      asked.push(request);
      for (const text of script[asked.length - 1] ?? '') {
        if (!request.signal?.aborted) yield { type: 'text-delta', text };
      }
      const reason = request.signal?.aborted ? 'aborted' : 'eos';
      yield { type: 'finish', reason, promptTokens: 0, completionTokens: 0 };
    },
  };
}
