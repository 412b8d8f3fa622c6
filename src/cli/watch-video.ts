/** A video, or a folder of its frames, looked at and listened to: what is seen and said along its time. */

import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FrameCaption, type TimelineEntry, videoTimeline } from '../apps/index.ts';
import { describeFileError, extractFrames, probeMedia, readSound, type VideoFrame } from '../io/index.ts';
import type { Language } from '../language.ts';
import { listenTo } from '../speech/index.ts';
import type { HeardSegment, Listener } from '../types.ts';
import { readImageRows } from '../vision/index.ts';
import type { FrameCaptioner } from './frame-captions.ts';
import { failSpeech } from './speech-errors.ts';

/** Seconds between two pictures of a folder, and between two frames of a video. */
const APART = { folder: 1, video: 5 };
/** A video lasts four hours at most. */
export const MOST_VIDEO_SECONDS = 4 * 3600;

/** What was seen and heard before, and where more is kept. */
export interface KeptWatch {
  /** Of the first frames, in order. */
  readonly captions: readonly string[];
  /** Undefined until all was heard. */
  readonly heard: readonly HeardSegment[] | undefined;
  see(captions: readonly string[]): Promise<void>;
  hear(segments: readonly HeardSegment[]): Promise<void>;
}

export type WatchProgress =
  | { readonly stage: 'frames' }
  | { readonly stage: 'look'; readonly done: number; readonly total: number }
  | { readonly stage: 'listen'; readonly done: number; readonly total: number };

export interface WatchOptions {
  /** Opened when there is something to look at; without, nothing is. */
  readonly openCaptioner?: (() => Promise<FrameCaptioner>) | undefined;
  /** Of the captions. */
  readonly language: Language;
  /** Without, nothing is heard. */
  readonly listener?: Listener | undefined;
  readonly every?: number | undefined;
  readonly scene?: number | undefined;
  readonly maxFrames: number;
  readonly mostSeconds?: number;
  readonly kept?: KeptWatch | undefined;
  readonly onProgress?: (progress: WatchProgress) => void;
  readonly onFrame?: (frame: FrameCaption) => void;
  readonly signal: AbortSignal;
}

export interface WatchedVideo {
  readonly seconds: number;
  readonly frames: number;
  /** There are more frames than `maxFrames`: it was looked at until here, in seconds. */
  readonly cutAt?: number;
  readonly timeline: readonly TimelineEntry[];
}

/** The size and the time of change of a file or folder. */
export async function videoFile(path: string) {
  try {
    const status = await stat(path);
    return { size: status.size, changed: status.mtimeMs, isFolder: status.isDirectory() };
  } catch (error) {
    throw describeFileError(error, path);
  }
}

/**
 * @throws `io/needs-ffmpeg`, `io/format`, `cli/video-length`, `cli/no-video`; what captioner and listener throw; the signal's
 * reason
 */
export async function watchVideo(path: string, options: WatchOptions): Promise<WatchedVideo> {
  const { listener, maxFrames, mostSeconds = MOST_VIDEO_SECONDS, kept = memory(), signal } = options;
  const { isFolder } = await videoFile(path);
  const media = isFolder ? undefined : await mediaOf(path, options);
  const folder = await mkdtemp(join(tmpdir(), 'inkstone-video-'));
  try {
    const every = options.every ?? (isFolder ? APART.folder : APART.video);
    let frames: readonly VideoFrame[] = [];
    if (options.openCaptioner && (isFolder || media?.hasPictures)) {
      options.onProgress?.({ stage: 'frames' });
      const { scene } = options;
      const how = { folder, everySeconds: every, scene, mostSeconds, mostFrames: maxFrames + 1, signal };
      frames = isFolder ? await picturesOf(path, every, options) : await extractFrames(path, how);
    }
    const isCut = frames.length > maxFrames;
    frames = frames.slice(0, maxFrames);
    const captions = await lookAt(frames, kept, options);
    const heard = media?.hasSound && listener ? await listenIn(path, listener, kept, options) : [];
    // Some files do not tell how long they are.
    const last = Math.max(frames.at(-1)?.seconds ?? 0, heard.at(-1)?.end ?? 0);
    const seconds = media ? Math.max(media.seconds, last) : frames.length * every;
    const timeline = videoTimeline(captions, heard, seconds);
    return { seconds, frames: frames.length, ...(isCut && { cutAt: frames.at(-1)!.seconds }), timeline };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Kept for as long as it is watched. */
function memory(): KeptWatch {
  const captions: string[] = [];
  let heard: readonly HeardSegment[] | undefined;
  return {
    captions,
    get heard() {
      return heard;
    },
    see: async (more) => void captions.push(...more),
    async hear(segments) {
      heard = segments;
    },
  };
}

async function mediaOf(path: string, { mostSeconds = MOST_VIDEO_SECONDS, signal }: WatchOptions) {
  const { seconds = 0, hasSound, hasPictures } = await probeMedia(path, { signal });
  if (seconds > mostSeconds) {
    throw failSpeech('cli/video-length', { path, got: Math.ceil(seconds), most: mostSeconds });
  }
  if (!hasSound && !hasPictures) throw failSpeech('cli/no-video', { path });
  return { seconds, hasSound, hasPictures };
}

/** The pictures of a folder, in the order of their names. */
async function picturesOf(path: string, every: number, { signal }: WatchOptions): Promise<VideoFrame[]> {
  const rows = await readImageRows(path, { signal });
  const files = [...new Set(rows.map(({ file }) => file))].sort();
  return files.map((file, i) => ({ file, seconds: i * every }));
}

async function lookAt(
  frames: readonly VideoFrame[],
  kept: KeptWatch,
  { openCaptioner, language, onProgress, onFrame, signal }: WatchOptions,
): Promise<FrameCaption[]> {
  if (openCaptioner && kept.captions.length < frames.length) {
    const { atOnce, caption } = await openCaptioner();
    for (let at = kept.captions.length; at < frames.length; at += atOnce) {
      signal.throwIfAborted();
      const some = frames.slice(at, at + atOnce);
      const files = some.map(({ file }) => file);
      const texts = await caption(files, { language, signal });
      await kept.see(texts);
      texts.forEach((text, i) => void onFrame?.({ seconds: some[i].seconds, text }));
      onProgress?.({ stage: 'look', done: Math.min(at + atOnce, frames.length), total: frames.length });
    }
  }
  return frames.map(({ seconds }, i) => ({ seconds, text: kept.captions[i] }));
}

async function listenIn(
  path: string,
  listener: Listener,
  kept: KeptWatch,
  { mostSeconds = MOST_VIDEO_SECONDS, onProgress, signal }: WatchOptions,
): Promise<readonly HeardSegment[]> {
  if (kept.heard) return kept.heard;
  const sound = await readSound(path, { mostSeconds, signal });
  for await (const part of listenTo(listener, sound, { signal })) {
    if (part.type === 'progress') onProgress?.({ stage: 'listen', done: part.seconds, total: part.total });
    if (part.type === 'heard') await kept.hear(part.heard.segments);
  }
  return kept.heard ?? [];
}
