/** `inkstone classify trend FOLDER`: how what a classifier says of dated texts changes over time. */

import { loadClassifier, readDatedTexts } from '../../classify/index.ts';
import { nextTurn } from '../../decode/index.ts';
import {
  type DatedLabel,
  labelTrend,
  type Period,
  readDay,
  trendPlot,
  trendTable,
} from '../../eval/index.ts';
import { defineMessages } from '../../language.ts';
import type { classifyOptions } from '../classify-options.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import { etaSince, formatTable, truncate } from '../terminal.ts';
import { checkViewFile, inLanguage, writeView } from '../view-files.ts';

const say = defineMessages({
  live: {
    en: (d: { done: number; of: number; eta: string }) => `${d.done} of ${d.of} texts, eta ${d.eta}`,
    zh: (d) => `${d.done}/${d.of} 条文本，剩余 ${d.eta}`,
  },
  undated: {
    en: (d: { count: number; of: number; example: string | undefined }) =>
      `${d.count} of ${d.of} texts are left out: they have no date that can be read${d.example ? ` (as "${d.example}")` : ''}`,
    zh: (d) =>
      `${d.of} 条文本中有 ${d.count} 条不计入：没有可读的日期${d.example ? `（如“${d.example}”）` : ''}`,
  },
  rising: { en: () => 'rising', zh: () => '上升' },
  falling: { en: () => 'falling', zh: () => '下降' },
  steady: { en: () => 'no trend', zh: () => '没有趋势' },
  label: {
    en: (d: { label: string; share: string; trend: string; p: string }) =>
      `${d.label}: ${d.share} of all texts, ${d.trend} (p ${d.p})`,
    zh: (d) => `${d.label}：占全部文本的 ${d.share}，${d.trend}（p ${d.p}）`,
  },
});

/** Texts between two looks at the signal. */
const BATCH = 256;
/** Below, a trend is told as one. */
const SIGNIFICANT = 0.05;

export async function trend({
  args,
  options,
  terminal,
  signal,
}: CommandContext<typeof classifyOptions>): Promise<void> {
  const [, folder] = args;
  const { data, dateColumn, every, chart } = options;
  const command = 'classify trend';
  if (folder === undefined) {
    const example = 'inkstone classify trend classifier --data reviews.csv --date-column date';
    throw fail('cli/missing-argument', { command, argument: '<folder>', example });
  }
  if (data === undefined) throw fail('cli/missing-value', { command, option: '--data' });
  if (dateColumn === undefined) throw fail('cli/missing-value', { command, option: '--date-column' });
  checkViewFile(command, chart);
  const classifier = await loadClassifier(folder);
  const texts = await readDatedTexts(data, { ...options, dateColumn, signal });
  const dated = texts.flatMap(({ text, date }) => {
    const day = date === undefined ? undefined : readDay(date);
    return day === undefined ? [] : [{ text, day }];
  });
  if (dated.length < texts.length) {
    const unread = texts.find(({ date }) => date && readDay(date) === undefined)?.date;
    const example = unread && truncate(unread, 40);
    const count = texts.length - dated.length;
    terminal.json({ type: 'undated', count, of: texts.length, example });
    terminal.print(say('undated', { count, of: texts.length, example }));
  }
  const items: DatedLabel[] = [];
  const begin = performance.now();
  for (let at = 0; at < dated.length; at += BATCH) {
    const batch = dated.slice(at, at + BATCH);
    const said = classifier.classify(batch.map(({ text }) => text));
    items.push(...said.map(({ label }, i) => ({ label, day: batch[i].day })));
    const eta = etaSince(begin, items.length / dated.length);
    terminal.live(say('live', { done: items.length, of: dated.length, eta }));
    await nextTurn();
    signal.throwIfAborted();
  }
  terminal.endLive({ keep: false });
  const found = labelTrend(items, every as Period | undefined);
  for (const period of found.periods) terminal.json({ type: 'period', ...period });
  for (const label of found.labels) terminal.json({ type: 'trend', ...label });
  const table = trendTable(found);
  for (const line of formatTable([
    table.columns.map(inLanguage),
    ...table.rows.map((row) => row.map(String)),
  ]))
    terminal.print(`  ${line}`);
  const lines = found.labels.map(({ label, count, z, pValue }) => {
    const direction = !(pValue < SIGNIFICANT) ? 'steady' : z > 0 ? 'rising' : 'falling';
    const share = `${((100 * count) / items.length).toFixed(1)} %`;
    const p = Number.isNaN(pValue) ? '–' : pValue < 1e-4 ? '< 0.0001' : pValue.toPrecision(2);
    return say('label', { label, share, trend: say(direction, {}), p });
  });
  for (const line of ['', ...lines]) terminal.print(line);
  if (chart === undefined) return;
  const plot = trendPlot(found);
  await writeView(terminal, chart, { answer: found, table, plot, lines }, inLanguage(plot.title));
}
