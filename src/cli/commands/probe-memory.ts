/** `inkstone probe memory RUN --data LIST`: how well a model knows the secrets by heart that were put into its text. */

import { type CanaryExposure, localBenchmarkModel, measureExposure } from '../../eval/index.ts';
import { defineMessages } from '../../language.ts';
import { readCanaryList } from '../canary-list.ts';
import { loadModel } from '../models.ts';
import { tellSkipped } from '../outcome.ts';
import { tableLines, watchProbe } from '../probe-tables.ts';
import { type ProbeContext, type ProbeResult, requiredData } from './probe.ts';

const say = defineMessages({
  head: {
    en: () => 'times in the text|canaries|exposure, bits|least|most',
    zh: () => '在文本中的次数|金丝雀数|暴露度（比特）|最小|最大',
  },
  about: {
    en: (d: { most: string; read: number; isExact: boolean }) =>
      `exposure: from 0 to ${d.most} bits (the likeliest of all secrets), about 1.4 of a secret that was never read; ${d.isExact ? `all ${d.read} secrets were read to compare with` : `extrapolated from ${d.read} secrets drawn at random`}`,
    zh: (d) =>
      `暴露度：自 0 至 ${d.most} 比特（所有秘密中最可能的一个），从未读过的秘密约为 1.4；${d.isExact ? `与全部 ${d.read} 个秘密逐一比较` : `由随机抽取的 ${d.read} 个秘密外推`}`,
  },
  rises: {
    en: (d: { correlation: string }) => `exposure against times: rank correlation ${d.correlation}`,
    zh: (d) => `暴露度与次数的等级相关：${d.correlation}`,
  },
});

export async function memory(context: ProbeContext, path: string): Promise<ProbeResult> {
  const { options, terminal, signal } = context;
  const data = requiredData('memory', options.data);
  const { format, canaries } = await readCanaryList(data);
  const opened = await loadModel(path);
  tellSkipped(terminal, opened);
  const model = localBenchmarkModel(path, opened.model, opened.tokenizer, opened.prefixIds);
  const { samples, seed } = options;
  const onProgress = watchProbe(terminal);
  const report = await measureExposure(model, format, canaries, { samples, seed, onProgress, signal });
  const { mostExposure, read, method, correlation } = report;
  const levels = [...new Set(report.canaries.map(({ times }) => times))].sort((a, b) => a - b);
  const rows = levels.map((times) => cellsOf(report.canaries.filter((one) => one.times === times)));
  return {
    report: { data, ...report },
    lines: [
      ...tableLines([say('head', {}).split('|'), ...rows]),
      say('about', { most: mostExposure.toFixed(1), read, isExact: method === 'exact' }),
      ...(Number.isNaN(correlation) ? [] : [say('rises', { correlation: correlation.toFixed(2) })]),
    ],
  };
}

/** Canaries that stand in the text as often. */
function cellsOf(canaries: readonly CanaryExposure[]): string[] {
  const values = canaries.map(({ exposure }) => exposure);
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const shown = [mean, Math.min(...values), Math.max(...values)].map((x) => x.toFixed(2));
  return [String(canaries[0].times), String(canaries.length), ...shown];
}
