/** `inkstone speak TEXT`: a text read aloud into a file. */

import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { encodeSound, openSource, soundFormatOf, soundFormats, writeFileAtomic } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import { speakWhole } from '../../speech/index.ts';
import type { CommandContext } from '../command.ts';
import { inOneLine } from '../shown-text.ts';
import { failSpeech } from '../speech-errors.ts';
import type { speakOptions } from '../speech-options.ts';
import { openSpeaker } from '../speech-parts.ts';

type Context = CommandContext<typeof speakOptions>;

const say = defineMessages({
  speaking: {
    en: (d: { sentences: number; seconds: string }) => `speaking: ${d.sentences} sentences, ${d.seconds} s`,
    zh: (d) => `朗读中：${d.sentences} 句，${d.seconds} 秒`,
  },
  written: {
    en: (d: { out: string; seconds: string; speaker: string }) =>
      `${d.out}: ${d.seconds} s of speech by ${d.speaker}`,
    zh: (d) => `${d.out}：${d.seconds} 秒语音，由 ${d.speaker} 朗读`,
  },
  sent: {
    en: (d: { host: string }) => `the text is sent to ${d.host}`,
    zh: (d) => `文字将发送至 ${d.host}`,
  },
});

export async function run(context: Context): Promise<void> {
  const { options, terminal, signal } = context;
  const { out, language, voice, speed } = options;
  const format = soundFormatOf(out);
  if (!format) throw failSpeech('cli/sound-format', { out, known: soundFormats.map((one) => `.${one}`) });
  const text = await readText(context);
  const speaker = openSpeaker(options.speaker);
  if (speaker.host !== undefined) terminal.print(say('sent', { host: speaker.host }));
  let [sentences, spoken] = [0, 0];
  const sound = await speakWhole(speaker, text, {
    ...{ language, voice, speed, signal },
    onPart({ text: said, sound: { samples, sampleRate } }) {
      const length = samples.length / sampleRate;
      spoken += length;
      terminal.json({ type: 'sentence', text: said, seconds: length });
      terminal.live(say('speaking', { sentences: ++sentences, seconds: spoken.toFixed(1) }));
    },
  }).finally(() => terminal.endLive({ keep: false }));
  const bytes = await encodeSound(sound, format, { signal });
  await mkdir(dirname(out), { recursive: true });
  await writeFileAtomic(out, bytes);
  const seconds = sound.samples.length / sound.sampleRate;
  terminal.json({ type: 'spoken', out, seconds, sentences, speaker: speaker.id, format });
  terminal.print(
    say('written', { out: inOneLine(out), seconds: seconds.toFixed(1), speaker: inOneLine(speaker.id) }),
  );
}

async function readText({ args, options, signal }: Context): Promise<string> {
  if ((args.length === 0) === (options.file === undefined)) throw failSpeech('cli/speak-text', undefined);
  if (options.file === undefined) return args[0];
  const source = await openSource(options.file, { signal });
  const texts: string[] = [];
  for await (const { text } of source.documents({ signal })) texts.push(text);
  return texts.join('\n\n');
}
