/** What a video shows and what is said in it, along its time. */

import type { HeardSegment } from '../../types.ts';

/** What is seen in a frame. */
export interface FrameCaption {
  /** When the frame is shown. */
  readonly seconds: number;
  readonly text: string;
}

/** A stretch of time in which the same is seen, or something is said; times are in seconds. */
export interface TimelineEntry {
  readonly kind: 'seen' | 'said';
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Of what is seen: frames with this caption. */
  readonly frames?: number;
}

const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/**
 * Captions and speech in the order of their beginnings. Neighbouring frames with the same caption (but for letter case and marks)
 * are one entry, which lasts until something else is seen; frames and segments without a word are left out.
 */
export function videoTimeline(
  captions: readonly FrameCaption[],
  speech: readonly HeardSegment[],
  seconds: number,
): TimelineEntry[] {
  const seen: (TimelineEntry & { frames: number; end: number })[] = [];
  for (const { text, seconds: at } of captions.toSorted((a, b) => a.seconds - b.seconds)) {
    const last = seen.at(-1);
    if (last) last.end = at;
    if (last && plain(last.text) === plain(text)) last.frames++;
    else seen.push({ kind: 'seen', text: text.trim(), start: at, end: at, frames: 1 });
  }
  const last = seen.at(-1);
  if (last) last.end = Math.max(last.start, seconds);
  const said = speech.map(
    ({ text, start, end }): TimelineEntry => ({ kind: 'said', text: text.trim(), start, end }),
  );
  return [...seen, ...said].filter(({ text }) => plain(text) !== '').sort((a, b) => a.start - b.start);
}

/** `1:02:03`, or `2:03` below an hour. */
export function clockTime(seconds: number): string {
  const whole = Math.floor(Math.max(0, seconds));
  const two = (number: number): string => String(number).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(whole % 60)}`;
}
