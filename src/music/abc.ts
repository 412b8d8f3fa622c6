/** The parser of ABC notation that everything here asks: abcjs. */

import abcjs, { type TuneObject } from 'abcjs';
import { limits } from './limits.ts';

export type { VoiceItem, VoiceItemNote } from 'abcjs';

/** Something that the parser says about a tune: where, both from 1 on, and what. */
export interface Remark {
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
}

export interface ParsedTune {
  readonly tune: TuneObject | undefined;
  readonly remarks: readonly Remark[];
}

/** Reads the first tune of a text. What the parser throws is a remark, too. */
export function parseTune(text: string): ParsedTune {
  if (text.length > limits.tuneCharacters)
    return { tune: undefined, remarks: [{ message: `longer than ${limits.tuneCharacters} characters` }] };
  try {
    const [tune] = abcjs.parseOnly(text);
    return { tune, remarks: (tune.warnings ?? []).map(remarkOf) };
  } catch (error) {
    return { tune: undefined, remarks: [{ message: String((error as Error).message) }] };
  }
}

/** A warning reads `Music Line:4:1: what: the line, with <span>` around the place. */
function remarkOf(warning: string): Remark {
  const [, line, column, rest] = /^Music Line:(\d+):(\d+): (.*)$/s.exec(warning) ?? [];
  const message = (rest ?? warning).replace(/: {2}[\s\S]*<span[\s\S]*$/, '').replace(/<[^>]*>/g, '');
  return line === undefined ? { message } : { line: Number(line), column: Number(column), message };
}

/** A tune as a MIDI file; undefined where the parser cannot play it. */
export function tuneMidi(text: string): Uint8Array | undefined {
  try {
    // NOTE Typed as a text; with `binary` it is one array of bytes for each tune.
    const [bytes] = abcjs.synth.getMidiFile(text, { midiOutputType: 'binary' }) as unknown as Uint8Array[];
    return bytes;
  } catch {
    return undefined;
  }
}

/** A note as it sounds. */
export interface PlayedNote {
  /** Of MIDI: 60 is the middle C. */
  readonly pitch: number;
  readonly startSeconds: number;
  readonly seconds: number;
  /** In (0, 1]. */
  readonly loudness: number;
}

/** Every note of a tune as it is played, with repeats and chords; none where the parser cannot play it. */
export function playedNotes(text: string): PlayedNote[] {
  const { tune } = parseTune(text);
  if (!tune) return [];
  try {
    // NOTE The tempo is in quarters a minute, times are in whole notes.
    const { tempo, tracks } = tune.setUpAudio({});
    const whole = 240 / tempo;
    return tracks.flat().flatMap((event) =>
      event.cmd === 'note'
        ? {
            pitch: event.pitch,
            startSeconds: event.start * whole,
            seconds: event.duration * whole,
            loudness: event.volume / 127,
          }
        : [],
    );
  } catch {
    return [];
  }
}
