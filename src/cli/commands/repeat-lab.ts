/** `inkstone repeat lab RUN`: every way of decoding on one model, why it repeats itself, and the cure; with a page. */

import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type LabReport,
  labColumns,
  labPage,
  labTable,
  labView,
  runLab,
  unchangedRows,
} from '../../eval/index.ts';
import { writeFileAtomic } from '../../io/index.ts';
import { defineMessages, language } from '../../language.ts';
import { labelIn } from '../../plots/index.ts';
import type { TokenUnit } from '../../repeat/index.ts';
import { isRun } from '../../train/index.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import { loadModel } from '../models.ts';
import { tellSkipped } from '../outcome.ts';
import type { repeatOptions } from '../repeat-options.ts';
import { sampleOfTexts, specOf, textsOfRun } from '../run-texts.ts';
import { LAB_FILE } from '../runs.ts';
import { quoteWord } from '../shell-words.ts';
import { formatTable } from '../terminal.ts';

const say = defineMessages({
  trains: {
    en: (d: { folder: string; data: string }) => `${d.folder} is no run yet: training one on ${d.data}`,
    zh: (d) => `${d.folder} 还不是训练记录：先用 ${d.data} 训练一个`,
  },
  begin: {
    en: (d: { folder: string; data: string; heldOut: number }) =>
      `${d.folder}: prompts from ${d.heldOut} held-out documents of ${d.data}`,
    zh: (d) => `${d.folder}：提示取自 ${d.data} 的 ${d.heldOut} 篇留出文档`,
  },
  stage: {
    en: (d: { done: number; total: number; stage: string }) => `lab ${d.done}/${d.total} ${d.stage}`,
    zh: (d) => `实验 ${d.done}/${d.total} ${d.stage}`,
  },
  strategy: { en: () => 'strategy', zh: () => '策略' },
  why: { en: () => 'Why this model repeats itself', zh: () => '这个模型为何复读' },
  whyNot: { en: () => 'This model hardly repeats itself', zh: () => '这个模型几乎不复读' },
  noCause: { en: () => 'no rule found a cause', zh: () => '没有规则判定出原因' },
  cause: {
    en: (d: { title: string; sentence: string }) => `${d.title}: ${d.sentence}`,
    zh: (d) => `${d.title}：${d.sentence}`,
  },
  cure: { en: () => 'What fits it', zh: () => '适合它的办法' },
  page: { en: (d: { path: string }) => `page with plots: ${d.path}`, zh: (d) => `带图的网页：${d.path}` },
});

/** What of the table fits on a terminal. */
const SHOWN = [
  'rep4',
  'diversity',
  'seqRep4',
  'loops',
  'degenerate',
  'logprob',
  'pValue',
  'repaired',
  'speed',
];

export async function run(context: CommandContext<typeof repeatOptions>): Promise<number | undefined> {
  const { args, options, terminal, signal, again } = context;
  const [, folder, more] = args;
  if (more !== undefined)
    throw fail('cli/too-many-arguments', { command: 'repeat lab', got: more, takesData: true });
  const isNew = options.data !== undefined && !(await isRun(folder));
  if (isNew) {
    const status = await trainFirst(folder, options.data!, context);
    if (status !== 0) return status;
  }
  const saved = await loadModel(folder);
  if (!saved.run) throw fail('cli/run-config', { folder });
  const { source } = saved.run.config.data;
  tellSkipped(terminal, saved);
  const out = options.out ?? join(folder, 'lab.html');
  const { name, heldOut, training } = await textsOfRun(saved, {
    ...{ terminal, signal, offline: options.offline },
    data: isNew ? undefined : options.data,
  });
  terminal.print(say('begin', { folder, data: name, heldOut: heldOut.length }));
  let report: LabReport | undefined;
  for await (const event of runLab({
    model: saved.model,
    tokenizer: saved.tokenizer,
    heldOut,
    training: training && sampleOfTexts(training),
    strategies: options.strategies?.split(';').map((spec) => spec.trim()),
    guard: options.guard,
    prompts: options.prompts,
    tokens: options.tokens,
    unit: options.unit as TokenUnit | 'auto',
    seed: options.seed,
    signal,
  })) {
    if (event.type === 'report') report = event.report;
    if (event.type === 'row') terminal.json(event);
    if (event.type === 'progress') {
      const { done, total } = event;
      const stage = labelIn(event.stage, language());
      terminal.json({ type: 'progress', stage: labelIn(event.stage, 'en'), done, total });
      terminal.live(say('stage', { done, total, stage }));
    }
  }
  terminal.endLive({ keep: false });
  const train = `npx inkstone train --data ${quoteWord(options.data ?? specOf(source))} --init ${quoteWord(folder)} --out ${quoteWord(`${folder}-cured`)} --minutes 1 --cure`;
  const page = labPage(report!, {
    name: folder,
    data: name,
    lang: language(),
    command: again,
    trainCommand: train,
  });
  await mkdir(dirname(out), { recursive: true });
  await writeFileAtomic(out, page);
  const view = labView(report!, {
    made: new Date().toISOString(),
    data: name,
    command: again.replace(/ --json\b/, ''),
    trainCommand: train,
  });
  await writeFileAtomic(join(folder, LAB_FILE), `${JSON.stringify(view)}\n`);
  terminal.json({ type: 'report', page: out, report });
  for (const line of linesOf(report!)) terminal.print(line);
  terminal.print(say('page', { path: out }));
  return undefined;
}

/** `inkstone train`, as the user would call it. Loaded here only: the command line knows the commands, not they it. */
async function trainFirst(
  folder: string,
  data: string,
  { options, terminal }: CommandContext<typeof repeatOptions>,
): Promise<number> {
  terminal.print(say('trains', { folder, data }));
  const { main } = await import('../main.ts');
  const words = ['train', '--data', data, '--out', folder, '--minutes', String(options.minutes)];
  const flags = [...(options.offline ? ['--offline'] : []), ...(terminal.isJson ? ['--json'] : [])];
  return main([...words, '--seed', String(options.seed), ...flags], terminal);
}

/** The table, the causes and the cure, for people. */
function linesOf(report: LabReport): string[] {
  const lang = language();
  const shown = labColumns.map(({ id }, i) => ({ id, i })).filter(({ id }) => SHOWN.includes(id));
  const head = [say('strategy', {}), ...shown.map(({ i }) => labelIn(labColumns[i].title, lang))];
  const rows = labTable(report).map(({ name, cells }) => [
    labelIn(name, lang),
    ...shown.map(({ i }) => cells[i]),
  ]);
  const causes = report.findings.filter(({ isCause }) => isCause);
  const { cure } = report;
  const unchanged = unchangedRows(report);
  return [
    '',
    ...formatTable([head, ...rows]).map((line) => `  ${line}`),
    ...(unchanged ? [`  ${labelIn(unchanged, lang)}`] : []),
    '',
    say(report.repeats ? 'why' : 'whyNot', {}),
    ...(causes.length === 0 ? [`  ${say('noCause', {})}`] : []),
    ...causes.map(
      ({ title, sentence = '' }, i) =>
        `  ${i + 1}. ${say('cause', { title: labelIn(title, lang), sentence: labelIn(sentence, lang) })}`,
    ),
    '',
    say('cure', {}),
    `  ${labelIn(cure.decoding, lang)}`,
    ...cure.training.map(
      ({ words, trainCure }) => `  - ${labelIn(words, lang)}${trainCure ? `  (--cure ${trainCure})` : ''}`,
    ),
    '',
  ];
}
