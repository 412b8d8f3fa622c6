/**
 * Rows for learning to fill in (Bavarian et al. 2022, arXiv:2207.14255): of some documents the middle comes last. It is done to what
 * stands in a row, where nothing is torn apart any more; the paper found that better than whole documents, cut afterwards (§4.4).
 */

import { createRng, type Rng } from '../rng.ts';
import { type Infilling, infillPrompt } from '../text/index.ts';
import type { Tokenizer } from '../types.ts';
import { IGNORE, type RowSource } from './rows.ts';

export interface InfillRowOptions {
  readonly tokenizer: Pick<Tokenizer, 'decode'>;
  readonly infilling: Infilling;
  /** It ends documents, and middles. */
  readonly eosId: number;
  /** The share of documents that are rearranged; half of them with the suffix before the prefix. */
  readonly rate: number;
  readonly seed: number;
}

/** Marks of prefix, suffix and middle, and the end. */
const MARKS = 4;

/**
 * The same rows, in which each document, or what a row holds of it, is rearranged with a chance of `rate`: cut at two places, every
 * character equally likely, and written as prefix, suffix, middle or as suffix, prefix, middle, the end behind it. It loses as many tokens
 * at its end as the marks take. Drawn anew for each row, which is a pure function of its number.
 */
export function infillRows(rows: RowSource, options: InfillRowOptions): RowSource {
  const { rate } = options;
  return rearranged(rows, options, (rng) => rng.uniform() < rate && drawSplit(rng, rng.uniform() < 0.5));
}

/** For evaluation: every document is rearranged as a model is asked, and only the tokens of middles and their ends count. */
export function middleRows(rows: RowSource, options: Omit<InfillRowOptions, 'rate'>): RowSource {
  const { isSuffixFirst } = options.infilling;
  return rearranged(rows, { ...options, onlyMiddles: true }, (rng) => drawSplit(rng, isSuffixFirst));
}

/** Where a text is cut, as shares of its length, and what stands first. */
interface Split {
  readonly from: number;
  readonly to: number;
  readonly isSuffixFirst: boolean;
}

function drawSplit(rng: Rng, isSuffixFirst: boolean): Split {
  const [one, other] = [rng.uniform(), rng.uniform()];
  return { from: Math.min(one, other), to: Math.max(one, other), isSuffixFirst };
}

type Rearranging = Omit<InfillRowOptions, 'rate'> & { readonly onlyMiddles?: boolean };

function rearranged(rows: RowSource, options: Rearranging, draw: (rng: Rng) => Split | false): RowSource {
  const { eosId, seed, onlyMiddles = false } = options;
  const { contextLength } = rows;
  const rngs = createRng(seed).split('infill');
  return {
    ...rows,
    fill(row, inputs, targets, at) {
      rows.fill(row, inputs, targets, at);
      const end = at + contextLength;
      const [before, ids] = [inputs.slice(at, end), targets.slice(at, end)];
      inputs.fill(eosId, at, end);
      targets.fill(IGNORE, at, end);
      const rng = rngs.split(row);
      let place = at;
      for (const [from, to] of documentsIn(before, ids, eosId)) {
        const own = ids.subarray(from, to);
        const isLast = to === contextLength || ids[to] === IGNORE;
        const split = draw(rng);
        const made = split && rearrange(own, split, isLast ? end - place : own.length, options);
        const written = made ? made.ids : own;
        inputs[place] = made ? eosId : before[from];
        inputs.set(written.slice(0, -1), place + 1);
        if (made || !onlyMiddles) targets.set(written, place);
        if (made && onlyMiddles) targets.fill(IGNORE, place, place + made.middle);
        place += written.length;
      }
    },
  };
}

/** Where each document of a row, or the part of it that is there, begins and ends. */
function* documentsIn(before: Int32Array, ids: Int32Array, eosId: number): Generator<[number, number]> {
  let from = 0;
  while (from < ids.length && ids[from] !== IGNORE) {
    let to = from + 1;
    while (to < ids.length && ids[to] !== IGNORE && ids[to - 1] !== eosId && before[to] === ids[to - 1]) to++;
    yield [from, to];
    from = to;
  }
}

/** The ids of a document with its middle last, and where that begins; undefined where it is too short for the room. */
function rearrange(
  document: Int32Array,
  { from, to, isSuffixFirst }: Split,
  room: number,
  { tokenizer, infilling, eosId }: Rearranging,
): { readonly ids: number[]; readonly middle: number } | undefined {
  let count = Math.min(document.at(-1) === eosId ? document.length - 1 : document.length, room - MARKS);
  while (count > 0) {
    // A row may begin and end within a character.
    const text = tokenizer.decode(document.subarray(0, count)).replace(/^\uFFFD+|\uFFFD+$/g, '');
    const characters = Array.from(text);
    const [first, second] = [from, to].map((share) => Math.floor(share * (characters.length + 1)));
    const part = (start: number, stop?: number) => characters.slice(start, stop).join('');
    const around = { prefix: part(0, first), suffix: part(second) };
    const middle = infilling.encode(part(first, second));
    const ids = [...infillPrompt({ ...infilling, isSuffixFirst }, around), ...middle, eosId];
    if (ids.length <= room) return { ids, middle: ids.length - middle.length - 1 };
    count -= ids.length - room;
  }
  return undefined;
}
