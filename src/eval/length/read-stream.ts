/** How ways of reading a text without end keep up: likelihood, time and memory (Xiao et al. 2024, Table 1 and figure 10). */

import { logSumExp, nextTurn } from '../../decode/index.ts';
import type { Ids } from '../../repeat/index.ts';
import type { LanguageModel, Sequence } from '../../types.ts';
import { fail } from '../errors.ts';
import { median } from '../spread.ts';

/** One way of reading token after token. */
export interface StreamReader {
  readonly name: string;
  readonly model: LanguageModel;
  /** The last so many tokens are read again for each one, and nothing is kept; without, what was read is kept. */
  readonly again?: number;
  /** Bytes that the sequence keeps of what it has read. */
  readonly keptBytes?: (sequence: Sequence) => number;
}

export interface StreamRow {
  readonly name: string;
  readonly bitsPerCharacter: number;
  readonly perplexity: number;
  /** The same over the last quarter of the text, where the beginning has long slid out. */
  readonly lastPerplexity: number;
  /** Milliseconds a token in the first and in the last quarter. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Kept at the end. */
  readonly bytes: number;
}

export interface ReadStreamOptions {
  /** One long text. */
  readonly ids: Ids;
  /** Characters of all its tokens but the first. */
  readonly characters: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number, name: string) => void;
}

/** Four quarters of one prediction each. */
const LEAST = 5;

/** Reads the text with each, one token at a time, as a text is written. @throws for a text of less than 5 tokens. */
export async function readStream(
  readers: readonly StreamReader[],
  { ids, characters, signal, onProgress }: ReadStreamOptions,
): Promise<StreamRow[]> {
  if (ids.length < LEAST) throw fail('eval/short-text', { tokens: ids.length, needed: LEAST });
  const rows: StreamRow[] = [];
  const total = ids.length - 1;
  const quarter = Math.floor(total / 4);
  for (const reader of readers) {
    const { model, again, name } = reader;
    const nats = new Float64Array(total);
    const times = new Float64Array(total);
    let sequence = model.open();
    try {
      for (let t = 0; t < total; t++) {
        if (t % 32 === 0) {
          onProgress?.(rows.length * total + t, readers.length * total, name);
          await nextTurn();
          signal?.throwIfAborted();
        }
        const start = performance.now();
        if (again !== undefined) {
          sequence.close();
          sequence = model.open();
        }
        const from = again === undefined ? t : Math.max(0, t + 1 - again);
        const read = Array.prototype.slice.call(ids, from, t + 1) as number[];
        const [{ logits }] = model.step([{ sequence, ids: read }]);
        times[t] = performance.now() - start;
        nats[t] = logSumExp(logits[0]) - logits[0][ids[t + 1]];
      }
      const last = nats.subarray(total - quarter);
      rows.push({
        name,
        bitsPerCharacter: sum(nats) / Math.LN2 / characters,
        perplexity: Math.exp(sum(nats) / total),
        lastPerplexity: Math.exp(sum(last) / quarter),
        firstMs: median(times.subarray(0, quarter)),
        lastMs: median(times.subarray(total - quarter)),
        bytes: reader.keptBytes?.(sequence) ?? 0,
      });
    } finally {
      sequence.close();
    }
  }
  return rows;
}

const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);
