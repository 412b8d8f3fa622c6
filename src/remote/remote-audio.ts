/** Speech in and out, by an endpoint that speaks OpenAI's wire format: `/audio/transcriptions` and `/audio/speech`. */

import { z } from 'zod';
import { InkstoneError } from '../errors.ts';
import type { Heard } from '../types.ts';
import { createEndpoint, type RemoteModelOptions } from './endpoint.ts';
import { asNotOffered, fail } from './errors.ts';
import { readBytes } from './read-bytes.ts';
import { readJson } from './read-json.ts';

export interface RemoteVoice {
  /** As the endpoint names it. Default: `alloy`, which most know. */
  readonly voice?: string | undefined;
  readonly speed?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RemoteAudio {
  readonly host: string;
  /** What was said in a WAV file; `seconds` is its length. @throws `remote/not-offered`; otherwise as a remote model */
  transcribe(
    wav: Uint8Array<ArrayBuffer>,
    options: {
      readonly seconds: number;
      readonly language?: string | undefined;
      readonly prompt?: string | undefined;
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<Heard>;
  /** A text as a WAV file, or what the endpoint sends in its place. @throws as `transcribe` */
  speak(text: string, options?: RemoteVoice): Promise<Uint8Array<ArrayBuffer>>;
}

const seconds = z.number().min(0).max(1e7);
const transcript = z.object({
  text: z.string(),
  language: z.string().max(100).nullish().catch(undefined),
  segments: z
    .array(z.object({ text: z.string(), start: seconds, end: seconds }))
    .nullish()
    .catch(undefined),
});

/** Names of languages as some endpoints tell them, and as we do. */
const languages: Readonly<Record<string, string>> = { english: 'en', chinese: 'zh', mandarin: 'zh' };

/**
 * @example
 * const audio = createRemoteAudio({ url: 'http://127.0.0.1:8000/v1', model: 'whisper-1' });
 * const { text } = await audio.transcribe(wav, { seconds: 3 });
 */
export function createRemoteAudio(options: RemoteModelOptions): RemoteAudio {
  const { model } = options;
  const { host, post } = createEndpoint(options);
  return {
    host,
    async transcribe(wav, { seconds: length, language, prompt, signal }) {
      const ask = async (format: 'verbose_json' | 'json'): Promise<unknown> => {
        const form = new FormData();
        form.set('file', new File([wav], 'speech.wav', { type: 'audio/wav' }));
        form.set('model', model);
        form.set('response_format', format);
        if (language !== undefined) form.set('language', language);
        if (prompt !== undefined) form.set('prompt', prompt);
        const response = await post('audio/transcriptions', form, { accept: 'application/json', signal });
        return readJson(response, host);
      };
      // Some models tell no times, and refuse to be asked for them.
      const told = await ask('verbose_json').catch(async (error) => {
        if (error instanceof InkstoneError && error.code === 'remote/request') return ask('json');
        throw asNotOffered(error, { host, route: '/audio/transcriptions' });
      });
      const { data } = transcript.safeParse(told);
      if (!data) throw fail('remote/broken', { host, reason: 'it sent no transcript' });
      const text = data.text.trim();
      const segments = (data.segments ?? []).map((one) => ({ ...one, text: one.text.trim() }));
      const whole = text === '' ? [] : [{ text, start: 0, end: length }];
      const named = data.language?.toLowerCase();
      return {
        text,
        segments: segments.length > 0 ? segments : whole,
        language: named === undefined ? undefined : (languages[named] ?? named),
      };
    },
    async speak(text, { voice = 'alloy', speed, signal } = {}) {
      const body = { model, input: text, voice, response_format: 'wav', speed };
      const response = await post('audio/speech', body, { accept: 'audio/*', signal }).catch((error) => {
        throw asNotOffered(error, { host, route: '/audio/speech' });
      });
      const bytes = await readBytes(response, host);
      if (bytes.length === 0) throw fail('remote/broken', { host, reason: 'it sent no sound' });
      return bytes;
    },
  };
}
