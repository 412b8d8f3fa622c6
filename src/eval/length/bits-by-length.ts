/** How well models predict texts of growing length, far beyond what they were trained on (Press et al. 2022, Table 2; Chen et al. 2023, Table 1). */

import type { Ids } from '../../repeat/index.ts';
import type { LanguageModel } from '../../types.ts';
import { checkInteger, fail } from '../errors.ts';
import { readTexts } from '../read-texts.ts';

/** One way of reading: a model, and what becomes of its positions. */
export interface LengthReader {
  readonly name: string;
  /** A model for texts of so many tokens. */
  modelFor(length: number): LanguageModel;
  /** One long text. */
  readonly ids: Ids;
  /** Characters of all its tokens but the first. */
  readonly characters: number;
}

export interface LengthRow {
  readonly name: string;
  /** Bits a character for each of the lengths. */
  readonly bitsPerCharacter: readonly number[];
  readonly perplexity: readonly number[];
}

export interface LengthReport {
  /** In tokens, rising. */
  readonly lengths: readonly number[];
  readonly rows: readonly LengthRow[];
  /** For each length the place of the row that needs the fewest bits. */
  readonly best: readonly number[];
}

export interface BitsByLengthOptions {
  readonly lengths: readonly number[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number, name: string) => void;
}

/**
 * Cuts each text into windows of every length and reads them, each from nothing: a longer window has fewer tokens with little
 * before them. Every length predicts the same tokens, all but the first. @throws for a text shorter than the longest window.
 */
export async function bitsByLength(
  readers: readonly LengthReader[],
  { lengths, signal, onProgress }: BitsByLengthOptions,
): Promise<LengthReport> {
  for (const length of lengths) checkInteger('bitsByLength', 'lengths', length, 2);
  const longest = Math.max(...lengths);
  const rows: LengthRow[] = [];
  for (const { name, ids, characters, modelFor } of readers) {
    if (ids.length < longest) throw fail('eval/short-text', { tokens: ids.length, needed: longest });
    const [bits, perplexity]: [number[], number[]] = [[], []];
    for (const length of lengths) {
      onProgress?.(rows.length * lengths.length + bits.length, readers.length * lengths.length, name);
      const read = await readTexts(modelFor(length), windowsOf(ids, length), { signal });
      const nats = -read.reduce((sum, { logprobs }) => logprobs.reduce((a, b) => a + b, sum), 0);
      bits.push(nats / Math.LN2 / characters);
      perplexity.push(Math.exp(nats / (ids.length - 1)));
    }
    rows.push({ name, bitsPerCharacter: bits, perplexity });
  }
  const best = lengths.map((_, at) => {
    const column = rows.map(({ bitsPerCharacter }) => bitsPerCharacter[at]);
    return column.indexOf(Math.min(...column));
  });
  return { lengths, rows, best };
}

/** Windows that begin with the last token of the one before. */
function windowsOf(ids: Ids, length: number): Ids[] {
  const windows: Ids[] = [];
  for (let from = 0; from + 1 < ids.length; from += length - 1) {
    windows.push(Array.prototype.slice.call(ids, from, from + length) as number[]);
  }
  return windows;
}
