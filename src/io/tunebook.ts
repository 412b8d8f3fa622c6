/** Tunebooks in ABC notation (the ABC standard v2.1, abcnotation.com): the tunes of a file, and each as a text to learn from. */

import { limits } from './limits.ts';

/** A tune as it stands in its file. */
export interface BookTune {
  /** From its `X:` to the empty line behind it. */
  readonly text: string;
  /** The line of its `X:`, from 1 on. */
  readonly line: number;
  readonly title?: string;
}

/** A tune to learn from, or why it is none: without a key, without notes, too long. */
export type TuneToLearn = { readonly text: string } | { readonly broken: 'key' | 'notes' | 'long' };

/** The tunes of a file. A field of metre, unit length or rhythm that stands before the first of them is for those without one. */
export function splitTunebook(text: string): BookTune[] {
  const lines = text.split(/\r\n?|\n/);
  // One of each kind, the last: however often a hostile file repeats them, every tune gets three at most.
  const shared = new Map<string, string>();
  const tunes: BookTune[] = [];
  for (let at = 0; at < lines.length; at++) {
    if (!lines[at].startsWith('X:')) {
      if (tunes.length === 0 && /^[MLR]:/.test(lines[at])) shared.set(lines[at][0], lines[at]);
      continue;
    }
    const line = at + 1;
    const own = [lines[at]];
    while (at + 1 < lines.length && lines[at + 1].trim() !== '' && !lines[at + 1].startsWith('X:'))
      own.push(lines[++at]);
    const missing = Array.from(shared).filter(([name]) => !own.some((other) => other.startsWith(`${name}:`)));
    own.splice(1, 0, ...missing.map(([, field]) => field));
    const title = own
      .find((other) => other.startsWith('T:'))
      ?.slice(2)
      .trim();
    tunes.push({ text: `${own.join('\n')}\n`, line, ...(title && { title }) });
  }
  return tunes;
}

const MODES = [
  [/^$|^maj|^ion/i, ''],
  [/^m$|^min|^aeo/i, 'm'],
  [/^dor/i, 'Dor'],
  [/^mix/i, 'Mix'],
  [/^lyd/i, 'Lyd'],
  [/^phr/i, 'Phr'],
  [/^loc/i, 'Loc'],
] as const;

/** A key in its one spelling (`G`, `F#m`, `ADor`); undefined where it is none. Accidentals and clefs behind it are left out. */
export function tuneKey(text: string): string | undefined {
  const [, tonic, sign, word] = /^\s*([A-G])([#b]?)\s*([A-Za-z]*)/.exec(text) ?? [];
  const mode = tonic && MODES.find(([pattern]) => pattern.test(word === 'clef' ? '' : word));
  return mode ? tonic + sign + mode[1] : undefined;
}

/** A metre in its one spelling (`6/8`; `C` is `4/4`, `C|` is `2/2`); undefined where it is none, or free. */
export function tuneMetre(text: string): string | undefined {
  const metre = text.trim();
  if (metre === 'C') return '4/4';
  if (metre === 'C|') return '2/2';
  return /^[1-9]\d?\/(?:1|2|4|8|16|32)$/.test(metre) ? metre : undefined;
}

/** A rhythm in its one spelling: `slip jig`; undefined where it is no such word. */
export function tuneRhythm(text: string): string | undefined {
  const rhythm = text.trim().toLowerCase();
  return /^[a-z][a-z -]{0,23}$/.test(rhythm) ? rhythm : undefined;
}

/** The unit of a note's length where none is named: a sixteenth in a metre below 3/4, else an eighth (standard, §3.1.7). */
export function unitOf(metre: string | undefined): string {
  const [beats, beat] = metre?.split('/').map(Number) ?? [];
  return beats / beat < 0.75 ? '1/16' : '1/8';
}

/** Fields that change the music where they stand. */
const IN_THE_MUSIC = /^[KLMV]:/;
const CHORD = /^[A-G][#b]?[^\s"]{0,8}$/;

/** A line of music without what tells how it was written down or is to be played: remarks, fingerings, bowings, decorations by name. */
const bareMusic = (line: string): string =>
  line
    .replace(/%.*/, '')
    .replace(/"([^"]*)"|\[([A-Za-z]:)[^\]]*\]|![^!\s]{1,20}!|[uv\\`]/g, (whole, words, field) =>
      (words !== undefined && CHORD.test(words)) || (field && IN_THE_MUSIC.test(field)) ? whole : '',
    )
    .replace(/[ \t]+/g, ' ')
    .trim();

/**
 * A tune as it is learned: rhythm, metre, unit length and key in one order and one spelling, then the music. Titles, names, sources
 * and words to sing are no music and left out.
 */
export function tuneToLearn(text: string): TuneToLearn {
  if (text.length > limits.tuneCharacters) return { broken: 'long' };
  const lines = text.split('\n');
  const end = lines.findIndex((line) => line.startsWith('K:'));
  if (end < 0) return { broken: 'key' };
  const fieldOf = (name: string): string | undefined => {
    const line = lines.slice(0, end + 1).find((other) => other.startsWith(`${name}:`));
    return line?.slice(2).replace(/%.*/, '').trim() || undefined;
  };
  const metreField = fieldOf('M');
  const metre = metreField && (tuneMetre(metreField) ?? metreField);
  const key = fieldOf('K') ?? 'C';
  const rhythm = tuneRhythm(fieldOf('R') ?? '');
  const music = lines
    .slice(end + 1)
    .filter((line) => !/^[A-Za-z]:/.test(line) || IN_THE_MUSIC.test(line))
    .map((line) => (IN_THE_MUSIC.test(line) ? line.replace(/%.*/, '').trim() : bareMusic(line)))
    .filter((line) => line !== '');
  if (!music.some((line) => !IN_THE_MUSIC.test(line) && /[A-Ga-g]/.test(line))) return { broken: 'notes' };
  const header = [
    ...(rhythm === undefined ? [] : [`R:${rhythm}`]),
    `M:${metre ?? 'none'}`,
    `L:${fieldOf('L') ?? unitOf(metre)}`,
    `K:${/^[A-G][#b]?\s*[A-Za-z]*$/.test(key) ? (tuneKey(key) ?? key) : key}`,
  ];
  return { text: [...header, ...music].join('\n') };
}
