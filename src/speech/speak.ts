/** A text of any length read aloud, sentence by sentence. */

import { resample, toPcm16 } from '../io/index.ts';
import type { Language } from '../language.ts';
import { type SpokenSentence, spokenSentences } from '../text/index.ts';
import type { Sound, Speaker } from '../types.ts';
import { checkSpeed } from './check-speed.ts';
import { fail } from './errors.ts';
import { limits } from './limits.ts';

export interface SpeakOptions {
  /** Of every sentence. Default: each its own. */
  readonly language?: Language | undefined;
  readonly voice?: string | undefined;
  readonly speed?: number | undefined;
  /** Default four hours. */
  readonly mostSeconds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What is said, and its sound. */
export interface SpokenPart {
  readonly text: string;
  readonly language: Language;
  readonly sound: Sound;
}

/** UTF-16 units that one request to an endpoint holds, if whole sentences fit. */
const REQUEST = 800;

/**
 * The sentences of a text as sound, each as soon as it is finished: the text may still be written. Marks, code and addresses are
 * left out (`spokenSentences`).
 * @throws `speech/speed`, `speech/text-length`, `speech/seconds`; what the speaker throws; the signal's reason
 */
export async function* speakSentences(
  speaker: Speaker,
  text: string | AsyncIterable<string>,
  { language, voice, speed, mostSeconds = limits.spokenSeconds, signal }: SpeakOptions = {},
): AsyncGenerator<SpokenPart, void> {
  if (speed !== undefined) checkSpeed(speed);
  let seconds = 0;
  const pieces = counted(typeof text === 'string' ? [text] : text);
  for await (const sentence of gathered(spokenSentences(pieces), speaker.host === undefined ? 0 : REQUEST)) {
    signal?.throwIfAborted();
    const own = language ?? sentence.language;
    const sound = await speaker.speak(sentence.text, { language: own, voice, speed, signal });
    seconds += sound.samples.length / sound.sampleRate + limits.pauseSeconds;
    if (seconds > mostSeconds) throw fail('speech/seconds', { limit: mostSeconds });
    yield { text: sentence.text, language: own, sound };
  }
}

async function* counted(pieces: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string, void> {
  const limit = limits.textLength;
  let got = 0;
  for await (const piece of pieces) {
    got += piece.length;
    if (got > limit) throw fail('speech/text-length', { got, limit });
    yield piece;
  }
}

/** Sentences of one language put together up to a length; with 0 each stays alone. */
async function* gathered(
  sentences: AsyncIterable<SpokenSentence>,
  most: number,
): AsyncGenerator<SpokenSentence, void> {
  let held: SpokenSentence | undefined;
  for await (const next of sentences) {
    const fits = held?.language === next.language && held.text.length + next.text.length < most;
    if (held && fits) {
      held = { ...held, text: held.text + (next.language === 'zh' ? '' : ' ') + next.text };
      continue;
    }
    if (held) yield held;
    held = next;
  }
  if (held) yield held;
}

/** The whole text as one sound, with pauses between its sentences. @throws `speech/nothing` where no word can be said */
export async function speakWhole(
  speaker: Speaker,
  text: string,
  options: SpeakOptions & { readonly onPart?: (part: SpokenPart) => void } = {},
): Promise<Sound> {
  const sounds: Sound[] = [];
  for await (const part of speakSentences(speaker, text, options)) {
    sounds.push(part.sound);
    options.onPart?.(part);
  }
  if (sounds.length === 0) throw fail('speech/nothing', undefined);
  return joinSounds(sounds, limits.pauseSeconds);
}

/** Samples of 16 bits at a rate, without a header. */
export const rawSound = (sound: Sound, sampleRate: number): Uint8Array<ArrayBuffer> =>
  toPcm16(resample(sound, sampleRate));

/** Sounds one after another at the rate of the first, with a pause between two. */
export function joinSounds(sounds: readonly Sound[], pauseSeconds: number): Sound {
  const [{ sampleRate }] = sounds;
  const pause = Math.round(pauseSeconds * sampleRate);
  const all = sounds.map((sound) => resample(sound, sampleRate).samples);
  const length = all.reduce((sum, samples) => sum + samples.length, pause * (all.length - 1));
  const samples = new Float32Array(length);
  let at = 0;
  for (const one of all) {
    samples.set(one, at);
    at += one.length + pause;
  }
  return { sampleRate, samples };
}
