/** `/v1/audio/transcriptions`: a file of speech as text, in OpenAI's form. */

import { z } from 'zod';
import { listenTo, soundOfBytes, toSrt, toVtt } from '../../speech/index.ts';
import type { Heard } from '../../types.ts';
import type { AppContext } from '../app.ts';
import { limits } from '../limits.ts';
import { eventOf, eventStream } from '../openai/event-stream.ts';
import { followClient } from '../openai/stream.ts';
import type { QuoteWatch } from '../watch/watched-quotes.ts';
import { checkEngine, type SpeechDesk } from './speech-port.ts';

/** A form, not JSON: numbers and booleans come as words. */
export const transcriptionForm = z.strictObject({
  /** Any format that ffmpeg reads, where it is installed; else WAV. */
  file: z.file().min(1),
  /** The engine's own name, or one of OpenAI's. */
  model: z.string().max(200).optional(),
  language: z
    .string()
    .regex(/^[A-Za-z]{2,3}$/)
    .optional(),
  prompt: z.string().max(limits.listenPrompt).optional(),
  response_format: z.enum(['json', 'text', 'srt', 'verbose_json', 'vtt']).optional(),
  /** Only the default: nothing is drawn by lot here. */
  temperature: z.coerce.number().min(0).max(0).optional(),
  timestamp_granularities: z.array(z.enum(['segment'])).optional(),
  stream: z.stringbool().optional(),
});

export async function answerTranscription(
  c: AppContext,
  body: z.infer<typeof transcriptionForm>,
  { desk, quotes }: { readonly desk: SpeechDesk; readonly quotes: QuoteWatch },
): Promise<Response> {
  const controller = followClient(c);
  const { signal } = controller;
  const { file, response_format: format = 'json', language, prompt } = body;
  const leave = quotes.begin();
  try {
    const { heard, seconds } = await desk.withListener(async (listener) => {
      checkEngine(body.model, listener);
      const sound = await soundOfBytes(new Uint8Array(await file.arrayBuffer()), {
        name: nameOf(file),
        mostSeconds: limits.soundSeconds,
        signal,
      });
      for await (const part of listenTo(listener, sound, {
        language: language?.toLowerCase(),
        prompt: prompt === undefined ? undefined : quotes.ask(prompt),
        signal,
      })) {
        if (part.type === 'heard') return part;
      }
      throw new Error('listening has no end');
    });
    c.get('metrics').heard(seconds);
    const told = asTold(heard, seconds, quotes);
    quotes.end(told.text);
    if (body.stream) {
      const usage = { type: 'duration', seconds: Math.ceil(seconds) };
      const events = [
        { type: 'transcript.text.delta', delta: told.text },
        { type: 'transcript.text.done', text: told.text, usage },
      ];
      return eventStream(c, said(events), controller);
    }
    return answerAs(c, format, told, seconds);
  } finally {
    leave();
  }
}

async function* said(events: readonly object[]): AsyncGenerator<string, void> {
  for (const event of events) yield eventOf(event);
}

/** What a client calls its file, in one word. */
const nameOf = ({ name }: File): string => name.replaceAll(/[^\p{L}\p{N}._-]/gu, '_').slice(-60) || 'file';

/** As the rules let it through: where they change something that goes over several segments, there is one. */
function asTold(heard: Heard, seconds: number, quotes: QuoteWatch): Heard {
  const { text } = quotes.tell(heard.text).whole;
  if (text === heard.text) return heard;
  return { ...heard, text, segments: text === '' ? [] : [{ text, start: 0, end: seconds }] };
}

function answerAs(
  c: AppContext,
  format: 'json' | 'text' | 'srt' | 'verbose_json' | 'vtt',
  { text, segments, language }: Heard,
  seconds: number,
): Response {
  if (format === 'text') return c.text(`${text}\n`);
  if (format === 'srt') return c.text(toSrt(segments));
  if (format === 'vtt') return c.text(toVtt(segments));
  const usage = { type: 'duration', seconds: Math.ceil(seconds) };
  if (format === 'json') return c.json({ text, usage });
  return c.json({
    ...{ task: 'transcribe', language: language ?? null, duration: seconds, text },
    segments: segments.map((segment, id) => ({ id, ...segment })),
    usage,
  });
}
