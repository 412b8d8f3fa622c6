/** The tables of a comparison: how each model reads, and what each writes, in words and figures. */

import type { Label } from '../../plots/index.ts';
import { fixed, labColumns, spread } from '../lab-table.ts';
import type { CompareReport, ModelRow } from './compare-models.ts';

export interface ModelColumn {
  readonly id: string;
  readonly title: Label;
  /** What it says, in a sentence. */
  readonly doc: Label;
  readonly cell: (row: ModelRow) => string;
}

/** Of each model, in order. */
export const modelColumns: readonly ModelColumn[] = [
  {
    id: 'bitsPerCharacter',
    title: { en: 'bits/character', zh: '比特/字符' },
    doc: {
      en: 'what the model needs for a character of the held-out texts: lower is better, whatever the tokenizer; ± half of the 95 % interval over texts',
      zh: '模型描述留出文本每个字符所需的比特：越低越好，与分词器无关；± 为按文本自助法 95 % 区间的一半',
    },
    cell: ({ bitsPerCharacter }) => spread(bitsPerCharacter, 3),
  },
  {
    id: 'pValue',
    title: { en: 'p', zh: 'p 值' },
    doc: {
      en: 'that so great a difference to the best model is chance: paired permutation test over texts, adjusted for all models (Holm)',
      zh: '与最佳模型的差异出于偶然的概率：按文本配对置换检验，按全部模型作 Holm 校正',
    },
    cell: ({ pValue }) => (pValue === undefined ? '–' : pValue < 0.001 ? '<0.001' : fixed(pValue, 3)),
  },
  {
    id: 'parameters',
    title: { en: 'parameters', zh: '参数' },
    doc: { en: 'numbers that were learnt', zh: '学到的数值个数' },
    cell: ({ parameters }) => (parameters === undefined ? '–' : parameters.toLocaleString('en')),
  },
  {
    id: 'vocabSize',
    title: { en: 'vocabulary', zh: '词表' },
    doc: { en: 'tokens that the model knows', zh: '模型认识的词元数' },
    cell: ({ vocabSize }) => vocabSize.toLocaleString('en'),
  },
  {
    id: 'contextLength',
    title: { en: 'context', zh: '上下文' },
    doc: { en: 'tokens that it reads at most', zh: '最多能读的词元数' },
    cell: ({ contextLength }) => contextLength.toLocaleString('en'),
  },
  {
    id: 'tokensPerCharacter',
    title: { en: 'tokens/character', zh: '词元/字符' },
    doc: {
      en: 'into how many tokens its tokenizer cuts a character',
      zh: '分词器平均把一个字符切成几个词元',
    },
    cell: ({ tokensPerCharacter }) => fixed(tokensPerCharacter, 3),
  },
];

/** What of the lab's columns says the same of texts by different models. */
const WRITTEN = [
  'rep4',
  'diversity',
  'seqRep4',
  'loops',
  'degenerate',
  'selfBleu',
  'distinct',
  'pValue',
  'length',
  'speed',
];

/** Of what each model wrote, in order. */
export const writtenColumns = labColumns.filter(({ id }) => WRITTEN.includes(id));

/** A line of a table. */
export interface CompareLine {
  readonly name: Label;
  readonly cells: readonly string[];
  readonly kind?: 'people' | 'chosen';
}

/** One line for each model; the best is chosen. */
export function modelLines({ models, best }: CompareReport): CompareLine[] {
  return models.map((row) => ({
    name: row.name,
    cells: modelColumns.map(({ cell }) => cell(row)),
    ...(row.name === best && { kind: 'chosen' }),
  }));
}

/** People, then what each model wrote by each strategy; the row nearest to people is chosen. */
export function writtenLines({ people, rows, nearest }: CompareReport): CompareLine[] {
  const isNearest = ({ model, row }: CompareReport['rows'][number]): boolean =>
    model === nearest.model && row.name === nearest.strategy;
  return [
    {
      name: { en: 'people', zh: '人' },
      cells: writtenColumns.map(({ cell }) => cell(people)),
      kind: 'people',
    },
    ...rows.map(
      (one): CompareLine => ({
        name: `${one.model} · ${one.row.name}`,
        cells: writtenColumns.map(({ cell }) => cell(one.row)),
        ...(isNearest(one) && { kind: 'chosen' }),
      }),
    ),
  ];
}

/** A difference that chance makes as often as this is none that counts. */
const LEVEL = 0.05;

/** What the comparison says, in sentences. */
export function compareVerdict({ models, best, nearest, people, rows }: CompareReport): Label[] {
  const [first, ...others] = [...models].sort((a, b) => a.bitsPerCharacter.value - b.bitsPerCharacter.value);
  const behind = others.map((row) => ({
    name: row.name,
    more: fixed(row.bitsPerCharacter.value - first.bitsPerCharacter.value, 3),
    isSure: (row.pValue ?? 1) < LEVEL,
  }));
  const value = fixed(first.bitsPerCharacter.value, 3);
  const chosen = rows.find(({ model, row }) => model === nearest.model && row.name === nearest.strategy)!;
  const diversity = fixed(chosen.row.diversity.value, 1);
  const theirs = fixed(people.diversity.value, 1);
  return [
    {
      en: `${best} predicts these texts best: ${value} bits a character; ${behind.map(({ name, more, isSure }) => `${name} needs ${more} more${isSure ? '' : ', which may be chance'}`).join('; ')}.`,
      zh: `${best} 对这些文本预测得最好：每字符 ${value} 比特；${behind.map(({ name, more, isSure }) => `${name} 多需 ${more}${isSure ? '' : '（可能出于偶然）'}`).join('；')}。`,
    },
    {
      en: `${nearest.model} with ${nearest.strategy} writes most like people: diversity ${diversity} % (people ${theirs} %), of the rows with the fewest stuck texts.`,
      zh: `写得最接近人的是 ${nearest.model} 用 ${nearest.strategy}：多样性 ${diversity} %（人 ${theirs} %），取自卡住文本最少的各行。`,
    },
  ];
}
