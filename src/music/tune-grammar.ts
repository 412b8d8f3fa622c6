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

/** The units of length that a tune may have. */
const UNITS = [8, 16];

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

/** The units in which a bar of this metre can be spelled, and how long it is in halves of each. */
function barLengths(metre: string): { readonly unit: number; readonly bar: number }[] {
  const [beats, beat] = metre.split('/').map(Number);
  return UNITS.map((unit) => ({ unit, bar: (2 * beats * unit) / beat })).filter(
    ({ bar }) => Number.isInteger(bar) && bar >= SHORTEST_BAR && bar <= LONGEST_BAR,
  );
}

/** Whether a grammar can keep bars to this metre. */
export const canKeepMetre = (metre: string): boolean => barLengths(metre).length > 0;

/** A form with a metre to keep, of which `canKeepMetre` is true. */
export type FormInMetre = TuneForm & { readonly metre: string };

function rulesOf(metre: string, key: string | undefined): string {
  const lengths = barLengths(metre);
  const longest = Math.max(...lengths.map(({ bar }) => bar));
  const rows = [
    String.raw`line ::= [^\n]+ "\n"`,
    String.raw`pitch ::= [\^_=]? [A-Ga-g] [,']? | "z"`,
    String.raw`before ::= ("(" | "." | "~" | "\"" [A-G] [#b]? "m"? "7"? "\"")?`,
    String.raw`behind ::= [)\-]? " "?`,
    String.raw`plain ::= [\^_=]? [A-Ga-g] [,']?`,
    String.raw`bar-line ::= "|" " "? "\n"?`,
    String.raw`part-end ::= (":|" | "||" | "|]") " "? "\n"?`,
  ];
  for (let left = 1; left <= longest; left++) rows.push(`rest${left} ::= ${spellings(left).join(' | ')}`);
  const keyed = key === undefined ? '"K:" line' : `"K:${key}\\n"`;
  for (const { unit, bar } of lengths) {
    const short = UPBEATS.filter((length) => length < bar / 2);
    rows.push(
      `upbeat${unit} ::= ${short.map((length) => `rest${length}`).join(' | ')}`,
      `last${unit} ::= ${[bar, ...short.map((length) => bar - length)].map((length) => `rest${length}`).join(' | ')}`,
      `part${unit} ::= "|:"? (upbeat${unit} bar-line)? rest${bar} bar-line (rest${bar} bar-line)+ last${unit} part-end`,
    );
  }
  const units = lengths.map(({ unit }) => `"L:1/${unit}\\n" ${keyed} part${unit}+`);
  rows.push(`tune ::= "${metre}\\n" (${units.join(' | ')})`);
  return `${rows.join('\n')}\n`;
}

/** How a bar goes on of which so much is left. */
function spellings(left: number): string[] {
  const then = (length: number): string => (left === length ? '' : ` rest${left - length}`);
  const rows: string[] = [];
  for (const [length, suffix] of LENGTHS)
    if (length <= left) rows.push(`before pitch ${suffix} behind${then(length)}`);
  if (left >= 4) {
    rows.push(`before plain [<>] plain behind${then(4)}`, `"(3" plain plain plain behind${then(4)}`);
  }
  if (left >= 8) rows.push(`before plain "2" [<>] plain "2" behind${then(8)}`);
  return rows;
}
