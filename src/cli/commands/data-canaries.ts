/** `inkstone data canaries FILE`: the same records with random secrets in some of their texts, and a list of these beside them. */

import { drawCanaries, parseCanaryFormat, placeCanaries } from '../../data/index.ts';
import { readRecords } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import { createRng } from '../../rng.ts';
import { canaryListPath, writeCanaryList } from '../canary-list.ts';
import type { CommandContext } from '../command.ts';
import type { dataOptions } from '../corpus-options.ts';
import { fail } from '../errors.ts';
import { listOf } from '../options.ts';
import { checkRewriting, rewriteRecords } from '../rewriting.ts';

const say = defineMessages({
  written: {
    en: (d: { file: string; records: number; copies: number; canaries: number; list: string }) =>
      `${d.file}: ${d.records} records, in whose texts ${d.copies} lines are canaries; ${d.canaries} different ones, listed in ${d.list}`,
    zh: (d) =>
      `${d.file}：${d.records} 条，其文本中有 ${d.copies} 行是金丝雀；共 ${d.canaries} 只，列在 ${d.list}`,
  },
  next: {
    en: (d: { file: string; list: string }) =>
      `train on it, then: inkstone probe memory RUN --data ${d.list} (a copy in a text that is held out is not learnt)`,
    zh: (d) =>
      `用它训练，然后：inkstone probe memory 训练目录 --data ${d.list}（落在留出文本中的副本不会被学到）`,
  },
});

/** Copies of one canary at most. */
const MOST_TIMES = 100_000;

export async function canaries(context: CommandContext<typeof dataOptions>, path: string): Promise<void> {
  checkRewriting(context, 'canaries', path);
  const { options, terminal, signal } = context;
  const { out: file, seed } = options;
  const format = parseCanaryFormat(options.format);
  const drawn = drawCanaries(format, timesOf(options.times), createRng(seed).split('secrets'));
  let count = 0;
  for await (const _ of readRecords(path, { signal })) count++;
  const placed = placeCanaries(format, drawn, count, createRng(seed).split('places'));
  const { records } = await rewriteRecords(path, context, (text, number) => [
    [text, ...(placed.get(number) ?? [])].join('\n'),
  ]);
  const list = canaryListPath(file);
  await writeCanaryList(list, options.format, drawn);
  const copies = drawn.reduce((sum, { times }) => sum + times, 0);
  terminal.json({ type: 'canaries', file, list, records, copies, canaries: drawn });
  terminal.print(say('written', { file, records, copies, canaries: drawn.length, list }));
  terminal.print(say('next', { file, list }));
}

function timesOf(text: string): number[] {
  return listOf(text).map((part) => {
    const times = Number(part);
    if (part !== '' && Number.isInteger(times) && times >= 0 && times <= MOST_TIMES) return times;
    throw fail('cli/value', {
      command: 'data canaries',
      option: '--times',
      rule: `whole numbers from 0 to ${MOST_TIMES}, joined by commas`,
      zhRule: `为以逗号连接的 0 到 ${MOST_TIMES} 的整数`,
      got: text,
    });
  });
}
