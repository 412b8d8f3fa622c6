/** `inkstone listen FILE`: what is said in a file of sound or video, with times. */

import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readSound, writeFileAtomic } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import { listenTo, toSrt, toVtt } from '../../speech/index.ts';
import type { Heard } from '../../types.ts';
import type { CommandContext } from '../command.ts';
import { inOneLine, withoutControls } from '../shown-text.ts';
import type { listenOptions } from '../speech-options.ts';
import { openListener } from '../speech-parts.ts';
import { etaSince } from '../terminal.ts';

type Context = CommandContext<typeof listenOptions>;

const say = defineMessages({
  listening: {
    en: (d: { percent: string; eta: string }) => `listening ${d.percent} %, eta ${d.eta}`,
    zh: (d) => `听写 ${d.percent} %，剩余 ${d.eta}`,
  },
  nothing: { en: () => 'no word was heard', zh: () => '没有听到任何词' },
  written: { en: (d: { out: string }) => `written to ${d.out}`, zh: (d) => `已写入 ${d.out}` },
  sent: {
    en: (d: { host: string }) => `the sound is sent to ${d.host}`,
    zh: (d) => `声音将发送至 ${d.host}`,
  },
});

export async function run({ args, options, terminal, signal }: Context): Promise<void> {
  const [file] = args;
  const { language, words, format, out } = options;
  const listener = openListener(options.listener);
  const sound = await readSound(file, { signal });
  if (listener.host !== undefined) terminal.print(say('sent', { host: listener.host }));
  const start = performance.now();
  for await (const part of listenTo(listener, sound, { language, prompt: words, signal })) {
    if (part.type === 'segment') terminal.json({ type: 'segment', ...part.segment });
    if (part.type === 'progress') {
      const share = part.seconds / Math.max(part.total, 1e-3);
      terminal.live(say('listening', { percent: (100 * share).toFixed(0), eta: etaSince(start, share) }));
    }
    if (part.type !== 'heard') continue;
    terminal.endLive({ keep: false });
    const { heard, seconds } = part;
    const text = written(heard, format);
    if (out !== undefined) {
      await mkdir(dirname(out), { recursive: true });
      await writeFileAtomic(out, text);
    }
    terminal.json({ type: 'heard', ...heard, seconds, listener: listener.id });
    terminal.print(heard.text === '' ? say('nothing', {}) : withoutControls(text).trimEnd());
    if (out !== undefined) terminal.print(say('written', { out: inOneLine(out) }));
  }
}

function written({ text, segments }: Heard, format: 'text' | 'srt' | 'vtt'): string {
  if (format === 'srt') return toSrt(segments);
  return format === 'vtt' ? toVtt(segments) : `${text}\n`;
}
