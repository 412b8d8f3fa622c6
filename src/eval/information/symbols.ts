/** Texts as rows of numbered symbols: characters, words or tokens, and how often each run of them occurs. */

import { createVocabulary, type Ids, splitText } from '../../repeat/index.ts';
import type { Tokenizer } from '../../types.ts';
import { checkInteger, fail } from '../errors.ts';

/**
 * `character`: every code point, white space too; `word`: words as a dictionary finds them and punctuation marks, without white
 * space; `token`: of a tokenizer.
 */
export type SymbolUnit = 'character' | 'word' | 'token';

export interface SymbolText {
  /** One row a text; no run of symbols reaches from one text into the next. */
  readonly rows: readonly Int32Array[];
  /** What the symbol with each number looks like. */
  readonly names: readonly string[];
}

/** Cuts texts into symbols. Numbers count from 0 in the order of first sight; `tokenizer` is needed for tokens alone. */
export function symbolsOf(
  texts: readonly string[],
  unit: SymbolUnit = 'character',
  tokenizer?: Tokenizer,
): SymbolText {
  const cut = cutterOf(unit, tokenizer);
  const number = createVocabulary();
  const names: string[] = [];
  const rows = texts.map((text) => {
    const pieces = cut(text);
    const row = number(pieces);
    row.forEach((symbol, i) => {
      names[symbol] ??= pieces[i];
    });
    return row;
  });
  return { rows, names };
}

/** Pieces that name symbols: of two tokens that read alike (half characters), each has its number behind it. */
function cutterOf(unit: SymbolUnit, tokenizer?: Tokenizer): (text: string) => readonly string[] {
  if (unit === 'character') return (text) => Array.from(text);
  if (unit === 'word') return (text) => splitText(text, 'segments');
  if (!tokenizer) {
    throw fail('eval/option', {
      where: 'symbolsOf',
      option: 'tokenizer',
      rule: 'given for tokens',
      got: tokenizer,
    });
  }
  const known = new Map<number, string>();
  const nameOf = (id: number): string => {
    const name = known.get(id) ?? tokenizer.decode([id], { keepSpecial: true });
    const whole = name.includes('\ufffd') ? `\ufffd#${id}` : name;
    known.set(id, whole);
    return whole;
  };
  return (text) => tokenizer.encode(text).map(nameOf);
}

/** How often each different run of n symbols occurs. */
export interface GramCounts {
  readonly n: number;
  /** One count for each different run. */
  readonly counts: Uint32Array;
  /** All of them together. */
  readonly total: number;
}

/** Counts the runs of 1 to `order` symbols; entry n − 1 is for n. Time and memory linear in the texts for each n. */
export function countGrams(rows: readonly Ids[], order: number): GramCounts[] {
  checkInteger('countGrams', 'order', order, 1);
  const alphabet = rows.reduce((most, row) => Math.max(most, greatest(row) + 1), 1);
  /** The number of the run of n − 1 symbols that begins at each place. */
  let numbers = rows.map((row) => new Float64Array(row.length));
  const found: GramCounts[] = [];
  for (let n = 1; n <= order; n++) {
    const known = new Map<number, number>();
    const counts: number[] = [];
    let total = 0;
    numbers = numbers.map((before, r) => {
      const row = rows[r];
      const now = new Float64Array(Math.max(0, row.length - n + 1));
      for (let i = 0; i < now.length; i++) {
        const key = before[i] * alphabet + row[i + n - 1];
        let number = known.get(key);
        if (number === undefined) {
          number = counts.length;
          known.set(key, number);
          counts.push(0);
        }
        counts[number]++;
        now[i] = number;
      }
      total += now.length;
      return now;
    });
    found.push({ n, counts: Uint32Array.from(counts), total });
  }
  return found;
}

/** The greatest entry; −1 for none. */
function greatest(row: Ids): number {
  let most = -1;
  for (let i = 0; i < row.length; i++) if (row[i] > most) most = row[i];
  return most;
}

/** A pair of symbols, the second `distance` places after the first, and how often it occurs. */
export interface PairCount {
  readonly first: number;
  readonly second: number;
  readonly count: number;
}

export interface PairTable {
  readonly pairs: readonly PairCount[];
  /** How often each symbol stands first, and second. */
  readonly firsts: ReadonlyMap<number, number>;
  readonly seconds: ReadonlyMap<number, number>;
  readonly total: number;
}

/** Every pair of symbols at a distance, in the order of first sight. */
export function countPairs(rows: readonly Ids[], distance = 1): PairTable {
  checkInteger('countPairs', 'distance', distance, 1);
  const alphabet = rows.reduce((most, row) => Math.max(most, greatest(row) + 1), 1);
  const counts = new Map<number, number>();
  const firsts = new Map<number, number>();
  const seconds = new Map<number, number>();
  let total = 0;
  for (const row of rows) {
    for (let i = 0; i + distance < row.length; i++) {
      const [first, second] = [row[i], row[i + distance]];
      const key = first * alphabet + second;
      counts.set(key, (counts.get(key) ?? 0) + 1);
      firsts.set(first, (firsts.get(first) ?? 0) + 1);
      seconds.set(second, (seconds.get(second) ?? 0) + 1);
      total++;
    }
  }
  const pairs = Array.from(counts, ([key, count]) => ({
    first: Math.floor(key / alphabet),
    second: key % alphabet,
    count,
  }));
  return { pairs, firsts, seconds, total };
}
