/** What was heard as subtitles: SubRip (.srt) and WebVTT (.vtt). */

import type { HeardSegment } from '../types.ts';

/** `01:02:03,456`; WebVTT has a point for the comma. */
function clock(seconds: number, point: ',' | '.'): string {
  const ms = Math.max(0, Math.round(seconds * 1000));
  const two = (number: number): string => String(number).padStart(2, '0');
  const whole = Math.floor(ms / 1000);
  const time = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60].map(two).join(':');
  return `${time}${point}${String(ms % 1000).padStart(3, '0')}`;
}

/** A text that neither ends its entry nor is taken for times. */
const inOneEntry = (text: string): string => text.replace(/\s+/g, ' ').replaceAll('-->', '→').trim();

export const toSrt = (segments: readonly HeardSegment[]): string =>
  segments
    .map(
      ({ text, start, end }, i) =>
        `${i + 1}\n${clock(start, ',')} --> ${clock(end, ',')}\n${inOneEntry(text)}\n`,
    )
    .join('\n');

export const toVtt = (segments: readonly HeardSegment[]): string =>
  `WEBVTT\n\n${segments
    .map(({ text, start, end }) => {
      const said = inOneEntry(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
      return `${clock(start, '.')} --> ${clock(end, '.')}\n${said}\n`;
    })
    .join('\n')}`;
