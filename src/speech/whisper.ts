/** whisper.cpp's `whisper-cli` as a listener (Radford et al., "Robust speech recognition via large-scale weak supervision", 2022). */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { runProgram } from '../io/index.ts';
import type { Listener } from '../types.ts';
import { fail } from './errors.ts';
import { limits } from './limits.ts';
import { withWavFile } from './with-wav-file.ts';

const answer = z.object({
  result: z.object({ language: z.string() }).optional(),
  transcription: z.array(
    z.object({ text: z.string(), offsets: z.object({ from: z.number(), to: z.number() }) }),
  ),
});

const LANGUAGE = /^[a-z]{2,3}$/;

/** `program` is the path of whisper-cli, `model` that of a file `ggml-….bin`. @throws `speech/needs-model` */
export function whisperListener(program: string, model: string | undefined): Listener {
  if (model === undefined || !existsSync(model)) throw fail('speech/needs-model', { got: model });
  const id = 'whisper-cli';
  return {
    id,
    listen: (sound, { language = 'auto', prompt, signal } = {}) =>
      withWavFile(sound, async (path, folder) => {
        if (language !== 'auto' && !LANGUAGE.test(language)) {
          throw fail('speech/language', { listener: id, got: language, known: ['en', 'zh', '…'] });
        }
        const seconds = sound.samples.length / sound.sampleRate;
        const out = join(folder, 'heard');
        const words = ['-m', model, '-f', path, '-l', language, '-oj', '-of', out, '-np'];
        const asked = prompt === undefined ? [] : ['--prompt', prompt.replaceAll('\0', ' ')];
        await runProgram([program, ...words, ...asked], {
          timeoutMs: limits.listenMs + limits.listenMsPerSecond * seconds,
          mostBytes: limits.transcriptBytes,
          signal,
        });
        const written = await readFile(`${out}.json`, 'utf8').catch(() => '');
        const { data } = answer.safeParse(parsed(written));
        if (!data) throw fail('speech/transcript', { listener: id });
        const segments = data.transcription.flatMap(({ text, offsets }) => {
          const said = text.trim();
          // What it writes for sounds that are no words.
          if (said === '' || /^[[(（【].*[\])）】]$/.test(said)) return [];
          return [{ text: said, start: offsets.from / 1000, end: offsets.to / 1000 }];
        });
        return { text: joined(segments), segments, language: data.result?.language };
      }),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Pieces of one text; between Chinese characters and marks stands no space. */
export const joined = (pieces: readonly { readonly text: string }[]): string =>
  pieces
    .map(({ text }) => text.trim())
    .filter((text) => text !== '')
    .join(' ')
    .replace(/(?<=[\p{Script=Han}，。！？；：、])\s+(?=[\p{Script=Han}，。！？；：、])/gu, '');
