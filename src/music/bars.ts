/** The bars of a tune, held against its metre. */

import type { TuneObject } from 'abcjs';
import type { VoiceItem, VoiceItemNote } from './abc.ts';

/**
 * `full`: it lasts what the metre says. `partial`: shorter, at the edge of a part, where an upbeat and the bar that makes room for
 * it stand. `wrong`: anything else. `free`: there is no metre to hold it against.
 */
export type BarKind = 'full' | 'partial' | 'wrong' | 'free';

export interface Bar {
  /** From 1 on, in its voice. */
  readonly number: number;
  readonly kind: BarKind;
  /** How long it lasts, and should last, in whole notes. */
  readonly length: number;
  readonly wanted?: number;
  /** Where it begins, in characters of the tune. */
  readonly at: number;
}

/** Lengths are sums of binary fractions and of thirds: what is nearer than this is equal. */
const TOLERANCE = 1e-6;

type Meter = Pick<
  NonNullable<NonNullable<TuneObject['lines'][number]['staff']>[number]['meter']>,
  'type' | 'value'
>;

/** Whole notes of a bar; undefined where the metre is free. */
export function barLength({ type, value }: Meter): number | undefined {
  if (type === 'common_time' || type === 'cut_time') return 1;
  if (type !== 'specified' || !value) return undefined;
  let sum = 0;
  // NOTE The parser gives texts, and sums as they stand: 2+3.
  for (const { num, den } of value)
    for (const part of String(num).split('+')) sum += Number(part) / Number(den ?? 1);
  return sum > 0 ? sum : undefined;
}

type Note = VoiceItemNote & {
  readonly startTriplet?: number;
  readonly tripletMultiplier?: number;
  readonly endTriplet?: boolean;
};

/** The bars of every voice. */
export function barsOf(tune: TuneObject): Bar[] {
  const voices = new Map<string, ReturnType<typeof barReader>>();
  for (const { staff = [] } of tune.lines)
    for (const [i, { meter, voices: read = [] }] of staff.entries())
      for (const [j, items] of read.entries()) {
        const key = `${i}:${j}`;
        const reader = voices.get(key) ?? barReader();
        voices.set(key, reader);
        if (meter) reader.setMetre(meter);
        for (const item of items) reader.read(item);
      }
  return Array.from(voices.values()).flatMap((reader) => reader.end());
}

function barReader() {
  const bars: Bar[] = [];
  let wanted: number | undefined;
  let next: number | undefined;
  let length = 0;
  let times = 1;
  let at = 0;
  let isWhole = false;
  let isFirst = true;

  /** Ends a bar; `isLast`: nothing of its part follows. */
  function close(isLast: boolean): void {
    if (length > 0 || isWhole) {
      const isEdge = isFirst || isLast;
      const kind =
        wanted === undefined
          ? 'free'
          : isWhole || Math.abs(length - wanted) < TOLERANCE
            ? 'full'
            : length < wanted && isEdge
              ? 'partial'
              : 'wrong';
      bars.push({ number: bars.length + 1, kind, length, ...(wanted !== undefined && { wanted }), at });
      isFirst = false;
    }
    if (isLast) isFirst = true;
    [length, isWhole, wanted] = [0, false, next];
  }

  function readNote(note: Note): void {
    const { rest, duration, startTriplet, tripletMultiplier = 1, endTriplet } = note;
    if (length === 0) at = note.startChar;
    if (startTriplet !== undefined) times = tripletMultiplier;
    // NOTE A space to write in is given a length, and a rest of many bars that of the first metre.
    if (rest?.type === 'multimeasure' || rest?.type === 'invisible-multimeasure') isWhole = true;
    else if (rest?.type !== 'spacer') length += duration * times;
    if (endTriplet) times = 1;
  }

  return {
    setMetre(meter: Meter): void {
      next = barLength(meter);
      if (length === 0) wanted = next;
    },
    read(item: VoiceItem): void {
      if (item.el_type === 'note') readNote(item);
      else if (item.el_type === 'meter') this.setMetre(item);
      else if (item.el_type === 'bar' && item.type !== 'bar_invisible')
        close(item.type !== 'bar_thin' || item.startEnding !== undefined);
    },
    end(): Bar[] {
      close(true);
      return bars;
    },
  };
}
