/** The lab's table: its columns in words and figures, for a page, a terminal or a file. */

import type { Label } from '../plots/index.ts';
import type { TokenUnit } from '../repeat/index.ts';
import { nameOf } from './cure.ts';
import type { LabReport } from './lab.ts';
import type { Estimate, LabRow } from './lab-rows.ts';

export interface LabColumn {
  readonly id: string;
  readonly title: Label;
  /** What it says, in a sentence. */
  readonly doc: Label;
  readonly cell: (row: LabRow) => string;
}

/** What repetition is counted in. */
export const unitNames: { readonly [Unit in TokenUnit]: { readonly en: string; readonly zh: string } } = {
  words: { en: 'words', zh: '词' },
  characters: { en: 'characters', zh: '字' },
  segments: { en: 'dictionary words', zh: '分出的词' },
};

export const fixed = (value: number | undefined, digits: number): string =>
  value === undefined || Number.isNaN(value) ? '–' : value.toFixed(digits);
/** The half width of an interval behind its figure. */
export const spread = ({ value, low, high }: Estimate, digits: number, scale = 1): string =>
  Number.isNaN(value) ? '–' : `${fixed(scale * value, digits)} ±${fixed((scale * (high - low)) / 2, digits)}`;

/** Share of texts that end in a loop. */
export const loopShare = ({ texts }: LabRow): number =>
  texts.filter(({ loop }) => loop).length / Math.max(texts.length, 1);

/** Every column, in order. Rates of n-grams are in percent. */
export const labColumns: readonly LabColumn[] = [
  {
    id: 'rep2',
    title: 'rep-2',
    doc: { en: 'repeated 2-grams of all continuations, %', zh: '全部续写中重复的二元组，%' },
    cell: ({ report }) => fixed(report.corrected.rep2, 1),
  },
  {
    id: 'rep3',
    title: 'rep-3',
    doc: { en: 'repeated 3-grams, %', zh: '重复的三元组，%' },
    cell: ({ report }) => fixed(report.corrected.rep3, 1),
  },
  {
    id: 'rep4',
    title: 'rep-4',
    doc: { en: 'repeated 4-grams, %', zh: '重复的四元组，%' },
    cell: ({ report }) => fixed(report.corrected.rep4, 1),
  },
  {
    id: 'diversity',
    title: { en: 'diversity', zh: '多样性' },
    doc: {
      en: '(1 − rep-2)(1 − rep-3)(1 − rep-4), %; ± half of the 95 % interval over prompts',
      zh: '(1 − rep-2)(1 − rep-3)(1 − rep-4)，%；± 为按提示自助法 95 % 区间的一半',
    },
    cell: ({ diversity }) => spread(diversity, 1),
  },
  {
    id: 'seqRep4',
    title: 'seq-rep-4',
    doc: { en: 'repeated share of 4-grams, mean over texts, %', zh: '每篇重复四元组占比的平均，%' },
    cell: ({ seqRep4 }) => spread(seqRep4, 1, 100),
  },
  {
    id: 'loops',
    title: { en: 'loops', zh: '循环' },
    doc: { en: 'texts that end in a loop of tokens, %', zh: '以词元循环结尾的文本，%' },
    cell: (row) => fixed(100 * loopShare(row), 0),
  },
  {
    id: 'degenerate',
    title: { en: 'degenerate', zh: '退化' },
    doc: { en: 'texts of which one n-gram covers 30 %, %', zh: '同一 n 元组覆盖三成以上的文本，%' },
    cell: ({ report }) => fixed(100 * report.degenerate.share, 0),
  },
  {
    id: 'selfBleu',
    title: 'self-BLEU',
    doc: { en: 'how alike the texts are; higher is more alike', zh: '各篇彼此的相似度，越高越雷同' },
    cell: ({ report }) => fixed(report.selfBleu, 2),
  },
  {
    id: 'distinct',
    title: 'distinct-1/2',
    doc: { en: 'distinct 1- and 2-grams over all', zh: '不同的一元组与二元组占比' },
    cell: ({ report }) => `${fixed(report.distinct[0], 2)}/${fixed(report.distinct[1], 2)}`,
  },
  {
    id: 'logprob',
    title: { en: 'coherence', zh: '连贯' },
    doc: {
      en: 'mean log-probability of a token under this model, nats: nearer to 0 is likelier',
      zh: '在本模型下每词元的平均对数概率（奈特），越接近 0 越可能',
    },
    cell: ({ logprob }) => spread(logprob, 2),
  },
  {
    id: 'pValue',
    title: { en: 'p', zh: 'p 值' },
    doc: {
      en: 'seq-rep-4 against people: paired permutation test, adjusted for all rows (Holm)',
      zh: 'seq-rep-4 与人相比：配对置换检验，按全部行作 Holm 校正',
    },
    cell: ({ pValue }) => (pValue === undefined ? '–' : pValue < 0.001 ? '<0.001' : fixed(pValue, 3)),
  },
  {
    id: 'length',
    title: { en: 'length', zh: '长度' },
    doc: { en: 'mean length, in words or characters', zh: '平均长度（词或字）' },
    cell: ({ report }) => fixed(report.meanLength, 0),
  },
  {
    id: 'repaired',
    title: { en: 'repaired', zh: '修复' },
    doc: { en: 'texts that the guard repaired', zh: '护栏修复过的文本数' },
    cell: ({ guard, texts }) => (guard ? String(texts.filter(({ repairs }) => repairs > 0).length) : '–'),
  },
  {
    id: 'speed',
    title: { en: 'tokens/s', zh: '词元/秒' },
    doc: {
      en: 'all prompts in one batch, measured once on this machine',
      zh: '全部提示同批解码，在本机测一次',
    },
    cell: ({ tokensPerSecond }) => fixed(tokensPerSecond, 0),
  },
];

/**
 * Every row with its name and cells, people first. A guarded row in which nothing was repaired is its strategy's own row over
 * again: it is left out.
 */
export function labTable({ people, rows }: Pick<LabReport, 'people' | 'rows'>): {
  readonly name: Label;
  readonly row: LabRow;
  readonly cells: readonly string[];
}[] {
  return [people, ...rows.filter(isOfInterest)].map((row) => ({
    name: nameOf(row),
    row,
    cells: labColumns.map(({ cell }) => cell(row)),
  }));
}

const isOfInterest = ({ guard, texts }: LabRow): boolean =>
  !guard || texts.some(({ repairs }) => repairs > 0);

/** How many guarded rows the table leaves out, in words. */
export function unchangedRows({ rows }: Pick<LabReport, 'rows'>): Label | undefined {
  const count = rows.filter((row) => !isOfInterest(row)).length;
  if (count === 0) return undefined;
  return {
    en: `With the guard ${count} of the strategies wrote the same texts: there was no loop to repair.`,
    zh: `加上护栏后，有 ${count} 种策略写出的文本不变：没有循环需要修复。`,
  };
}
