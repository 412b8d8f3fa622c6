/** Batches: rows side by side. Batch k is a pure function of the options and k. */

import { fail } from './errors.ts';
import { documentRows, type RowSource, sequenceRows, windowRows } from './rows.ts';
import { type TokenSource, tokenArray } from './tokens.ts';

/** `batchSize` rows of `contextLength` places, row after row. Targets of −1 do not count. */
export interface Batch {
  readonly inputs: Int32Array;
  readonly targets: Int32Array;
  readonly batchSize: number;
  readonly contextLength: number;
}

export interface Batches {
  readonly batchSize: number;
  readonly contextLength: number;
  readonly tokensPerBatch: number;
  /** Batches after which every token has been a target (the last may begin the next epoch); `undefined` for random windows. */
  readonly batchesPerEpoch: number | undefined;
  /** Batch number `step`, counted from 0. `into` is filled and returned when given: nothing is allocated. */
  at(step: number, into?: Batch): Batch;
}

interface CutOptions {
  /** Ids in memory, a corpus, or an open shard. */
  readonly tokens: TokenSource | Uint16Array | Uint32Array | Int32Array | readonly number[];
  readonly contextLength: number;
}

/** How rows are cut from tokens. */
export type CutRowsOptions = CutOptions &
  (
    | { readonly mode: 'windows'; readonly seed: number }
    | { readonly mode: 'sequence' }
    | {
        readonly mode: 'documents';
        readonly seed: number;
        readonly eosId: number;
        readonly starts?: ArrayLike<number>;
        /** Documents that fit a row are never cut. */
        readonly whole?: boolean;
      }
  );

/** How batches are cut from tokens. */
export type CreateBatchesOptions = CutRowsOptions & { readonly batchSize: number };

/**
 * Batches from tokens: random windows, shuffled documents, or the tokens in order (for evaluation).
 * Throws `data/empty` and `data/too-short`.
 *
 * @example
 * const batches = createBatches({ tokens, contextLength: 128, batchSize: 32, seed: 1337, mode: 'windows' });
 * const { inputs, targets } = batches.at(step);
 */
export function createBatches(options: CreateBatchesOptions): Batches {
  return batchRows(cutRows(options), options.batchSize);
}

/** The rows that the batches of these options are made of. */
export function cutRows(given: CutRowsOptions): RowSource {
  const tokens = 'read' in given.tokens ? given.tokens : tokenArray(given.tokens);
  const options = { ...given, tokens };
  if (options.mode === 'windows') return windowRows(options);
  if (options.mode === 'sequence') return sequenceRows(options);
  return documentRows(options);
}

/** Batches of any rows. */
export function batchRows(rows: RowSource, batchSize: number): Batches {
  if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
    throw fail('data/option', { where: 'batches', option: 'batchSize', rule: '≥ 1', got: batchSize });
  }
  const { contextLength, rowsPerEpoch } = rows;
  const size = batchSize * contextLength;
  return {
    batchSize,
    contextLength,
    tokensPerBatch: size,
    batchesPerEpoch: rowsPerEpoch === undefined ? undefined : Math.ceil(rowsPerEpoch / batchSize),
    at(step, into) {
      if (!Number.isSafeInteger(step) || step < 0) {
        throw fail('data/option', { where: 'batches', option: 'step', rule: '≥ 0', got: step });
      }
      const batch = into ?? {
        inputs: new Int32Array(size),
        targets: new Int32Array(size),
        batchSize,
        contextLength,
      };
      if (batch.inputs.length !== size || batch.targets.length !== size) {
        const rule = `a batch of ${batchSize} × ${contextLength}`;
        throw fail('data/option', { where: 'batches', option: 'into', rule, got: batch.inputs.length });
      }
      for (let row = 0; row < batchSize; row++) {
        rows.fill(step * batchSize + row, batch.inputs, batch.targets, row * contextLength);
      }
      return batch;
    },
  };
}
