/** espeak-ng as a speaker: a small program with voices of a hundred languages. */

import { readWav, runProgram } from '../io/index.ts';
import type { Speaker } from '../types.ts';
import { checkSpeed } from './check-speed.ts';
import { fail } from './errors.ts';
import { limits } from './limits.ts';

const voices = { en: 'en-us', zh: 'cmn' } as const;
/** Words a minute at its own speed. */
const RATE = 175;
const LEAST_RATE = 80;

/** `program` is the path of espeak-ng. The sound has 22,050 samples a second. */
export function espeakSpeaker(program: string): Speaker {
  const id = 'espeak-ng';
  let known: Promise<ReadonlySet<string>> | undefined;
  /** NOTE: It takes the nearest in place of a voice that it does not know, without a word. */
  const checkVoice = async (voice: string): Promise<void> => {
    known ??= voiceNames(program);
    const names = await known.catch((error) => {
      known = undefined;
      throw error;
    });
    const parts = voice.toLowerCase().split('+');
    if (parts.length > 2 || !parts.every((part, i) => names.has(i === 0 ? part : `+${part}`))) {
      throw fail('speech/voice', { voice, speaker: id });
    }
  };
  return {
    id,
    async speak(text, { language, voice, speed = 1, signal } = {}) {
      checkSpeed(speed);
      if (voice !== undefined) await checkVoice(voice);
      const chosen = voice ?? voices[language ?? (/\p{Script=Han}/u.test(text) ? 'zh' : 'en')];
      const rate = Math.max(LEAST_RATE, Math.round(RATE * speed));
      const wav = await runProgram(
        [program, '--stdin', '--stdout', '-b', '1', '-v', chosen, '-s', `${rate}`],
        {
          input: new TextEncoder().encode(`${text.replaceAll('\0', ' ')}\n`),
          ...{ timeoutMs: limits.speakMs, mostBytes: limits.speakBytes, signal },
        },
      );
      return readWav(wav, { path: id });
    },
  };
}

/** Languages and names of its voices, and those of variants behind a `+`. */
async function voiceNames(program: string): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const [words, mark] of [
    ['--voices', ''],
    ['--voices=variant', '+'],
  ]) {
    const how = { timeoutMs: limits.speakMs, mostBytes: limits.transcriptBytes };
    const table = new TextDecoder().decode(await runProgram([program, words], how));
    // Priority, language, age and gender, name, file, other languages.
    for (const line of table.split('\n').slice(1)) {
      const [, language, , name, file = ''] = line.trim().toLowerCase().split(/\s+/);
      const others = [...line.matchAll(/\(([\w-]+) \d+\)/g)].map(([, other]) => other);
      for (const one of [language, name, file.replace(/^.*\//, ''), ...others]) {
        if (one) names.add(mark + one);
      }
    }
  }
  return names;
}
