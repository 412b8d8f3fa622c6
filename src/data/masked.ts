/**
 * Rows for learning to guess hidden tokens (Devlin et al. 2019, §3.1): of 15 % of a row's tokens 80 % become the mask, 10 % another
 * token, 10 % stay. Each row is hidden anew every time it comes (Liu et al. 2019, "dynamic masking"), or in a few fixed ways.
 */

import { createRng, type Rng } from '../rng.ts';
import type { Tokenizer } from '../types.ts';
import { fail } from './errors.ts';
import { epochOrder, IGNORE, type RowSource } from './rows.ts';

/** Stands in `inputs` behind the end of a row that is not full. */
export const PADDING = -1;

export interface MaskingOptions {
  /** The token that hides another. */
  readonly maskId: number;
  readonly vocabSize: number;
  /** Tokens that are never hidden and never put in another's place. */
  readonly specialIds: Iterable<number>;
  /** Share of a row's tokens that are to be guessed. Default 0.15. */
  readonly rate?: number;
  /** Fixed masks of each row, which take turns by epoch (BERT: 10). 0: a new mask every time. Default 0. */
  readonly copies?: number;
  /** Hides whole words: what joins a token to the one before it. */
  readonly joins?: (before: number, id: number) => boolean;
  readonly seed: number;
}

const MASKED = 0.8;
const CHANGED = 0.1;

/**
 * Rows of which some tokens are hidden: `targets` has the id that stood at a hidden place and −1 elsewhere, `inputs` is −1 where a
 * row is padding. A row is one place longer than those it is made of: it begins with the token before the first target.
 * Row `n` is a pure function of `n`.
 */
export function maskedRows(rows: RowSource, options: MaskingOptions): RowSource {
  const { copies = 0, seed } = options;
  const hide = masker(options);
  const { contextLength: length, rowsPerEpoch } = rows;
  if (copies > 0 && rowsPerEpoch === undefined) {
    const rule = '0 for rows at random places: they do not come again';
    throw fail('data/option', { where: 'maskedRows', option: 'copies', rule, got: copies });
  }
  const masks = createRng(seed).split('masks');
  const exampleAt = copies > 0 ? epochOrder(rowsPerEpoch!, createRng(seed).split('examples')) : undefined;
  const [first, tokens] = [new Int32Array(length), new Int32Array(length)];
  return {
    contextLength: length + 1,
    rowsPerEpoch,
    fill(row, inputs, targets, at) {
      const example = exampleAt?.(row) ?? row;
      rows.fill(example, first, tokens, 0);
      const end = lastToken(tokens) + 1;
      inputs[at] = first[0];
      inputs.set(tokens.subarray(0, end), at + 1);
      inputs.fill(PADDING, at + 1 + end, at + 1 + length);
      targets.fill(IGNORE, at, at + 1 + length);
      const rng = exampleAt
        ? masks.split(example).split(Math.floor(row / rowsPerEpoch!) % copies)
        : masks.split(row);
      hide(inputs.subarray(at, at + 1 + end), targets.subarray(at, at + 1 + end), rng);
    },
  };
}

/** The last place that is no padding; −1: none. */
function lastToken(tokens: Int32Array): number {
  let last = tokens.length - 1;
  while (last >= 0 && tokens[last] === IGNORE) last--;
  return last;
}

/**
 * Hides tokens of a text in place and writes what they were to `targets`, which is −1 elsewhere. As in BERT, the number of them is
 * the rate of the tokens that may be hidden, rounded, and at least one; of whole words, no word that would exceed it is taken.
 */
export function masker(options: MaskingOptions): (ids: Int32Array, targets: Int32Array, rng: Rng) => void {
  const { maskId, vocabSize, rate = 0.15, joins } = options;
  if (!(rate > 0 && rate < 1)) {
    throw fail('data/option', { where: 'maskedRows', option: 'rate', rule: 'in (0, 1)', got: rate });
  }
  const special = new Uint8Array(vocabSize);
  for (const id of options.specialIds) special[id] = 1;
  special[maskId] = 1;
  const ordinary = Array.from({ length: vocabSize }, (_, id) => id).filter((id) => !special[id]);
  return (ids, targets, rng) => {
    /** The places of each word. */
    const words: number[][] = [];
    let candidates = 0;
    for (let i = 0; i < ids.length; i++) {
      if (special[ids[i]]) continue;
      candidates++;
      const goesOn =
        joins !== undefined && i > 0 && words.at(-1)?.at(-1) === i - 1 && joins(ids[i - 1], ids[i]);
      if (goesOn) words.at(-1)!.push(i);
      else words.push([i]);
    }
    let left = Math.max(1, Math.round(rate * candidates));
    const most = left;
    for (let drawn = 0; drawn < words.length && left > 0; drawn++) {
      const other = drawn + rng.integer(words.length - drawn);
      [words[drawn], words[other]] = [words[other], words[drawn]];
      // A word longer than all that may be hidden is better than none.
      const isLastChance = left === most && drawn === words.length - 1;
      if (words[drawn].length > left && !isLastChance) continue;
      left -= words[drawn].length;
      for (const place of words[drawn]) {
        targets[place] = ids[place];
        const draw = rng.uniform();
        if (draw < MASKED) ids[place] = maskId;
        else if (draw < MASKED + CHANGED) ids[place] = ordinary[rng.integer(ordinary.length)];
      }
    }
  };
}

const utf8 = new TextDecoder();
/** Letters and digits of scripts that write words apart. */
const WORD_START = /^(?!\p{sc=Han}|\p{sc=Hiragana}|\p{sc=Katakana})[\p{L}\p{N}]/u;
const WORD_END = /(?!\p{sc=Han}|\p{sc=Hiragana}|\p{sc=Katakana})[\p{L}\p{N}]$/u;

/**
 * Whether a token goes on with the word of the token before it: it begins within a character, or a letter follows a letter. Words of
 * scripts without spaces are their characters.
 */
export function wordJoins(
  tokenizer: Pick<Tokenizer, 'vocabSize' | 'tokenBytes'>,
): (before: number, id: number) => boolean {
  const bytes = Array.from({ length: tokenizer.vocabSize }, (_, id) => tokenizer.tokenBytes(id));
  const texts = bytes.map((each) => utf8.decode(each));
  const isWithin = bytes.map((each) => each.length > 0 && (each[0] & 0xc0) === 0x80);
  const starts = texts.map((text) => WORD_START.test(text));
  const ends = texts.map((text) => WORD_END.test(text));
  return (before, id) => isWithin[id] || (ends[before] && starts[id]);
}
