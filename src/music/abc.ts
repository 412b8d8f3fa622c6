/** The parser of ABC notation that everything here asks: abcjs. */

import abcjs, { type TuneObject } from 'abcjs';
import { limits } from './limits.ts';
import { isPlayable } from './playable.ts';

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

/**
 * A text as the parser may have it, every character in its place; or why it may not. Orders to programs (`%%`, `I:`) are comments
 * here: among them are drums for hours, and one at which the parser never ends.
 */
export function boundedText(text: string): { readonly text: string } | { readonly refused: string } {
  if (text.length > limits.tuneCharacters)
    return { refused: `longer than ${limits.tuneCharacters} characters` };
  // The parser goes through the whole tune once more for each voice that lies over another in a bar.
  if (text.split('&').length > limits.overlays + 1)
    return { refused: `more than ${limits.overlays} voices laid over others with &` };
  const bounded = text
    // One of the control characters lets a field begin in the middle of a line; each is told as an unknown character.
    .replace(/(?![\n\r\t])[\p{Cc}\u2028\u2029]/gu, '\ufffd')
    .replace(/^%%begin([a-z]+)[\s\S]*?^%%end\1/gim, (block) => block.replace(/^./gm, '%'))
    .replace(/^([^\S\r\n]*)(?:%%|I:)/gm, '$1% ')
    .replace(/\[I:/g, '[r:');
  return { text: bounded };
}

/** Reads the first tune of a text. What the parser throws is a remark, too. */
export function parseTune(text: string): ParsedTune {
  const bounded = boundedText(text);
  if ('refused' in bounded) return { tune: undefined, remarks: [{ message: bounded.refused }] };
  try {
    const [tune] = abcjs.parseOnly(bounded.text);
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

/** A tune as a MIDI file; undefined where it cannot be played. */
export function tuneMidi(text: string): Uint8Array | undefined {
  const { tune } = parseTune(text);
  if (!tune || !notesOf(tune)) return undefined;
  try {
    // NOTE Typed as a text; with `binary` it is an array of bytes.
    return abcjs.synth.getMidiFile(tune, { midiOutputType: 'binary' }) as unknown as Uint8Array;
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

/** Every note of a tune as it is played, with repeats and chords; none where it cannot be played. */
export function playedNotes(text: string): PlayedNote[] {
  const { tune } = parseTune(text);
  return (tune && notesOf(tune)) ?? [];
}

/** Undefined where there is too much of it, where the parser cannot play it, or where a note is none that can sound. */
function notesOf(tune: TuneObject): PlayedNote[] | undefined {
  if (!isPlayable(tune)) return undefined;
  try {
    // NOTE The tempo is in quarters a minute, times are in whole notes.
    const { tempo, tracks } = tune.setUpAudio({});
    const whole = 240 / tempo;
    const notes = tracks.flat().flatMap((event) =>
      event.cmd === 'note'
        ? {
            pitch: event.pitch,
            startSeconds: event.start * whole,
            seconds: event.duration * whole,
            loudness: event.volume / 127,
          }
        : [],
    );
    return notes.every(canSound) ? notes : undefined;
  } catch {
    return undefined;
  }
}

const canSound = ({ pitch, startSeconds, seconds }: PlayedNote): boolean =>
  pitch >= 0 && pitch <= 127 && startSeconds >= 0 && seconds >= 0 && Number.isFinite(startSeconds + seconds);
