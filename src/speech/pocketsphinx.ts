/** PocketSphinx as a listener: small, quick, English, and often wrong. Versions 0.8 and 5 are called differently. */

import { basename } from 'node:path';
import { z } from 'zod';
import { runProgram } from '../io/index.ts';
import type { HeardSegment, Listener } from '../types.ts';
import { fail } from './errors.ts';
import { limits } from './limits.ts';
import { joined } from './whisper.ts';
import { withWavFile } from './with-wav-file.ts';

/** A line of version 5: beginning and duration in seconds, and the text. */
const utterance = z.object({ b: z.number(), d: z.number(), t: z.string() });

/** `program` is the path of `pocketsphinx` (version 5) or `pocketsphinx_continuous` (0.8). */
export function pocketsphinxListener(program: string): Listener {
  const id = 'pocketsphinx';
  const isOld = /_continuous(?:\.exe)?$/.test(basename(program));
  return {
    id,
    listen: (sound, { language = 'en', signal } = {}) =>
      withWavFile(sound, async (path) => {
        if (!/^en\b/i.test(language)) {
          throw fail('speech/language', { listener: id, got: language, known: ['en'] });
        }
        const seconds = sound.samples.length / sound.sampleRate;
        // A log of its own would come between: the lines of the transcript are all that is read.
        const words = isOld
          ? ['-infile', path, '-time', 'yes', '-logfn', '/dev/null']
          : ['-loglevel', 'ERROR', 'single', path];
        const out = await runProgram([program, ...words], {
          timeoutMs: limits.listenMs + limits.listenMsPerSecond * seconds,
          mostBytes: limits.transcriptBytes,
          signal,
        });
        const lines = new TextDecoder().decode(out).split('\n');
        const segments = isOld ? readOld(lines) : readNew(lines);
        if (!segments) throw fail('speech/transcript', { listener: id });
        return { text: joined(segments), segments, language: 'en' };
      }),
  };
}

function readNew(lines: readonly string[]): HeardSegment[] | undefined {
  const segments: HeardSegment[] = [];
  for (const line of lines) {
    if (!line.startsWith('{')) continue;
    try {
      const { b, d, t } = utterance.parse(JSON.parse(line));
      if (t.trim() !== '') segments.push({ text: t.trim(), start: b, end: b + d });
    } catch {
      return undefined;
    }
  }
  return segments;
}

/** A line for each utterance, then one for each word with its times: `word start end confidence`. */
function readOld(lines: readonly string[]): HeardSegment[] {
  const segments: HeardSegment[] = [];
  let said: string | undefined;
  let times: number[] = [];
  const close = (): void => {
    if (said && times.length > 0) segments.push({ text: said, start: times[0], end: times.at(-1)! });
    [said, times] = [undefined, []];
  };
  for (const line of lines) {
    const word = /^(\S+) (\d+\.\d+) (\d+\.\d+) \d+\.\d+$/.exec(line.trim());
    if (word) {
      // Silences and noises have marks around them.
      if (!/^[<[+]/.test(word[1])) times.push(Number(word[2]), Number(word[3]));
    } else if (line.trim() !== '') {
      close();
      said = line.trim();
    }
  }
  close();
  return segments;
}
