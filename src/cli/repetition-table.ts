/** The repetition report as a table: texts side by side, one figure a row. */

import { defineMessages } from '../language.ts';
import type { RepetitionReport } from '../repeat/index.ts';
import { formatTable } from './terminal.ts';

const say = defineMessages({
  texts: { en: () => 'texts', zh: () => '篇数' },
  meanLength: { en: () => 'mean length', zh: () => '平均长度' },
  rep: { en: (d: { n: number }) => `rep-${d.n} %`, zh: (d) => `rep-${d.n} %` },
  diversity: { en: () => 'diversity %', zh: () => '多样性 %' },
  official: {
    en: () => 'diversity % (as published code counts)',
    zh: () => '多样性 %（按已发表代码的算法）',
  },
  distinct: { en: (d: { n: number }) => `distinct-${d.n}`, zh: (d) => `distinct-${d.n}` },
  loops: { en: () => 'texts ending in a loop', zh: () => '以循环结尾的篇数' },
  degenerate: {
    en: () => 'degenerate texts (one phrase covers 30 %)',
    zh: () => '退化的篇数（同一短语占三成以上）',
  },
  entropy: { en: () => 'entropy, bits per token', zh: () => '熵（比特/单位）' },
});

export interface NamedReport {
  readonly name: string;
  readonly report: RepetitionReport;
}

/** Lines of the table; one column per report. */
export function repetitionTable(reports: readonly NamedReport[]): string[] {
  const row = (name: string, value: (report: RepetitionReport) => string) => [
    name,
    ...reports.map(({ report }) => value(report)),
  ];
  const fixed = (digits: number, value: number): string => value.toFixed(digits);
  return formatTable([
    ['', ...reports.map(({ name }) => name)],
    row(say('texts', {}), (r) => String(r.texts)),
    row(say('meanLength', {}), (r) => fixed(1, r.meanLength)),
    row(say('rep', { n: 2 }), (r) => fixed(2, r.corrected.rep2)),
    row(say('rep', { n: 3 }), (r) => fixed(2, r.corrected.rep3)),
    row(say('rep', { n: 4 }), (r) => fixed(2, r.corrected.rep4)),
    row(say('diversity', {}), (r) => fixed(2, r.corrected.diversity)),
    row(say('official', {}), (r) => fixed(2, r.official.diversity)),
    row(say('distinct', { n: 1 }), (r) => fixed(3, r.distinct[0])),
    row(say('distinct', { n: 2 }), (r) => fixed(3, r.distinct[1])),
    row(say('loops', {}), (r) => `${r.loops.count} (${fixed(1, 100 * r.loops.share)} %)`),
    row(say('degenerate', {}), (r) => `${r.degenerate.count} (${fixed(1, 100 * r.degenerate.share)} %)`),
    row(say('entropy', {}), (r) => fixed(2, r.entropy)),
  ]);
}
