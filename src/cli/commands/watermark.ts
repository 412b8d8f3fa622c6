/** `inkstone watermark detect MODEL FILE…`: whether texts were written with a watermark. */

import { detectWatermark, type WatermarkEvidence } from '../../decode/index.ts';
import { defineMessages } from '../../language.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import { openModel } from '../models.ts';
import { formatTable } from '../terminal.ts';
import { readTexts } from '../texts.ts';
import { actionOf } from '../verbs.ts';
import type { watermarkOptions } from '../watermark-options.ts';

type Context = CommandContext<typeof watermarkOptions>;

const say = defineMessages({
  text: { en: () => 'text', zh: () => '文本' },
  scored: { en: () => 'tokens scored', zh: () => '计分词元' },
  green: { en: () => 'green', zh: () => '绿色' },
  zScore: { en: () => 'z-score', zh: () => 'z 值' },
  pValue: { en: () => 'p-value', zh: () => 'p 值' },
  verdict: { en: () => 'watermark', zh: () => '水印' },
  found: { en: () => 'found', zh: () => '有' },
  none: { en: () => 'not found', zh: () => '未发现' },
  short: { en: () => 'too short to tell', zh: () => '太短，无法判断' },
  rule: {
    en: (d: { gamma: string; most: number; least: number }) =>
      `by chance ${d.gamma} % would be green; found: p-value below ${d.most}, for which at least ${d.least} tokens are needed`,
    zh: (d) => `偶然应有 ${d.gamma} % 为绿色；p 值低于 ${d.most} 视为有水印，至少需 ${d.least} 个词元`,
  },
});

type Verdict = 'found' | 'none' | 'short';

export async function run(context: Context): Promise<void> {
  await actionOf('watermark', { detect }, context.args)(context);
}

/** `watermark detect MODEL FILE…` */
async function detect({ args, options, terminal }: Context): Promise<void> {
  const [, path, ...files] = args;
  const command = 'watermark detect';
  const { key, falsePositives } = options;
  if (path === undefined) {
    const example = 'inkstone watermark detect runs/poems-2min poem.txt --key secret';
    throw fail('cli/missing-argument', { command, argument: '<model>', example });
  }
  if (!key) throw fail('cli/missing-value', { command, option: '--key' });
  const { gamma } = detectWatermark([], key);
  const least = Math.floor(Math.log(falsePositives) / Math.log(gamma)) + 1;
  const { tokenizer } = await openModel(path);
  const rows: { name: string; evidence: WatermarkEvidence; verdict: Verdict }[] = [];
  for (const { name, texts } of await readTexts(command, files)) {
    texts.forEach((text, i) => {
      const evidence = detectWatermark(tokenizer.encode(text), key);
      const verdict = evidence.pValue < falsePositives ? 'found' : evidence.scored < least ? 'short' : 'none';
      rows.push({ name: texts.length > 1 ? `${name}:${i + 1}` : name, evidence, verdict });
    });
  }
  for (const { name, evidence, verdict } of rows)
    terminal.json({ type: 'watermark', name, verdict, ...evidence });
  const head = (['text', 'scored', 'green', 'zScore', 'pValue', 'verdict'] as const).map((word) =>
    say(word, {}),
  );
  const body = rows.map(({ name, evidence, verdict }) => [
    name,
    String(evidence.scored),
    `${(100 * evidence.greenFraction).toFixed(1)} %`,
    evidence.zScore.toFixed(2),
    evidence.pValue === 0 ? '< 1e-300' : evidence.pValue.toPrecision(2),
    say(verdict, {}),
  ]);
  for (const line of formatTable([head, ...body])) terminal.print(line);
  terminal.print(say('rule', { gamma: (100 * gamma).toFixed(1), most: falsePositives, least }));
}
