/** What advice says of a draft: a rule, a place, and what it saw there; its sentences in both languages. */

import { defineMessages } from '../../language.ts';

/** What a rule saw. Every rule is a row. */
export const remarkText = defineMessages({
  'long-sentence': {
    en: (d: { words: number; most: number }) =>
      `a sentence of ${d.words} words; say it in two (over ${d.most} is hard to read)`,
    zh: (d) => `此句有 ${d.words} 字；请拆成两句（超过 ${d.most} 字不易读）`,
  },
  passive: {
    en: (d: { passive: number; all: number }) =>
      `${d.passive} of the ${d.all} sentences of this paragraph are passive; say who does it`,
    zh: (d) => `本段 ${d.all} 句中有 ${d.passive} 句用被动语态；请写明由谁来做`,
  },
  abbreviation: {
    en: (d: { short: string }) =>
      `"${d.short}" is not explained; write it out where it first stands, as in "long form (${d.short})"`,
    zh: (d) => `缩写“${d.short}”没有解释；请在首次出现处写出全称，如“全称（${d.short}）”`,
  },
  'late-abbreviation': {
    en: (d: { short: string; line: number }) =>
      `"${d.short}" stands here before it is explained in line ${d.line}`,
    zh: (d) => `“${d.short}”在此已出现，而第 ${d.line} 行才解释`,
  },
  'unused-abbreviation': {
    en: (d: { short: string }) => `"${d.short}" is explained and never used again; leave it out`,
    zh: (d) => `“${d.short}”解释后再未使用；可去掉缩写`,
  },
  'double-definition': {
    en: (d: { short: string; line: number }) => `"${d.short}" was explained in line ${d.line} already`,
    zh: (d) => `“${d.short}”在第 ${d.line} 行已解释过`,
  },
  'unmentioned-float': {
    en: (d: { kind: 'figure' | 'table'; number: string }) =>
      `${d.kind} ${d.number} is never referred to in the text`,
    zh: (d) => `正文从未提到${d.kind === 'figure' ? '图' : '表'} ${d.number}`,
  },
  'missing-float': {
    en: (d: { kind: 'figure' | 'table'; number: string }) =>
      `the text refers to ${d.kind} ${d.number}, and there is none`,
    zh: (d) =>
      `正文提到${d.kind === 'figure' ? '图' : '表'} ${d.number}，但没有这个${d.kind === 'figure' ? '图' : '表'}`,
  },
  repetition: {
    en: (d: { line: number }) => `this says what line ${d.line} says already`,
    zh: (d) => `此处与第 ${d.line} 行重复`,
  },
  'double-word': {
    en: (d: { word: string }) => `"${d.word}" stands here twice`,
    zh: (d) => `“${d.word}”在此重复`,
  },
  'repeated-phrase': {
    en: (d: { phrase: string; times: number }) =>
      `"${d.phrase}" is used ${d.times} times; vary it, or say it once`,
    zh: (d) => `“${d.phrase}”用了 ${d.times} 次；请换个说法或只说一次`,
  },
  'claim-without-citation': {
    en: (d: { sign: string }) => `"${d.sign}" speaks of other work and cites none`,
    zh: (d) => `“${d.sign}”说到他人的研究，却没有引用`,
  },
  tense: {
    en: (d: { word: string; past: number; present: number }) =>
      `"${d.word}": this section speaks of what you did in the past tense ${d.past} times and in the present ${d.present} times; choose one`,
    zh: (d) => `“${d.word}”：本节叙述所做工作时过去时 ${d.past} 处、现在时 ${d.present} 处；请统一`,
  },
  terms: {
    en: (d: { form: string; other: string; times: number }) =>
      `"${d.form}" is written "${d.other}" elsewhere (${d.times} times); choose one`,
    zh: (d) => `“${d.form}”在别处写作“${d.other}”（${d.times} 次）；请统一`,
  },
  vague: {
    en: (d: { word: string }) => `"${d.word}" says little; give the figure, or leave it out`,
    zh: (d) => `“${d.word}”含义空泛；请给出数字或去掉`,
  },
  informal: {
    en: (d: { word: string }) => `"${d.word}" is spoken language; write it out`,
    zh: (d) => `“${d.word}”过于口语；请用书面语`,
  },
  'mixed-marks': {
    en: (d: { mark: string }) => `"${d.mark}" among Chinese words is a mark of another script`,
    zh: (d) => `中文语句中用了半角标点“${d.mark}”；请改用全角`,
  },
  'open-bracket': {
    en: (d: { mark: string }) => `"${d.mark}" has no partner in this paragraph`,
    zh: (d) => `本段中“${d.mark}”没有配对`,
  },
  'long-paragraph': {
    en: (d: { sentences: number; most: number }) =>
      `a paragraph of ${d.sentences} sentences; part it (over ${d.most} is hard to follow)`,
    zh: (d) => `本段有 ${d.sentences} 句；请分段（超过 ${d.most} 句不易读）`,
  },
  'no-section': {
    en: (d: { kind: 'abstract' | 'conclusion' | 'references' }) => `there is no section "${d.kind}"`,
    zh: (d) => `没有“${{ abstract: '摘要', conclusion: '结论', references: '参考文献' }[d.kind]}”一节`,
  },
  model: { en: (d: { advice: string }) => d.advice, zh: (d) => d.advice },
});

export type RemarkRule = Parameters<typeof remarkText>[0];
type DataOf<Rule extends RemarkRule> = Parameters<typeof remarkText<Rule>>[1];

export type Remark = {
  [Rule in RemarkRule]: {
    readonly rule: Rule;
    readonly data: DataOf<Rule>;
    /** From 1. */
    readonly line: number;
    /** What it is about, on one line; empty for the whole. */
    readonly excerpt: string;
  };
}[RemarkRule];

/** The sentence of a remark. */
export const sayRemark = ({ rule, data }: Remark, lang?: 'en' | 'zh'): string =>
  remarkText(rule as 'model', data as { advice: string }, lang);
