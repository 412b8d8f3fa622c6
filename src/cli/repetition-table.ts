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
  sentences: { en: () => 'sentences said before %', zh: () => '重复的句子 %' },
  consecutive: { en: () => 'sentences said twice in a row %', zh: () => '连说两遍的句子 %' },
  sections: { en: () => 'sections said before %', zh: () => '重复的段落 %' },
  uniq: { en: () => 'different tokens (uniq)', zh: () => '不同的单位数（uniq）' },
  zipf: { en: () => 'Zipf coefficient', zh: () => '齐普夫系数' },
  selfBleu: { en: () => 'self-BLEU-4', zh: () => '自 BLEU-4' },
  copied: { en: () => 'copied from the prompt %', zh: () => '抄自提示 %' },
  sameAnswer: { en: () => 'same answer to another prompt %', zh: () => '与另一提示的回答相同 %' },
  samePrompt: {
    en: () => 'self-BLEU-4 of one prompt asked again',
    zh: () => '同一提示多次回答的自 BLEU-4',
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
  const percent = (share: number | undefined) => (share === undefined ? undefined : 100 * share);
  /** A row that stands only where some report has the figure. */
  const known = (name: string, value: (report: RepetitionReport) => number | undefined, digits = 1) => {
    const values = reports.map(({ report }) => value(report));
    if (values.every((figure) => figure === undefined)) return [];
    return [[name, ...values.map((figure) => (figure === undefined ? '–' : fixed(digits, figure)))]];
  };
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
    row(say('uniq', {}), (r) => String(r.uniq)),
    ...known(say('zipf', {}), (r) => r.zipf, 2),
    ...known(say('sentences', {}), (r) => percent(r.sentences?.repeated)),
    ...known(say('consecutive', {}), (r) => percent(r.sentences?.consecutive)),
    ...known(say('sections', {}), (r) => percent(r.sections?.repeated)),
    ...known(say('selfBleu', {}), (r) => r.selfBleu, 3),
    ...known(say('copied', {}), (r) => percent(r.echo?.copied)),
    ...known(say('sameAnswer', {}), (r) => percent(r.acrossPrompts?.sameAnswer)),
    ...known(say('samePrompt', {}), (r) => r.samePrompt?.selfBleu, 3),
  ]);
}
