/** `/v1/audio/speech`: a text read aloud, in OpenAI's form. */

import { z } from 'zod';
import {
  encodeSound,
  joinSounds,
  rawSound,
  type SpokenPart,
  soundFormats,
  speakSentences,
  writableFormats,
} from '../../speech/index.ts';
import type { Sound } from '../../types.ts';
import type { AppContext } from '../app.ts';
import { fail } from '../errors.ts';
import { limits } from '../limits.ts';
import { followClient } from '../openai/stream.ts';
import type { QuoteWatch } from '../watch/watched-quotes.ts';
import { checkEngine, type SpeechDesk } from './speech-port.ts';

export const speechBody = z.strictObject({
  /** The engine's own name, or one of OpenAI's. */
  model: z.string().max(200).nullish(),
  /** Markdown, code and addresses are not read out; each sentence is read in its own language. */
  input: z.string().min(1).max(limits.spokenCharacters),
  /** Of the speaker; OpenAI's names are its own voice. */
  voice: z.union([z.string().max(100), z.strictObject({ id: z.string().max(100) })]).nullish(),
  /** Default: mp3 where ffmpeg is installed, else wav. `pcm` comes sentence by sentence. */
  response_format: z.enum(soundFormats).nullish(),
  speed: z.number().min(0.25).max(4).nullish(),
  stream_format: z.enum(['audio']).nullish(),
});

const types: { readonly [Format in (typeof soundFormats)[number]]: string } = {
  mp3: 'audio/mpeg',
  opus: 'audio/ogg',
  aac: 'audio/aac',
  flac: 'audio/flac',
  wav: 'audio/wav',
  pcm: 'audio/pcm',
};

/** What OpenAI's clients ask for, whoever speaks. */
const OPENAI_VOICES = /^(?:alloy|ash|ballad|cedar|coral|echo|fable|marin|nova|onyx|sage|shimmer|verse)$/;
/** Samples a second of raw sound in OpenAI's form. */
const PCM_RATE = 24_000;
const PAUSE_SECONDS = 0.25;

export async function answerSpeech(
  c: AppContext,
  body: z.infer<typeof speechBody>,
  { desk, quotes }: { readonly desk: SpeechDesk; readonly quotes: QuoteWatch },
): Promise<Response> {
  const format = formatOf(body.response_format);
  const controller = followClient(c);
  const { speaker, leave: leaveDesk } = desk.takeSpeaker();
  const leaveQuotes = quotes.begin();
  const leave = (): void => {
    leaveDesk();
    leaveQuotes();
  };
  try {
    checkEngine(body.model, speaker);
    const text = quotes.ask(body.input);
    c.get('metrics').spoken(text.length);
    const given = typeof body.voice === 'object' ? body.voice?.id : body.voice;
    const isTheirs = given != null && OPENAI_VOICES.test(given) && speaker.host === undefined;
    const parts = speakSentences(speaker, text, {
      voice: isTheirs ? undefined : (given ?? undefined),
      speed: body.speed ?? undefined,
      mostSeconds: limits.spokenSeconds,
      signal: controller.signal,
    });
    // Awaited before the answer begins, so that a refusal has its own status.
    const first = await parts.next();
    if (first.done) throw fail('serve/field', { field: 'input', ...NO_WORDS, got: body.input });
    quotes.end('');
    const headers = { 'content-type': types[format], 'cache-control': 'no-store' };
    if (format === 'pcm') {
      const stream = streamOf(pcmOf(first.value, parts), { controller, leave });
      return c.body(stream, 200, headers);
    }
    const sounds: Sound[] = [first.value.sound];
    for await (const { sound } of parts) sounds.push(sound);
    const sound = joinSounds(sounds, PAUSE_SECONDS);
    const file = await encodeSound(sound, format, { signal: controller.signal });
    leave();
    return c.body(file, 200, headers);
  } catch (error) {
    leave();
    throw error;
  }
}

const NO_WORDS = { rule: 'a text with a word that can be said', zhRule: '含有可读出的词的文字' };

/** @throws `serve/field` for one that cannot be written here */
function formatOf(wanted: (typeof soundFormats)[number] | null | undefined) {
  const here = writableFormats();
  if (wanted == null) return here.includes('mp3') ? 'mp3' : 'wav';
  if (here.includes(wanted)) return wanted;
  throw fail('serve/field', {
    field: 'response_format',
    rule: `${here.join(' or ')} (others need ffmpeg on the server)`,
    zhRule: `${here.join(' 或 ')}（其他格式需要服务器装有 ffmpeg）`,
    got: wanted,
  });
}

async function* pcmOf(
  first: SpokenPart,
  rest: AsyncGenerator<SpokenPart, void>,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const pause = new Uint8Array(2 * Math.round(PAUSE_SECONDS * PCM_RATE));
  try {
    yield rawSound(first.sound, PCM_RATE);
    for await (const { sound } of rest) {
      yield pause;
      yield rawSound(sound, PCM_RATE);
    }
  } finally {
    await rest.return();
  }
}

/** A body that is made as fast as it is taken; whoever leaves, ends it. */
function streamOf(
  pieces: AsyncGenerator<Uint8Array<ArrayBuffer>, void>,
  { controller, leave }: { readonly controller: AbortController; readonly leave: () => void },
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    async pull(stream) {
      try {
        const { done, value } = await pieces.next();
        if (!done) return stream.enqueue(value);
        leave();
        stream.close();
      } catch (error) {
        leave();
        stream.error(error);
      }
    },
    async cancel() {
      controller.abort();
      leave();
      await pieces.return();
    },
  });
}
