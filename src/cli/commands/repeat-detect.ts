/** `inkstone repeat detect FILE…`: the loops of texts, where they begin and what they cost. */

import { defineMessages } from '../../language.ts';
import { detectLoops, guessUnit, splitText, type TextLoop, type TokenUnit } from '../../repeat/index.ts';
import type { CommandContext } from '../command.ts';
import type { repeatOptions } from '../repeat-options.ts';
import { formatTable, truncate } from '../terminal.ts';
import { readTexts } from '../texts.ts';

const say = defineMessages({
  text: { en: () => 'text', zh: () => '篇' },
  kind: { en: () => 'kind', zh: () => '类型' },
  onset: { en: () => 'onset', zh: () => '起点' },
  period: { en: () => 'period', zh: () => '周期' },
  copies: { en: () => 'copies', zh: () => '份数' },
  certain: { en: () => 'certain at', zh: () => '确认于' },
  phrase: { en: () => 'phrase', zh: () => '短语' },
  exact: { en: () => 'exact', zh: () => '原样' },
  near: { en: () => 'near', zh: () => '近似' },
  spaced: { en: () => 'spaced', zh: () => '间隔' },
  total: {
    en: (d: { name: string; texts: number; looping: number; percent: string; saved: string }) =>
      `${d.name}: ${d.looping} of ${d.texts} texts loop (${d.percent} %); stopping there would save ${d.saved} % of the text`,
    zh: (d) =>
      `${d.name}：${d.texts} 篇中有 ${d.looping} 篇陷入循环（${d.percent} %）；就此打住可省去 ${d.saved} % 的文字`,
  },
});

const SHOWN = 10;

export async function run({ args, options, terminal }: CommandContext<typeof repeatOptions>): Promise<void> {
  for (const { name, texts } of await readTexts('repeat detect', args.slice(1))) {
    const found: { text: number; loop: TextLoop }[] = [];
    let looping = 0;
    let length = 0;
    let saved = 0;
    texts.forEach((text, i) => {
      const unit = options.unit === 'auto' ? guessUnit([text]) : (options.unit as TokenUnit);
      const loops = detectLoops(text, { unit, threshold: options.threshold });
      const own = splitText(text, unit).length;
      length += own;
      if (loops.length === 0) return;
      looping++;
      saved += own - loops[0].foundAt;
      for (const loop of loops) found.push({ text: i + 1, loop });
    });
    const share = looping / texts.length;
    terminal.json({
      name,
      texts: texts.length,
      looping,
      share,
      saved: saved / Math.max(length, 1),
      loops: found.map(({ text, loop }) => ({ text, ...loop })),
    });
    const percent = (100 * share).toFixed(1);
    const savedPercent = ((100 * saved) / Math.max(length, 1)).toFixed(1);
    terminal.print(say('total', { name, texts: texts.length, looping, percent, saved: savedPercent }));
    if (found.length > 0) for (const line of formatTable(rowsOf(found.slice(0, SHOWN)))) terminal.print(line);
  }
}

function rowsOf(found: readonly { text: number; loop: TextLoop }[]): string[][] {
  const head = (['text', 'kind', 'onset', 'period', 'copies', 'certain', 'phrase'] as const).map((name) =>
    say(name, {}),
  );
  const rows = found.map(({ text, loop }) => [
    String(text),
    say(loop.kind, {}),
    ...[loop.onset, loop.period, loop.copies, loop.foundAt].map(String),
    truncate(loop.phrase.replaceAll(/\s+/g, ' '), 40),
  ]);
  return [head, ...rows];
}
