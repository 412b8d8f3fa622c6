/** Whether a tune in ABC notation parses, and whether its bars fit its metre. */

import { parseTune, type Remark } from './abc.ts';
import { type Bar, type BarKind, barsOf } from './bars.ts';
import { limits } from './limits.ts';

/** What is wrong with a tune. `parser`: in the parser's words. */
export type TuneProblem =
  | ({ readonly kind: 'parser' } & Remark)
  | ({ readonly kind: 'bar' } & Omit<Bar, 'kind'> & { readonly line: number })
  | { readonly kind: 'partial-bars'; readonly full: number; readonly partial: number }
  | { readonly kind: 'no-notes' }
  | { readonly kind: 'no-metre' }
  | { readonly kind: 'too-long-note'; readonly limit: number };

export interface TuneCheck {
  /** The parser has nothing to say about it, and there are notes. */
  readonly parses: boolean;
  /** It has a metre, and its bars fit: none is wrong, and at least half of them are full. */
  readonly fits: boolean;
  readonly bars: Readonly<Record<BarKind, number>>;
  readonly notes: number;
  /** At most `limits.problems` of them. */
  readonly problems: readonly TuneProblem[];
}

/** Checks a tune, which begins with its header. */
export function checkTune(text: string): TuneCheck {
  const { tune, remarks } = parseTune(text);
  const bars = { full: 0, partial: 0, wrong: 0, free: 0 };
  const problems: TuneProblem[] = remarks.map((remark) => ({ kind: 'parser', ...remark }));
  let notes = 0;
  let longest = 0;
  for (const { staff = [] } of tune?.lines ?? [])
    for (const { voices = [] } of staff)
      for (const item of voices.flat())
        if (item.el_type === 'note') {
          if (item.pitches) notes++;
          longest = Math.max(longest, item.duration);
        }
  if (tune)
    for (const { kind, ...bar } of barsOf(tune)) {
      bars[kind]++;
      if (kind === 'wrong') problems.push({ kind: 'bar', ...bar, line: lineAt(text, bar.at) });
    }
  const { full, partial, wrong } = bars;
  if (tune && notes === 0) problems.push({ kind: 'no-notes' });
  else if (full + partial + wrong === 0 && tune) problems.push({ kind: 'no-metre' });
  else if (wrong === 0 && full < partial) problems.push({ kind: 'partial-bars', full, partial });
  if (longest > limits.noteLength) problems.push({ kind: 'too-long-note', limit: limits.noteLength });
  return {
    parses: remarks.length === 0 && notes > 0 && longest <= limits.noteLength,
    fits: wrong === 0 && full > 0 && full >= partial,
    bars,
    notes,
    problems: problems.slice(0, limits.problems),
  };
}

const lineAt = (text: string, at: number): number => text.slice(0, at).split('\n').length;
