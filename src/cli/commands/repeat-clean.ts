/** `inkstone repeat clean FILE…`: texts without what they say again, and an account of what was taken out. */

import { writeFileAtomic } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import { cleanRepetition, type Removal, type TokenUnit } from '../../repeat/index.ts';
import type { CommandContext } from '../command.ts';
import type { repeatOptions } from '../repeat-options.ts';
import { truncate } from '../terminal.ts';
import { readTexts } from '../texts.ts';

const say = defineMessages({
  loop: { en: () => 'loop', zh: () => '循环' },
  sentence: { en: () => 'sentence said before', zh: () => '重复的句子' },
  'near-sentence': { en: () => 'sentence almost said before', zh: () => '近似重复的句子' },
  paragraph: { en: () => 'paragraph said before', zh: () => '重复的段落' },
  phrase: { en: () => 'phrase said twice', zh: () => '连说两遍的短语' },
  removed: {
    en: (d: { place: string; kind: string; text: string }) => `${d.place}: ${d.kind}: ${d.text}`,
    zh: (d) => `${d.place}：${d.kind}：${d.text}`,
  },
  total: {
    en: (d: { texts: number; changed: number; removed: number; before: number; after: number }) =>
      `${d.changed} of ${d.texts} texts changed, ${d.removed} pieces taken out, ${d.before} → ${d.after} characters`,
    zh: (d) => `${d.texts} 篇中改动 ${d.changed} 篇，去掉 ${d.removed} 处，${d.before} → ${d.after} 个字符`,
  },
  written: { en: (d: { path: string }) => `written: ${d.path}`, zh: (d) => `已写入：${d.path}` },
});

const SHOWN = 20;

/** The clean text goes to the output (or `--out`), the account to the error stream. */
export async function run({ args, options, terminal }: CommandContext<typeof repeatOptions>): Promise<void> {
  const cleaned: string[] = [];
  const removals: { place: string; removal: Removal }[] = [];
  const total = { texts: 0, changed: 0, removed: 0, before: 0, after: 0 };
  let isRecords = false;
  for (const { name, texts } of await readTexts('repeat clean', args.slice(1))) {
    isRecords ||= texts.length > 1;
    texts.forEach((text, i) => {
      const result = cleanRepetition(text, { unit: options.unit as TokenUnit | 'auto' });
      terminal.json({ name, index: i, ...result });
      cleaned.push(result.text);
      for (const removal of result.removed)
        removals.push({ place: `${name}:${i + 1}:${removal.start}`, removal });
      total.texts++;
      if (result.removed.length > 0) total.changed++;
      total.removed += result.removed.length;
      total.before += text.length;
      total.after += result.text.length;
    });
  }
  // Many texts: one JSON value a line, so that line breaks inside them survive.
  const content = isRecords ? cleaned.map((text) => JSON.stringify({ text })).join('\n') : cleaned.join('\n');
  if (options.out) await writeFileAtomic(options.out, content.endsWith('\n') ? content : `${content}\n`);
  else terminal.print(content.replace(/\n$/, ''));
  if (terminal.isJson) return;
  for (const { place, removal } of removals.slice(0, SHOWN)) {
    const text = truncate(removal.text.trim().replaceAll(/\s+/g, ' '), 60);
    terminal.error(say('removed', { place, kind: say(removal.kind, {}), text }));
  }
  terminal.error(say('total', total));
  if (options.out) terminal.error(say('written', { path: options.out }));
}
