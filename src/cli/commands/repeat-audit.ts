/** `inkstone repeat audit FILE…`: what a model would learn to repeat from a corpus; with `--out`, the corpus without it. */

import { writeFileAtomic } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import { auditRepetition, deduplicateCorpus, type LevelRepetition } from '../../repeat/index.ts';
import type { CommandContext } from '../command.ts';
import type { repeatOptions } from '../repeat-options.ts';
import { formatTable, truncate } from '../terminal.ts';
import { readTexts } from '../texts.ts';

const say = defineMessages({
  size: {
    en: (d: { documents: number; words: number }) => `${d.documents} documents, ${d.words} words`,
    zh: (d) => `${d.documents} 篇文档，${d.words} 个词（汉字按字计）`,
  },
  level: { en: () => 'level', zh: () => '层次' },
  repeated: { en: () => 'repeated', zh: () => '重复的条目' },
  share: { en: () => 'copies, % of text', zh: () => '副本占比 %' },
  reproduced: { en: () => 'expected in verbatim output, %', zh: () => '预计占原样复述 %' },
  most: { en: () => 'most often', zh: () => '最多次数' },
  duplicateDocuments: { en: () => 'documents', zh: () => '文档' },
  sections: { en: () => 'sections', zh: () => '段落' },
  lines: { en: () => 'lines', zh: () => '行' },
  phrases: { en: () => 'phrases', zh: () => '短语' },
  loops: {
    en: (d: { documents: number; percent: string }) =>
      `documents with a loop inside: ${d.documents} (${d.percent} %)`,
    zh: (d) => `内部有循环的文档：${d.documents} 篇（${d.percent} %）`,
  },
  worst: {
    en: (d: { level: string; count: number; text: string }) => `${d.level}, ${d.count} times: ${d.text}`,
    zh: (d) => `${d.level}，${d.count} 次：${d.text}`,
  },
  written: {
    en: (d: {
      path: string;
      documents: number;
      lines: number;
      sections: number;
      loops: number;
      before: number;
      after: number;
    }) =>
      `${d.path}: without ${d.documents} documents, ${d.sections} sections, ${d.lines} lines and ${d.loops} loops; ${d.before} → ${d.after} characters`,
    zh: (d) =>
      `${d.path}：去掉 ${d.documents} 篇文档、${d.sections} 个段落、${d.lines} 行、${d.loops} 处循环；${d.before} → ${d.after} 个字符`,
  },
});

const levels = ['duplicateDocuments', 'sections', 'lines', 'phrases'] as const;
const EXAMPLES = 3;

export async function run({ args, options, terminal }: CommandContext<typeof repeatOptions>): Promise<void> {
  const documents = (await readTexts('repeat audit', args.slice(1))).flatMap(({ texts }) => texts);
  const audit = auditRepetition(documents);
  terminal.json({ type: 'audit', ...audit });
  terminal.print(say('size', audit));
  const percent = (share: number) => (100 * share).toFixed(2);
  const head = (['level', 'repeated', 'share', 'reproduced', 'most'] as const).map((name) => say(name, {}));
  const row = (name: (typeof levels)[number], level: LevelRepetition): string[] => [
    say(name, {}),
    String(level.repeated),
    percent(level.share),
    percent(level.reproduced),
    String(level.worst[0]?.count ?? 0),
  ];
  for (const line of formatTable([head, ...levels.map((name) => row(name, audit[name]))]))
    terminal.print(line);
  terminal.print(say('loops', { documents: audit.loops.documents, percent: percent(audit.loops.share) }));
  for (const name of levels) {
    for (const { text, count } of audit[name].worst.slice(0, EXAMPLES)) {
      terminal.print(
        say('worst', { level: say(name, {}), count, text: truncate(text.replaceAll(/\s+/g, ' '), 60) }),
      );
    }
  }
  if (!options.out) return;
  const stream = deduplicateCorpus(documents);
  const kept: string[] = [];
  let next = stream.next();
  for (; !next.done; next = stream.next()) kept.push(JSON.stringify({ text: next.value }));
  await writeFileAtomic(options.out, kept.map((line) => `${line}\n`).join(''));
  const report = next.value;
  terminal.json({ type: 'deduplicated', out: options.out, ...report });
  const { duplicateDocuments, lines, sections, loops, charactersBefore, charactersAfter } = report;
  terminal.print(
    say('written', {
      path: options.out,
      documents: duplicateDocuments,
      lines,
      sections,
      loops,
      before: charactersBefore,
      after: charactersAfter,
    }),
  );
}
