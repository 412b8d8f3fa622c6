/** A question that is spoken, and an answer that is read aloud. */

import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { encodeSound, readSound, soundFormatOf, soundFormats, writeFileAtomic } from '../io/index.ts';
import { defineMessages } from '../language.ts';
import { listenWhole, speakWhole } from '../speech/index.ts';
import type { CommandContext } from './command.ts';
import { inOneLine } from './shown-text.ts';
import { failSpeech } from './speech-errors.ts';
import { openListener, openSpeaker } from './speech-parts.ts';

const say = defineMessages({
  spoken: { en: (d: { out: string }) => `spoken into ${d.out}`, zh: (d) => `已朗读到 ${d.out}` },
});

type Here = Pick<CommandContext, 'terminal' | 'signal'>;

/** What is said in a file. @throws `cli/no-words` for nothing */
export async function hearQuestion(
  file: string,
  {
    options,
    signal,
  }: { readonly options: { readonly listener?: string | undefined }; readonly signal: AbortSignal },
): Promise<string> {
  const listener = openListener(options.listener);
  const { text } = await listenWhole(listener, await readSound(file, { signal }), { signal });
  if (text.trim() === '') throw failSpeech('cli/no-words', { file });
  return text;
}

/** What writes an answer as speech into a file. @throws `cli/sound-format`, `speech/needs-speaker` */
export function openVoice(out: string, spec: string | undefined) {
  const format = soundFormatOf(out);
  if (!format) throw failSpeech('cli/sound-format', { out, known: soundFormats.map((one) => `.${one}`) });
  const speaker = openSpeaker(spec);
  return async (text: string, { terminal, signal }: Here): Promise<void> => {
    const sound = await speakWhole(speaker, text, { signal });
    await mkdir(dirname(out), { recursive: true });
    await writeFileAtomic(out, await encodeSound(sound, format, { signal }));
    terminal.json({ type: 'spoken', out, seconds: sound.samples.length / sound.sampleRate });
    terminal.print(say('spoken', { out: inOneLine(out) }));
  };
}
