/** Sound as a WAV file of one channel with 16 bits. */

import type { Sound } from '../types.ts';

/** The samples as whole numbers of 16 bits. */
export function toPcm16({ samples }: Sound): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(2 * samples.length);
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, i) => {
    view.setInt16(2 * i, Math.round(Math.max(-1, Math.min(1, sample)) * 32_767), true);
  });
  return bytes;
}

const HEADER = 44;

/** A WAV file of one channel with 16 bits. */
export function encodeWav(sound: Sound): Uint8Array<ArrayBuffer> {
  const pcm = toPcm16(sound);
  const bytes = new Uint8Array(HEADER + pcm.length);
  const view = new DataView(bytes.buffer);
  const tag = (at: number, text: string): void => bytes.set(new TextEncoder().encode(text), at);
  tag(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  tag(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sound.sampleRate, true);
  view.setUint32(28, 2 * sound.sampleRate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  tag(36, 'data');
  view.setUint32(40, pcm.length, true);
  bytes.set(pcm, HEADER);
  return bytes;
}
