/** Sound and video of any format: WAV by ourselves, all else by ffmpeg where it is installed. */

import { mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { z } from 'zod';
import { InkstoneError } from '../errors.ts';
import type { Sound } from '../types.ts';
import { encodeWav, toPcm16 } from './encode-wav.ts';
import { fail } from './errors.ts';
import { describeFileError } from './files.ts';
import { limits } from './limits.ts';
import { findProgram, runProgram } from './run-program.ts';
import { isWav, readWav } from './wav.ts';

/**
 * What keeps ffmpeg at the file that it is given: formats that name other files or addresses (playlists, lists) are not among
 * those that it may read, nor is anything but files and pipes.
 */
const GUARD = [
  ...['-protocol_whitelist', 'file,pipe'],
  ...[
    '-format_whitelist',
    'wav,w64,aiff,mp3,flac,ogg,aac,ac3,amr,caf,matroska,webm,mov,mp4,avi,flv,asf,mpeg,mpegts,mpegvideo,h264,hevc,gif,ivf',
  ],
];
const QUIET = ['-nostdin', '-hide_banner', '-v', 'error'];

const probeAnswer = z.object({
  streams: z
    .array(
      z.object({
        codec_type: z.string().optional(),
        disposition: z.object({ attached_pic: z.number().optional() }).optional(),
      }),
    )
    .default([]),
  format: z.object({ duration: z.coerce.number().optional().catch(undefined) }).default({}),
});

/** What a file of sound or video holds. */
export interface MediaInfo {
  /** Undefined where the file does not tell. */
  readonly seconds: number | undefined;
  readonly hasSound: boolean;
  readonly hasPictures: boolean;
}

/** @throws `io/needs-ffmpeg`, `io/missing`, `io/format` for what is no such file */
export async function probeMedia(
  path: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<MediaInfo> {
  await checkSize(path, limits.videoBytes);
  const words = [...GUARD, '-v', 'error', '-of', 'json', '-show_entries'];
  const asked = 'format=duration:stream=codec_type:stream_disposition=attached_pic';
  const program = needed('ffprobe', path);
  const told = await runProgram([program, ...words, asked, fileWord(path)], {
    ...{ timeoutMs: limits.mediaMs, mostBytes: 1 << 20, signal },
  }).catch((error) => {
    throw asFormat(error, path);
  });
  const { streams, format } = probeAnswer.parse(JSON.parse(new TextDecoder().decode(told)));
  const kinds = streams.map(({ codec_type, disposition }) =>
    disposition?.attached_pic === 1 ? 'cover' : codec_type,
  );
  return {
    seconds: format.duration,
    hasSound: kinds.includes('audio'),
    hasPictures: kinds.includes('video'),
  };
}

/** Whether this machine can read and write what is no WAV. */
export const hasFfmpeg = (): boolean => findProgram('ffmpeg') !== undefined;

export interface ReadSoundOptions {
  /** Default `limits.soundSeconds`. */
  readonly mostSeconds?: number | undefined;
  /** What it is called in errors. Default: the path. */
  readonly name?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Samples a second of what ffmpeg reads for us: what listeners want. */
export const SPEECH_RATE = 16_000;

/**
 * The sound of a file, or of a video, mixed to one channel: a WAV file's with its own rate, others with 16,000 samples a second.
 * @throws `io/needs-ffmpeg`, `io/missing`, `io/format`, `io/format-limit`, `io/no-track`; the signal's reason
 */
export async function readSound(path: string, options: ReadSoundOptions = {}): Promise<Sound> {
  const { mostSeconds = limits.soundSeconds, name = path, signal } = options;
  await checkSize(path, limits.videoBytes);
  const head = await firstBytes(path);
  if (isWav(head)) {
    await checkSize(path, limits.soundBytes);
    return readWav(await readWhole(path, signal), { path: name, mostSeconds });
  }
  const program = needed('ffmpeg', name, true);
  const most = mostSeconds * SPEECH_RATE * 2;
  const words = ['-map', '0:a:0', '-vn', '-ac', '1', '-ar', String(SPEECH_RATE), '-f', 's16le', 'pipe:1'];
  const pcm = await runProgram(
    // A second more than is allowed, so that more can be told from just as much.
    [program, ...QUIET, ...GUARD, '-i', fileWord(path), '-t', String(mostSeconds + 1), ...words],
    {
      timeoutMs: limits.mediaMs + limits.mediaMsPerSecond * mostSeconds,
      mostBytes: most + 2 * SPEECH_RATE,
      signal,
    },
  ).catch((error) => {
    if (isProgramError(error) && /matches no streams/.test(error.message)) {
      throw fail('io/no-track', { path: name, what: 'sound' }, error);
    }
    throw asFormat(error, name);
  });
  if (pcm.length > most) {
    const got = Math.ceil(pcm.length / 2 / SPEECH_RATE);
    throw fail('io/format-limit', { path: name, format: 'sound', what: 'seconds', limit: mostSeconds, got });
  }
  const view = new DataView(pcm.buffer);
  const samples = new Float32Array(Math.floor(pcm.length / 2));
  for (let i = 0; i < samples.length; i++) samples[i] = view.getInt16(2 * i, true) / 32_768;
  return { sampleRate: SPEECH_RATE, samples };
}

/** The same of bytes that are at hand. */
export async function soundOfBytes(
  bytes: Uint8Array,
  options: ReadSoundOptions & { readonly name: string },
): Promise<Sound> {
  if (isWav(bytes)) return readWav(bytes, { path: options.name, mostSeconds: options.mostSeconds });
  const folder = await mkdtemp(join(tmpdir(), 'inkstone-sound-'));
  try {
    const path = join(folder, 'sound');
    await writeFile(path, bytes);
    return await readSound(path, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** How sound may be written, by ffmpeg's words where we cannot do it by ourselves. */
const writers = {
  wav: undefined,
  pcm: undefined,
  mp3: ['-f', 'mp3', '-b:a', '64k'],
  opus: ['-c:a', 'libopus', '-b:a', '32k', '-f', 'ogg'],
  aac: ['-c:a', 'aac', '-b:a', '64k', '-f', 'adts'],
  flac: ['-f', 'flac'],
} as const satisfies Readonly<Record<string, readonly string[] | undefined>>;

export type SoundFormat = keyof typeof writers;
export const soundFormats = Object.keys(writers) as SoundFormat[];

/** Those that this machine can write. */
export const writableFormats = (): SoundFormat[] =>
  hasFfmpeg() ? soundFormats : soundFormats.filter((format) => writers[format] === undefined);

/** Sound as a file; `pcm` is 16 bits without a header. @throws `io/needs-ffmpeg` */
export async function encodeSound(
  sound: Sound,
  format: SoundFormat,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  if (format === 'pcm') return toPcm16(sound);
  const wav = encodeWav(sound);
  const words = writers[format];
  if (!words) return wav;
  const seconds = sound.samples.length / sound.sampleRate;
  return runProgram(
    [needed('ffmpeg', format, true), ...QUIET, '-f', 'wav', '-i', 'pipe:0', ...words, 'pipe:1'],
    {
      input: wav,
      timeoutMs: limits.mediaMs + limits.mediaMsPerSecond * seconds,
      mostBytes: 2 * wav.length + (1 << 20),
      signal,
    },
  );
}

/** The format that the ending of a name asks for; undefined where it asks for none of them. */
export const soundFormatOf = (name: string): SoundFormat | undefined =>
  soundFormats.find((format) => extname(name).toLowerCase() === `.${format}`);

/** A frame that was taken out of a video. */
export interface VideoFrame {
  readonly file: string;
  /** When it is shown. */
  readonly seconds: number;
}

export interface FrameOptions {
  /** Where the pictures go: an empty folder. */
  readonly folder: string;
  /** A frame at least so often. */
  readonly everySeconds: number;
  /** From 0 to 1: how much a picture must differ from the one before it to be taken as well. Default: none is. */
  readonly scene?: number | undefined;
  readonly mostSeconds?: number;
  readonly mostFrames?: number;
  /** Pixels of the longer side at most. */
  readonly size?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Two frames are at least so far apart, in seconds: a cut that takes a few pictures is one. */
const LEAST_APART = 0.25;

/** Frames of a video as PNG files, in order; the first picture is always one. @throws as `readSound` */
export async function extractFrames(path: string, options: FrameOptions): Promise<VideoFrame[]> {
  const { folder, everySeconds, scene, size = 512, signal } = options;
  const { mostSeconds = limits.videoSeconds, mostFrames = limits.videoFrames } = options;
  const since = 't-prev_selected_t';
  const cut = scene === undefined ? '' : `+gt(scene,${scene})*gte(${since},${LEAST_APART})`;
  const filter = [
    `select='isnan(prev_selected_t)+gte(${since},${everySeconds})${cut}'`,
    `scale='min(${size},iw)':'min(${size},ih)':force_original_aspect_ratio=decrease`,
    // A line of it for every frame on the output; without an entry of its own a frame would have none.
    `metadata=mode=add:key=inkstone:value=1`,
    'metadata=mode=print:key=inkstone:file=-',
  ].join(',');
  const words = ['-an', '-sn', '-vf', filter, '-vsync', 'vfr', '-frames:v', String(mostFrames)];
  const told = await runProgram(
    [
      ...[needed('ffmpeg', path), ...QUIET, ...GUARD, '-max_pixels', String(limits.imagePixels)],
      ...['-i', fileWord(path), '-t', String(mostSeconds)],
      ...words,
      ...['-start_number', '0', '-f', 'image2', join(folder, 'frame-%06d.png').replaceAll('\\', '/')],
    ],
    {
      timeoutMs: limits.mediaMs + limits.mediaMsPerSecond * mostSeconds,
      mostBytes: 200 * (mostFrames + 1),
      signal,
    },
  ).catch((error) => {
    throw asFormat(error, path);
  });
  const times = [...new TextDecoder().decode(told).matchAll(/pts_time:(\d+(?:\.\d+)?)/g)];
  return times.slice(0, mostFrames).map(([, seconds], i) => ({
    file: join(folder, `frame-${String(i).padStart(6, '0')}.png`),
    seconds: Number(seconds),
  }));
}

/** A path that no program takes for an option or an address. */
const fileWord = (path: string): string => `file:${path}`;

function needed(program: 'ffmpeg' | 'ffprobe', what: string, canBeWav = false): string {
  const found = findProgram(program);
  if (found !== undefined) return found;
  throw fail('io/needs-ffmpeg', { what, zhWhat: what, canBeWav });
}

const isProgramError = (error: unknown): error is InkstoneError =>
  error instanceof InkstoneError && error.code === 'io/program';

/** What ffmpeg says of a file that it cannot read, without the path in it. */
function asFormat(error: unknown, path: string): unknown {
  if (!isProgramError(error)) return error;
  const { reason } = error.data as { readonly reason: string };
  const told = reason.replace(/^.*?(?:file:)?\S*: /, '') || reason;
  return fail('io/format', { path: basename(path), format: 'sound or video', reason: told }, error);
}

async function checkSize(path: string, limit: number): Promise<void> {
  try {
    const { size } = await stat(path);
    if (size > limit) throw fail('io/too-large', { path, bytes: size, limit });
  } catch (error) {
    throw describeFileError(error, path);
  }
}

async function firstBytes(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(12), 0, 12, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw describeFileError(error, path);
  }
}

async function readWhole(path: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  try {
    return await readFile(path, { signal });
  } catch (error) {
    throw signal?.aborted ? signal.reason : describeFileError(error, path);
  }
}
