/** Many texts as one rectangle of ids. */

import type { Tokenizer } from '../types.ts';
import { fail } from './errors.ts';

export interface EncodeBatchOptions {
  /** The id that fills short rows. */
  readonly padId: number;
  /** Rows are at most this long; longer texts are cut. Default: the longest text. */
  readonly maxTokens?: number;
  /** Where filling goes and where cutting takes away. Default `right`; generation wants `left`. */
  readonly side?: 'left' | 'right';
}

/** Row-major `[rows, columns]`. */
export interface EncodedBatch {
  readonly rows: number;
  readonly columns: number;
  readonly ids: Int32Array;
  /** 1 where a token stands, 0 where `padId` fills. */
  readonly mask: Uint8Array;
  /** How many tokens each text lost by cutting. */
  readonly cut: Int32Array;
}

/** Encodes `texts` side by side. Errors: `text/option`. */
export function encodeBatch(
  tokenizer: Tokenizer,
  texts: readonly string[],
  { padId, maxTokens, side = 'right' }: EncodeBatchOptions,
): EncodedBatch {
  if (maxTokens !== undefined && !(Number.isInteger(maxTokens) && maxTokens > 0)) {
    throw fail('text/option', {
      where: 'encodeBatch',
      rule: '`maxTokens` must be a whole number larger than 0',
      ruleZh: '`maxTokens` 必须是大于 0 的整数',
      got: maxTokens,
    });
  }
  const encoded = texts.map((text) => tokenizer.encode(text));
  const longest = encoded.reduce((most, ids) => Math.max(most, ids.length), 0);
  const columns = Math.min(longest, maxTokens ?? longest);
  const ids = new Int32Array(texts.length * columns).fill(padId);
  const mask = new Uint8Array(texts.length * columns);
  const cut = new Int32Array(texts.length);
  encoded.forEach((row, i) => {
    cut[i] = Math.max(0, row.length - columns);
    const kept = side === 'left' ? row.slice(cut[i]) : row.slice(0, columns);
    const start = i * columns + (side === 'left' ? columns - kept.length : 0);
    ids.set(kept, start);
    mask.fill(1, start, start + kept.length);
  });
  return { rows: texts.length, columns, ids, mask, cut };
}
