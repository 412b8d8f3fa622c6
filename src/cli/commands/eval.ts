/** `inkstone eval FILE [OTHER]`: scores of a file of predictions, or of two and what lies between them. */

import { basename } from 'node:path';
import {
  type BleuTokenizer,
  compareRecords,
  type EvalComparison,
  type EvalProgress,
  type EvalRecord,
  type EvalReport,
  type EvalTask,
  type EvaluateOptions,
  evaluateRecords,
  type Interval,
  metricRow,
  type RougeUnit,
} from '../../eval/index.ts';
import { readRecords } from '../../io/index.ts';
import { defineMessages, language } from '../../language.ts';
import { labelIn } from '../../plots/index.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import type { evalOptions } from '../eval-options.ts';
import { listOf } from '../options.ts';
import { formatTable, type ProgressBar, type Terminal, truncate } from '../terminal.ts';
import { readTextFile } from '../text-file.ts';

type Context = CommandContext<typeof evalOptions>;

const say = defineMessages({
  head: {
    en: (d: { file: string; count: number; task: string }) => `${d.file}: ${d.count} × ${d.task}`,
    zh: (d) => `${d.file}：${d.count} × ${d.task}`,
  },
  guessed: {
    en: () => ' (told from the fields; --task says otherwise)',
    zh: () => '（按字段判断；可用 --task 另行指定）',
  },
  reading: { en: (d: { count: number }) => `read ${d.count} records`, zh: (d) => `已读 ${d.count} 条记录` },
  drawing: { en: () => 'drawing anew', zh: () => '自助抽样' },
  metric: { en: () => 'score', zh: () => '指标' },
  value: { en: () => 'value', zh: () => '数值' },
  interval: { en: () => '95 % interval', zh: () => '95 % 区间' },
  lower: { en: () => ' (lower is better)', zh: () => '（越低越好）' },
  difference: { en: () => 'difference', zh: () => '差值' },
  pValue: { en: () => 'p', zh: () => 'p 值' },
  label: { en: () => 'label', zh: () => '标签' },
  precision: { en: () => 'precision', zh: () => '精确率' },
  recall: { en: () => 'recall', zh: () => '召回率' },
  f1: { en: () => 'F1', zh: () => 'F1' },
  support: { en: () => 'records', zh: () => '条数' },
  confusion: { en: () => 'right ↓ called →', zh: () => '实际 ↓ 预测 →' },
  paired: {
    en: () => 'p: the chance that so great a difference is chance (paired bootstrap); below 0.05 it counts',
    zh: () => 'p 值：差异出于偶然的概率（配对自助法）；低于 0.05 才算数',
  },
});

const tasks: { readonly [Task in EvalTask]: { readonly en: string; readonly zh: string } } = {
  classification: { en: 'classification', zh: '分类' },
  text: { en: 'text', zh: '文本' },
  answers: { en: 'answers', zh: '问答' },
  regression: { en: 'regression', zh: '回归' },
  code: { en: 'code', zh: '代码' },
  ranking: { en: 'ranking', zh: '检索排序' },
  likelihood: { en: 'likelihood', zh: '似然' },
  writing: { en: 'writing', zh: '写作' },
};

export async function run(context: Context): Promise<void> {
  const { args, options, terminal } = context;
  const resample = { rounds: options.rounds, seed: options.seed };
  const settings: EvaluateOptions = {
    ...settingsOf(context),
    ...(options.fluencyData && { fluencyTexts: (await readTextFile(options.fluencyData)).split('\n') }),
    ...(options.confidence && { resample }),
  };
  const [first, second] = await readAll(context);
  if (second === undefined) {
    const report = await evaluateRecords(first, settings);
    terminal.endLive({ keep: false });
    terminal.json(machineReport(args[0], report));
    for (const line of reportLines(args[0], report)) terminal.print(line);
    return;
  }
  const comparison = await compareRecords(first, second, { ...settings, resample });
  terminal.endLive({ keep: false });
  terminal.json(machineComparison(args, comparison));
  for (const line of comparisonLines(args, comparison)) terminal.print(line);
}

async function readAll({ args, terminal, signal }: Context): Promise<EvalRecord[][]> {
  const all: EvalRecord[][] = [];
  let count = 0;
  for (const path of args) {
    const records: EvalRecord[] = [];
    for await (const record of readRecords(path, { signal })) {
      records.push(record);
      if (++count % 1000 === 0) terminal.live(say('reading', { count }));
    }
    all.push(records);
  }
  return all;
}

function settingsOf({ options, terminal, signal }: Context): EvaluateOptions {
  const { task, metrics, prediction, reference, source, lang, tokenize, unit, lowercase, k } = options;
  return {
    ...(task !== 'auto' && { task: task as EvalTask }),
    ...(metrics !== undefined && { metrics: listOf(metrics) }),
    ...(prediction !== undefined && { prediction }),
    ...(reference !== undefined && { reference }),
    ...(source !== undefined && { source }),
    ...(lang !== 'auto' && { lang: lang as 'en' | 'zh' }),
    ...(tokenize !== undefined && { tokenizer: tokenize as BleuTokenizer }),
    ...(unit !== undefined && { unit: unit as RougeUnit }),
    ...(lowercase && { lowercase }),
    ...(k !== undefined && { depths: listOf(k).map(depth) }),
    signal,
    onProgress: progressOf(terminal),
  };
}

/** A live line for the scores, a bar with an ETA for the draws. */
function progressOf(terminal: Terminal): (progress: EvalProgress) => void {
  let bar: ProgressBar | undefined;
  return (progress) => {
    const { done, total } = progress;
    if (progress.stage === 'score') return terminal.live(`${done}/${total} ${nameOf(progress.metric)}`);
    if (!bar) terminal.endLive({ keep: false });
    bar ??= terminal.bar(say('drawing', {}), total);
    bar.update(done);
    if (done === total) bar.stop();
  };
}

function depth(text: string): number {
  const value = Number(text);
  if (text !== '' && Number.isSafeInteger(value) && value > 0) return value;
  const rule = 'whole numbers from 1 on, joined by commas';
  throw fail('cli/value', {
    command: 'eval',
    option: '--k',
    rule,
    zhRule: '为以逗号连接的正整数',
    got: text,
  });
}

/** A share in percent, another figure as it is. */
function shown(metric: string, value: number): string {
  if (Number.isNaN(value)) return '–';
  if (metricRow(metric).isShare) return `${(100 * value).toFixed(2)} %`;
  return Math.abs(value) < 10 ? value.toFixed(4) : value.toFixed(2);
}

const shownInterval = (metric: string, { low, high }: Interval): string =>
  `${shown(metric, low)} … ${shown(metric, high)}`;

const nameOf = (metric: string): string => labelIn(metricRow(metric).name, language());

function docOf(metric: string): string {
  const { doc, isLowerBetter } = metricRow(metric);
  const words = labelIn(doc, language());
  return isLowerBetter ? `${words}${say('lower', {})}` : words;
}

function headLine(file: string, { count, task, isGuessed }: EvalReport | EvalComparison): string {
  const line = say('head', { file, count, task: tasks[task][language()] });
  return isGuessed ? `${line}${say('guessed', {})}` : line;
}

function reportLines(file: string, report: EvalReport): string[] {
  const isSure = report.scores.some(({ interval }) => interval);
  const head = [say('metric', {}), say('value', {}), ...(isSure ? [say('interval', {})] : [])];
  const rows = report.scores.map(({ metric, value, interval }) => [
    nameOf(metric),
    shown(metric, value),
    ...(interval ? [shownInterval(metric, interval)] : []),
  ]);
  const docs = report.scores.map(({ metric }) => docOf(metric));
  return [
    headLine(file, report),
    ...formatTable([head, ...rows]).map((line, i) => `${line}  ${['', ...docs][i]}`.trimEnd()),
    ...signatureLines(report),
    ...classLines(report),
    ...confusionLines(report),
  ];
}

function signatureLines({ scores, signatures = {} }: EvalReport): string[] {
  const own = scores.filter(({ metric }) => Object.hasOwn(signatures, metric));
  return own.length === 0 ? [] : ['', ...own.map(({ metric }) => `${nameOf(metric)}  ${signatures[metric]}`)];
}

/** Classes shown at most, and the labels of a confusion matrix. */
const SHOWN_CLASSES = 50;
const SHOWN_LABELS = 12;
const LABEL_COLUMNS = 16;

function classLines({ classes }: EvalReport): string[] {
  if (!classes) return [];
  const head = (['label', 'precision', 'recall', 'f1', 'support'] as const).map((name) => say(name, {}));
  const percent = (share: number): string => (100 * share).toFixed(2);
  const rows = classes
    .slice(0, SHOWN_CLASSES)
    .map(({ label, precision, recall, f1, support }) => [
      truncate(label, LABEL_COLUMNS),
      percent(precision),
      percent(recall),
      percent(f1),
      String(support),
    ]);
  const more = classes.length > SHOWN_CLASSES ? ['…'] : [];
  return ['', ...formatTable([head, ...rows]), ...more];
}

function confusionLines({ classes, confusion }: EvalReport): string[] {
  if (!classes || !confusion || classes.length > SHOWN_LABELS) return [];
  const { labels, counts } = confusion();
  const names = labels.map((label) => truncate(label, LABEL_COLUMNS));
  return [
    '',
    ...formatTable([
      [say('confusion', {}), ...names],
      ...counts.map((row, i) => [names[i], ...row.map(String)]),
    ]),
  ];
}

function comparisonLines(files: readonly string[], comparison: EvalComparison): string[] {
  const [first, second] = files.map((file) => basename(file));
  const head = [
    say('metric', {}),
    first,
    second,
    say('difference', {}),
    say('interval', {}),
    say('pValue', {}),
  ];
  const rows = comparison.differences.map(({ metric, first: a, second: b, difference, interval, pValue }) => [
    nameOf(metric),
    shown(metric, a),
    shown(metric, b),
    `${difference > 0 ? '+' : ''}${shown(metric, difference)}`,
    shownInterval(metric, interval),
    Number.isNaN(pValue) ? '–' : pValue.toFixed(3),
  ]);
  return [headLine(`${first}, ${second}`, comparison), ...formatTable([head, ...rows]), say('paired', {})];
}

function machineReport(file: string, report: EvalReport): object {
  const { task, isGuessed, count, lang, scores, signatures, classes, confusion } = report;
  const small = classes && classes.length <= SHOWN_CLASSES ? confusion?.() : undefined;
  const entries = scores.map(({ metric, value, interval }) => [metric, { value, ...interval }]);
  return {
    type: 'scores',
    file,
    task,
    isGuessed,
    count,
    ...(lang && { lang }),
    scores: Object.fromEntries(entries),
    ...(signatures && { signatures }),
    ...(classes && { classes }),
    ...(small && { confusion: small }),
  };
}

function machineComparison(files: readonly string[], comparison: EvalComparison): object {
  const { task, isGuessed, count, lang, differences } = comparison;
  const entries = differences.map(({ metric, interval, ...rest }) => [metric, { ...rest, ...interval }]);
  return {
    type: 'comparison',
    files,
    task,
    isGuessed,
    count,
    ...(lang && { lang }),
    scores: Object.fromEntries(entries),
  };
}
