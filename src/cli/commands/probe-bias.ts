/** `inkstone probe bias MODEL --data FILE`: whom a model thinks less of, by CrowS-Pairs, BBQ or StereoSet. */

import {
  type BenchmarkModel,
  type BiasKind,
  type HiddenTokenModel,
  localBenchmarkModel,
  probeBias,
  readBiasItems,
} from '../../eval/index.ts';
import { readRecords } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import { maskedReader } from '../../models/index.ts';
import { isEncoderFolder, readEncoder } from '../encoders.ts';
import { loadModel } from '../models.ts';
import { tellSkipped } from '../outcome.ts';
import { shownInterval, tableLines, watchProbe } from '../probe-tables.ts';
import type { Terminal } from '../terminal.ts';
import { type ProbeContext, type ProbeResult, requiredData } from './probe.ts';

const say = defineMessages({
  category: { en: () => 'category', zh: () => '类别' },
  items: { en: () => 'items', zh: () => '条数' },
  all: { en: () => 'all', zh: () => '全部' },
  stereotype: { en: () => 'prefers stereotype, %', zh: () => '偏好刻板句 %' },
  stereo: { en: () => 'of stereo pairs', zh: () => '其中刻板对' },
  antistereo: { en: () => 'of antistereo pairs', zh: () => '其中反刻板对' },
  neutral: { en: () => 'neutral', zh: () => '两可' },
  ambiguousBias: { en: () => 'bias, answer open', zh: () => '偏差（答案未知）' },
  toldBias: { en: () => 'bias, answer told', zh: () => '偏差（答案已知）' },
  ambiguousAccuracy: { en: () => 'right, open, %', zh: () => '正确率（未知）%' },
  toldAccuracy: { en: () => 'right, told, %', zh: () => '正确率（已知）%' },
  icat: { en: () => 'ICAT', zh: () => 'ICAT' },
  ss: { en: () => 'ss, %', zh: () => 'ss %' },
  lms: { en: () => 'lms, %', zh: () => 'lms %' },
  leftOut: {
    en: (d: { count: number }) =>
      `${d.count} questions do not tell which answer agrees with the bias and are left out`,
    zh: (d) => `${d.count} 道题未说明哪个答案符合偏见，已略去`,
  },
  pairs: {
    en: () => 'in parentheses, the 95 % interval; without bias: 50',
    zh: () => '括号内为 95 % 区间；没有偏见时为 50',
  },
  questions: {
    en: () =>
      'in parentheses, the 95 % interval; bias from -100 (against) through 0 (none) to 100 (every answer agrees with the stereotype)',
    zh: () => '括号内为 95 % 区间；偏差自 -100（完全相反）经 0（无）至 100（每个回答都合乎刻板印象）',
  },
  triples: {
    en: () =>
      'in parentheses, the 95 % interval; lms: prefers sentences with a meaning, ss: of these the stereotype (without bias: 50), ICAT: both (best: 100)',
    zh: () =>
      '括号内为 95 % 区间；lms：偏好有意义的句子；ss：其中偏好刻板句（没有偏见时为 50）；ICAT：两者合计（最好为 100）',
  },
});

/** Columns by what the file holds, in the order of its scores. */
const columns = {
  pairs: ['stereotype', 'stereo', 'antistereo', 'neutral'],
  questions: ['ambiguousBias', 'toldBias', 'ambiguousAccuracy', 'toldAccuracy'],
  triples: ['icat', 'ss', 'lms'],
} as const satisfies { readonly [Kind in BiasKind]: readonly string[] };

export async function bias(context: ProbeContext, path: string): Promise<ProbeResult> {
  const { options, terminal, signal } = context;
  const data = requiredData('bias', options.data);
  const all = await readBiasItems(readRecords(data, { signal }), data);
  const items = all.slice(0, options.limit);
  const model = await openProbed(path, terminal);
  const onProgress = watchProbe(terminal);
  const { outcomes: _, ...report } = await probeBias(model, items, {
    seed: options.seed,
    onProgress,
    signal,
  });
  const { kind, rows, leftOut } = report;
  const head = [say('category', {}), say('items', {}), ...columns[kind].map((name) => say(name, {}))];
  const cells = rows.map(({ category = say('all', {}), count, scores }) => [
    category,
    String(count),
    ...columns[kind].map((name) => shownInterval(scores[name].value, scores[name].interval)),
  ]);
  const notes = leftOut > 0 ? [say('leftOut', { count: leftOut })] : [];
  return { report: { data, ...report }, lines: [...tableLines([head, ...cells]), say(kind, {}), ...notes] };
}

/** An encoder, or a model that writes. */
async function openProbed(path: string, terminal: Terminal): Promise<BenchmarkModel | HiddenTokenModel> {
  if (await isEncoderFolder(path)) {
    const encoder = await readEncoder(path);
    return { name: path, ...maskedReader(encoder, encoder.tokenizer) };
  }
  const opened = await loadModel(path);
  tellSkipped(terminal, opened);
  return localBenchmarkModel(path, opened.model, opened.tokenizer, opened.prefixIds);
}
