/** Whether a tune can be played: how much would sound, reckoned before the parser unrolls it. */

import type { TuneObject, VoiceItem } from 'abcjs';
import { barLength } from './bars.ts';
import { limits } from './limits.ts';

/** Notes that a trill makes of a whole note. */
const TRILLED = 32;

/**
 * Whether no bar or note is too long, and no more notes sound than can be kept. NOTE It must be asked first: a few characters (a
 * long note, a trill on it, an ending `1-99999999`) would take all memory, which no `catch` survives.
 */
export function isPlayable(tune: TuneObject): boolean {
  let sounding = 0;
  let times = 2;
  let longest = 0;
  const read = (item: VoiceItem): void => {
    if (item.el_type === 'note') {
      const bars = item.rest?.type.endsWith('multimeasure') ? Number(item.rest.text ?? 1) : 1;
      longest = Math.max(longest, item.duration);
      sounding += (item.pitches?.length ?? 0) + TRILLED * item.duration * bars;
    } else if (item.el_type === 'meter') longest = Math.max(longest, barLength(item) ?? 0);
    else if (item.el_type === 'bar')
      for (const ending of item.startEnding?.match(/\d+/g) ?? []) times = Math.max(times, Number(ending));
  };
  for (const { staff = [] } of tune.lines)
    for (const { meter, voices = [] } of staff) {
      if (meter) longest = Math.max(longest, barLength(meter) ?? 0);
      for (const item of voices.flat()) read(item);
    }
  return longest <= limits.noteLength && sounding * times <= limits.soundingNotes;
}
