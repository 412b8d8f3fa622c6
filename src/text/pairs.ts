/** Texts and pairs of texts as one rectangle, with what the tokenizer's template puts around them. */

import type { Tokenizer } from '../types.ts';
import type { EncodeBatchOptions, EncodedBatch } from './batch.ts';
import { fail } from './errors.ts';
import type { SavableTokenizer } from './save.ts';
import { type PairTemplate, readTemplate, type TemplatePart } from './template.ts';

/** Which text gives tokens away when a row is too long. */
export type Truncation = 'longest-first' | 'only-first' | 'only-second';

export interface EncodePairsOptions extends EncodeBatchOptions {
  /** Default `longest-first`: the longer text, then both alike. */
  readonly truncation?: Truncation;
  /** What stands around the texts. Default: the post-processor of the tokenizer's file; without, nothing. */
  readonly template?: PairTemplate;
}

/** Row-major `[rows, columns]`, as `EncodedBatch`. */
export interface EncodedPairs extends EncodedBatch {
  /** Which text a token belongs to, as the template says; 0 where `padId` fills. */
  readonly types: Uint8Array;
}

/** A single text, or two. */
export type TextPair = readonly [first: string, second?: string];

/**
 * Encodes pairs side by side: cut to `maxTokens` with the template's own tokens counted, filled to the longest row. Ids,
 * mask and types equal those of Hugging Face tokenizers with the same file. Errors: `text/option` when a text cannot be
 * cut enough; `text/field`, `text/limit`, `text/unsupported` for a template that cannot be read.
 *
 * @example
 * encodePairs(tokenizer, [['明月光', '疑是地上霜'], ['one text']], { padId: 0, maxTokens: 128 });
 */
export function encodePairs(
  tokenizer: Tokenizer,
  pairs: readonly TextPair[],
  { padId, maxTokens, side = 'right', truncation = 'longest-first', template }: EncodePairsOptions,
): EncodedPairs {
  const { single, pair } = template ?? readTemplate((tokenizer as Partial<SavableTokenizer>).postProcessor);
  const cut = new Int32Array(pairs.length);
  const encoded = pairs.map(([first, second], row) => {
    const parts = second === undefined ? single : pair;
    const a = tokenizer.encode(first);
    const b = second === undefined ? [] : tokenizer.encode(second);
    if (maxTokens !== undefined) {
      const own = parts.reduce((sum, part) => sum + ('ids' in part ? part.ids.length : 0), 0);
      const lengths = lengthsIn(a.length, b.length, maxTokens - own, truncation, maxTokens);
      cut[row] = a.length + b.length - lengths[0] - lengths[1];
      keep(a, lengths[0], side);
      keep(b, lengths[1], side);
    }
    return fill(parts, a, b);
  });
  const columns = encoded.reduce((most, { ids }) => Math.max(most, ids.length), 0);
  const ids = new Int32Array(pairs.length * columns).fill(padId);
  const mask = new Uint8Array(pairs.length * columns);
  const types = new Uint8Array(pairs.length * columns);
  encoded.forEach((row, i) => {
    const start = i * columns + (side === 'left' ? columns - row.ids.length : 0);
    ids.set(row.ids, start);
    types.set(row.types, start);
    mask.fill(1, start, start + row.ids.length);
  });
  return { rows: pairs.length, columns, ids, mask, types, cut };
}

/** Shortens `ids` to `length`; on the left, its start goes. */
function keep(ids: number[], length: number, side: 'left' | 'right'): void {
  if (side === 'left') ids.splice(0, ids.length - length);
  else ids.length = length;
}

/** How many tokens each text keeps, `room` together. */
function lengthsIn(
  a: number,
  b: number,
  room: number,
  truncation: Truncation,
  maxTokens: number,
): readonly [number, number] {
  const excess = a + b - room;
  if (Number.isInteger(maxTokens) && room >= 0) {
    if (excess <= 0) return [a, b];
    if (truncation === 'only-first' && a >= excess) return [a - excess, b];
    if (truncation === 'only-second' && b >= excess) return [a, b - excess];
    if (truncation === 'longest-first') {
      // The shorter one stays whole while it takes at most half; the rest of an odd half goes to the longer.
      const shorter = Math.min(a, b, Math.floor(room / 2));
      return a <= b ? [shorter, room - shorter] : [room - shorter, shorter];
    }
  }
  throw fail('text/option', {
    where: 'encodePairs',
    rule: "`maxTokens` must leave room for the template's tokens and the text that is not cut",
    ruleZh: '`maxTokens` 必须容得下模板的词元和不截断的文本',
    got: maxTokens,
  });
}

function fill(parts: readonly TemplatePart[], a: readonly number[], b: readonly number[]) {
  const ids: number[] = [];
  const types: number[] = [];
  for (const part of parts) {
    const given = 'ids' in part ? part.ids : part.text === 'A' ? a : b;
    for (const id of given) {
      ids.push(id);
      types.push(part.type);
    }
  }
  return { ids, types };
}
