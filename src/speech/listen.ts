/** Speech of any length to text: heard in pieces that are cut where it is quiet, with their times. */

import { resampleInTurns, SPEECH_RATE } from '../io/index.ts';
import type { Heard, HeardSegment, Listener, Sound } from '../types.ts';
import { limits } from './limits.ts';
import { joined } from './whisper.ts';

export interface ListenOptions {
  readonly language?: string | undefined;
  readonly prompt?: string | undefined;
  /** Default 300. */
  readonly pieceSeconds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What listening tells, in order: what was said, how far it is, the whole. */
export type ListenPart =
  | { readonly type: 'segment'; readonly segment: HeardSegment }
  | { readonly type: 'progress'; readonly seconds: number; readonly total: number }
  | { readonly type: 'heard'; readonly heard: Heard; readonly seconds: number };

const TOLD = 1000;
const rounded = (seconds: number): number => Math.round(seconds * TOLD) / TOLD;

/** @throws what the listener throws; the signal's reason */
export async function* listenTo(
  listener: Listener,
  sound: Sound,
  { language, prompt, pieceSeconds = limits.pieceSeconds, signal }: ListenOptions = {},
): AsyncGenerator<ListenPart, void> {
  const total = sound.samples.length / sound.sampleRate;
  const segments: HeardSegment[] = [];
  const languages: string[] = [];
  const whole = await resampleInTurns(sound, SPEECH_RATE, { signal });
  for (const { start, piece } of piecesOf(whole, pieceSeconds)) {
    signal?.throwIfAborted();
    const length = piece.samples.length / piece.sampleRate;
    const heard = await listener.listen(piece, { language, prompt, signal });
    if (heard.language !== undefined) languages.push(heard.language);
    for (const { text, start: from, end } of heard.segments) {
      // A listener may be out by a little: no time lies outside of the piece.
      const within = (time: number): number => rounded(start + Math.max(0, Math.min(length, time)));
      const segment = { text, start: within(from), end: within(Math.max(from, end)) };
      segments.push(segment);
      yield { type: 'segment', segment };
    }
    yield { type: 'progress', seconds: rounded(start + length), total: rounded(total) };
  }
  const heard = { text: joined(segments), segments, language: mostOf(languages) };
  yield { type: 'heard', heard, seconds: rounded(total) };
}

/** The whole of it. */
export async function listenWhole(
  listener: Listener,
  sound: Sound,
  options: ListenOptions = {},
): Promise<Heard & { readonly seconds: number }> {
  for await (const part of listenTo(listener, sound, options)) {
    if (part.type === 'heard') return { ...part.heard, seconds: part.seconds };
  }
  throw new Error('listening has no end');
}

function mostOf(names: readonly string[]): string | undefined {
  const count = (name: string): number => names.filter((one) => one === name).length;
  return names.toSorted((a, b) => count(b) - count(a)).at(0);
}

/** Seconds over which it must be quiet, and of the steps by which a cut is looked for. */
const QUIET = 0.2;
const STEP = 0.05;

function* piecesOf(
  { sampleRate, samples }: Sound,
  pieceSeconds: number,
): Generator<{ readonly start: number; readonly piece: Sound }, void> {
  const most = Math.max(1, Math.floor(pieceSeconds * sampleRate));
  const look = Math.min(Math.floor(limits.quietSeconds * sampleRate), Math.floor(most / 2));
  for (let from = 0; from < samples.length; ) {
    const end = from + most;
    const to = end >= samples.length ? samples.length : quietest(samples, end - look, end, sampleRate);
    yield { start: from / sampleRate, piece: { sampleRate, samples: samples.slice(from, to) } };
    from = to;
  }
}

/** The middle of the quietest stretch between two places. */
function quietest(samples: Float32Array, from: number, to: number, sampleRate: number): number {
  const [width, step] = [Math.floor(QUIET * sampleRate), Math.max(1, Math.floor(STEP * sampleRate))];
  let [best, least] = [to, Number.POSITIVE_INFINITY];
  for (let at = from; at + width <= to; at += step) {
    let energy = 0;
    for (let i = at; i < at + width; i++) energy += samples[i] * samples[i];
    if (energy < least) [best, least] = [at + Math.floor(width / 2), energy];
  }
  return best;
}
