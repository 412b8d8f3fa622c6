/** WAV files (RIFF): whole numbers of 8 to 32 bits and floats, of any channels; mixed to one. */

import type { Sound } from '../types.ts';
import { fail } from './errors.ts';
import { limits } from './limits.ts';

/** What the header calls the numbers. */
const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;

/** A program that writes to a pipe does not know the length yet: it writes none, or one that is as good as none. */
const NO_LENGTH = 0x7ff0_0000;

/** Whether bytes begin as a WAV file does. */
export const isWav = (bytes: Uint8Array): boolean =>
  bytes.length >= 12 && tagAt(bytes, 0) === 'RIFF' && tagAt(bytes, 8) === 'WAVE';

const tagAt = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));

interface WavFormat {
  readonly isFloat: boolean;
  readonly channels: number;
  readonly sampleRate: number;
  readonly bits: number;
}

/**
 * Reads a WAV file; several channels become their mean.
 * @throws `io/format` for what is no such file or is cut, `io/format-limit` beyond `limits.soundSeconds`
 */
export function readWav(
  bytes: Uint8Array,
  {
    path = 'audio',
    mostSeconds = limits.soundSeconds,
  }: { readonly path?: string; readonly mostSeconds?: number | undefined } = {},
): Sound {
  const broken = (reason: string) => fail('io/format', { path, format: 'WAV', reason });
  if (!isWav(bytes)) throw broken('it does not begin as a WAV file');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let format: WavFormat | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const tag = tagAt(bytes, at);
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    const left = bytes.length - start;
    if (tag === 'fmt ') {
      if (size < 16 || size > left) throw broken('its format is cut');
      format = readFormat(view, start, size, broken);
    }
    if (tag === 'data') {
      if (!format) throw broken('its sound comes before its format');
      const isOpen = size >= NO_LENGTH || (size === 0 && left > 0);
      if (!isOpen && size > left)
        throw broken(`it is cut: ${size} bytes of sound are told, ${left} are there`);
      const frameBytes = (format.bits / 8) * format.channels;
      const frames = Math.floor((isOpen ? left : size) / frameBytes);
      const most = Math.floor(mostSeconds * format.sampleRate);
      if (frames > most) {
        const got = Math.ceil(frames / format.sampleRate);
        throw fail('io/format-limit', { path, format: 'WAV', what: 'seconds', limit: mostSeconds, got });
      }
      return { sampleRate: format.sampleRate, samples: readSamples(view, start, frames, format) };
    }
    at = start + size + (size % 2);
  }
  throw broken('it holds no sound');
}

function readFormat(view: DataView, at: number, size: number, broken: (reason: string) => Error): WavFormat {
  let code = view.getUint16(at, true);
  if (code === EXTENSIBLE && size >= 26) code = view.getUint16(at + 24, true);
  const channels = view.getUint16(at + 2, true);
  const sampleRate = view.getUint32(at + 4, true);
  const bits = view.getUint16(at + 14, true);
  const known = code === PCM ? [8, 16, 24, 32] : code === FLOAT ? [32, 64] : [];
  if (!known.includes(bits))
    throw broken(`its sound is of kind ${code} with ${bits} bits, which is not read`);
  if (channels < 1 || channels > limits.soundChannels) throw broken(`it has ${channels} channels`);
  const { least, most } = limits.soundRates;
  if (sampleRate < least || sampleRate > most) throw broken(`it has ${sampleRate} samples a second`);
  return { isFloat: code === FLOAT, channels, sampleRate, bits };
}

function readSamples(
  view: DataView,
  start: number,
  frames: number,
  { isFloat, channels, bits }: WavFormat,
): Float32Array<ArrayBuffer> {
  const bytes = bits / 8;
  const at: (place: number) => number = isFloat
    ? bits === 32
      ? (place) => view.getFloat32(place, true)
      : (place) => view.getFloat64(place, true)
    : bits === 8
      ? (place) => (view.getUint8(place) - 128) / 128
      : bits === 16
        ? (place) => view.getInt16(place, true) / 32_768
        : bits === 24
          ? (place) => (view.getUint16(place, true) + view.getInt8(place + 2) * 65_536) / 8_388_608
          : (place) => view.getInt32(place, true) / 2_147_483_648;
  const samples = new Float32Array(frames);
  for (let frame = 0; frame < frames; frame++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) {
      sum += at(start + (frame * channels + channel) * bytes);
    }
    const mean = sum / channels;
    samples[frame] = mean >= -1 && mean <= 1 ? mean : Math.sign(mean) || 0;
  }
  return samples;
}
