/** The sequences of one run of a strategy, with the ids that each has read, so that another run can go on from them. */

import type { Sequence, StepRequest, StepWants } from '../types.ts';
import { commonLength } from './common-length.ts';
import type { DecodeTask } from './strategy.ts';
import { trackSequences } from './tracked-sequences.ts';

/** A sequence that nobody reads from at the moment, and what it has read. */
export interface Kept {
  readonly sequence: Sequence;
  readonly ids: readonly number[];
}

export interface TrackedModel {
  /** The model as the strategy sees it. */
  readonly model: DecodeTask['model'];
  /** The request as the real model understands it; sequences that were not opened here stay as they are. */
  translate(request: StepRequest, wants: StepWants | undefined): StepRequest;
  /** The ids that a sequence has read, when it was opened here. */
  idsOf(sequence: Sequence): readonly number[] | undefined;
  /** A fork of the sequence that shares the longest beginning with `ids`, cut to that. */
  keep(ids: readonly number[]): Kept | undefined;
  /** Closes everything that is still open. */
  close(): void;
}

/**
 * Tracks a model. With `kept`, the first ids that a new sequence reads are taken from the memory of what was kept, as far
 * as they agree; a step that wants the logits of every place reads them all.
 */
export function trackModel(source: DecodeTask['model'], kept?: Kept): TrackedModel {
  const isResumed = kept !== undefined;
  /** Memory without an owner: what was handed over, then the last sequence that the strategy closed. */
  let spare = kept;

  const setSpare = (next: Kept | undefined): void => {
    spare?.sequence.close();
    spare = next;
  };

  const tracks = trackSequences(({ real, ids }) => {
    if (tracks.count === 0) setSpare({ sequence: real, ids });
    else real.close();
  });

  /** The memory that shares the longest beginning with `ids`, and how long that is. */
  const nearest = (ids: readonly number[]): { real: Sequence; length: number } | undefined => {
    let best: { real: Sequence; length: number } | undefined;
    const consider = (real: Sequence | undefined, past: readonly number[]): void => {
      const length = commonLength(past, ids);
      if (real && length > (best?.length ?? 0)) best = { real, length };
    };
    for (const { real, ids: past } of tracks.all()) consider(real, past);
    if (spare) consider(spare.sequence, spare.ids);
    return best;
  };

  return {
    model: {
      vocabSize: source.vocabSize,
      contextLength: source.contextLength,
      hasPrefix: source.hasPrefix,
      open: () => tracks.open({ ids: [], real: undefined }),
    },
    translate(request, wants) {
      const { sequence, ids, prefix = 0 } = request;
      const track = tracks.find(sequence);
      if (!track) return request;
      let known = 0;
      if (!track.real) {
        const wanted = Array.from(ids);
        const donor = isResumed && wants?.logits !== 'all' ? nearest(wanted) : undefined;
        const shared = Math.min(donor?.length ?? 0, wanted.length - 1);
        // A prompt that is read in both directions is taken over whole or not at all.
        const isUsed = donor && !(source.hasPrefix && shared < prefix);
        track.real = isUsed ? donor.real.fork() : source.open();
        if (isUsed) {
          known = shared;
          track.real.rewind(known);
        }
        setSpare(undefined);
      }
      for (let i = 0; i < ids.length; i++) track.ids.push(ids[i]);
      if (known === 0) return { ...request, sequence: track.real };
      return { ...request, sequence: track.real, ids: Array.from(ids).slice(known), prefix: undefined };
    },
    idsOf: (sequence) => tracks.find(sequence)?.ids,
    keep(ids) {
      const donor = nearest(ids);
      if (!donor) return undefined;
      const sequence = donor.real.fork();
      sequence.rewind(donor.length);
      return { sequence, ids: ids.slice(0, donor.length) };
    },
    close() {
      setSpare(undefined);
      tracks.closeAll();
    },
  };
}
