/** Tunes whose bars fit their metre, as a grammar (GBNF): a bar is spelled note by note until it is full. */

import type { TuneForm } from './write-tunes.ts';

/** Lengths are counted in halves of the unit (L:); how each is written behind its pitch. */
const LENGTHS = new Map([
  [1, '"/" "2"?'],
  [2, ''],
  [3, '"3/2"'],
  [4, '"2"'],
  [6, '"3"'],
  [8, '"4"'],
  [12, '"6"'],
  [16, '"8"'],
]);

/** What an upbeat lasts at most, in halves of the unit. */
const UPBEATS = [1, 2, 3, 4, 6];

/**
 * The grammar of the text of a tune in this metre: its header, then parts of bars that are full, with an upbeat in front and a last bar that
 * makes room for one. Triplets and dotted pairs are in it; several voices and changes of metre or key are not.
 */
export function tuneGrammar({ rhythm, metre, key }: FormInMetre): string {
  const lead = rhythm === undefined ? '("R:" line)? ' : `"R:${rhythm}\\n" `;
  return `root ::= ${lead}"M:" tune\n${rulesOf(metre, key)}`;
}

/** The grammar of what stands behind `M:`, where that is the prompt. */
export const restGrammar = ({ metre, key }: FormInMetre): string => `root ::= tune\n${rulesOf(metre, key)}`;

/** Halves of the unit in a bar that can be kept: below there is no room for an upbeat, above a grammar grows too large. */
const SHORTEST_BAR = 4;
const LONGEST_BAR = 64;

/** The unit of a metre where none is named (standard, §3.1.7), and how long a bar is in halves of it. */
function barOf(metre: string): { readonly unit: number; readonly bar: number } {
  const [beats, beat] = metre.split('/').map(Number);
  const unit = beats / beat < 0.75 ? 16 : 8;
  return { unit, bar: (2 * beats * unit) / beat };
}

/** Whether a grammar can keep bars to this metre. */
export function canKeepMetre(metre: string): boolean {
  const { bar } = barOf(metre);
  return Number.isInteger(bar) && bar >= SHORTEST_BAR && bar <= LONGEST_BAR;
}

/** A form with a metre to keep, of which `canKeepMetre` is true. */
export type FormInMetre = TuneForm & { readonly metre: string };

function rulesOf(metre: string, key: string | undefined): string {
  const { unit, bar } = barOf(metre);
  const short = UPBEATS.filter((length) => length < bar / 2);
  const choice = (lengths: readonly number[]) => lengths.map((length) => `rest${length}`).join(' | ');
  const rows = [
    String.raw`line ::= [^\n]+ "\n"`,
    String.raw`pitch ::= [\^_=]? [A-Ga-g] [,']? | "z"`,
    String.raw`before ::= ("(" | "." | "~" | "\"" [A-G] [#b]? "m"? "7"? "\"")?`,
    String.raw`behind ::= [)\-]? " "?`,
    String.raw`plain ::= [\^_=]? [A-Ga-g] [,']?`,
    String.raw`bar-line ::= "|" " "? "\n"?`,
    String.raw`part-end ::= (":|" | "||" | "|]") " "? "\n"?`,
  ];
  for (let left = 1; left <= bar; left++) rows.push(...rowsOf(left));
  const keyed = key === undefined ? '"K:" line' : `"K:${key}\\n"`;
  rows.push(
    `upbeat ::= ${choice(short)}`,
    `last ::= ${choice([bar, ...short.map((length) => bar - length)])}`,
    `part ::= "|:"? (upbeat bar-line)? rest${bar} bar-line (rest${bar} bar-line)+ last part-end`,
    `tune ::= "${metre}\\n" "L:1/${unit}\\n" ${keyed} part+`,
  );
  return `${rows.join('\n')}\n`;
}

/** How a bar goes on of which so much is left: a note, then its length. Shared beginnings are written once, so that it is soon read. */
function rowsOf(left: number): string[] {
  const then = (length: number): string => (left === length ? 'behind' : `behind rest${left - length}`);
  const ends = Array.from(LENGTHS)
    .filter(([length]) => length <= left)
    .map(([length, suffix]) => `${suffix} ${then(length)}`);
  if (left >= 4) ends.push(`[<>] plain ${then(4)}`);
  if (left >= 8) ends.push(`"2" [<>] plain "2" ${then(8)}`);
  const triplet = left >= 4 ? ` | "(3" plain plain plain ${then(4)}` : '';
  return [`rest${left} ::= before pitch held${left}${triplet}`, `held${left} ::= ${ends.join(' | ')}`];
}
