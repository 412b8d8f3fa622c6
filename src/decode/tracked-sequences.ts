/** Sequences that remember the ids they have read: their memory can be lent to others, taken away and made anew. */

import type { Sequence } from '../types.ts';
import { fail } from './errors.ts';

/** What one sequence has read, and where. */
export interface Track {
  readonly ids: number[];
  /** The model's sequence; none until something is read, or after its memory was taken away. */
  real: Sequence | undefined;
  /** The open ones that belong together: a fork joins its origin's. */
  readonly group?: Set<Track>;
}

export interface TrackedSequences<Own extends Track> {
  open(track: Own): Sequence;
  /** @throws when the sequence was closed. */
  of(sequence: Sequence): Own;
  find(sequence: Sequence): Own | undefined;
  /** How many are open. */
  readonly count: number;
  all(): Iterable<Own>;
  /** Closes everything that is still open, and hands nothing over. */
  closeAll(): void;
}

/** `onClose` gets what a closed sequence leaves behind: its track, whose `real` it must close or keep. */
export function trackSequences<Own extends Track>(
  onClose: (track: Own & { real: Sequence }) => void,
): TrackedSequences<Own> {
  const tracks = new Map<Sequence, Own>();
  const of = (sequence: Sequence): Own => {
    const track = tracks.get(sequence);
    if (!track) throw fail('decode/closed', undefined);
    return track;
  };
  const open = (track: Own): Sequence => {
    const sequence: Sequence = {
      get length() {
        return of(sequence).ids.length;
      },
      rewind(length) {
        const { ids, real } = of(sequence);
        if (!(Number.isInteger(length) && length >= 0 && length <= ids.length)) {
          throw fail('decode/rewind', { least: 0, length: ids.length, to: length });
        }
        real?.rewind(length);
        ids.length = length;
      },
      fork() {
        const own = of(sequence);
        return open({ ...own, ids: [...own.ids], real: own.real?.fork() });
      },
      close() {
        const closed = tracks.get(sequence);
        tracks.delete(sequence);
        closed?.group?.delete(closed);
        if (closed?.real) onClose(closed as Own & { real: Sequence });
      },
    };
    tracks.set(sequence, track);
    track.group?.add(track);
    return sequence;
  };
  return {
    open,
    of,
    find: (sequence) => tracks.get(sequence),
    get count() {
      return tracks.size;
    },
    all: () => tracks.values(),
    closeAll() {
      for (const { real } of tracks.values()) real?.close();
      tracks.clear();
    },
  };
}
