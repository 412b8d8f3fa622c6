/** Options of every command that learns from `--data`: how the text is read, and what is taken out of it. */

import type { OptionTable } from './command.ts';
import { augmentOptions, filterOptions } from './filter-options.ts';
import { wholePositive } from './option-rules.ts';

export const corpusOptions = {
  textColumn: {
    type: 'string',
    placeholder: 'name',
    doc: {
      en: 'the column or field that holds the text (csv, tsv, parquet, json, jsonl)',
      zh: '文本所在的列或字段（csv、tsv、parquet、json、jsonl）',
    },
  },
  titleColumn: {
    type: 'string',
    placeholder: 'name',
    doc: { en: 'the column or field that holds the title', zh: '标题所在的列或字段' },
  },
  code: {
    type: 'boolean',
    doc: {
      en: 'the text is source code: of folders and packages the code is read (ts, js, py, …), and its layout stays',
      zh: '文本是源代码：从目录和包中读取代码文件（ts、js、py 等），并保留排版',
    },
  },
  nearDuplicates: {
    type: 'number',
    placeholder: 'similarity',
    rule: {
      test: (value: number) => value >= 0.1 && value <= 1,
      words: { en: 'from 0.1 to 1', zh: '在 0.1 到 1 之间' },
    },
    doc: {
      en: 'drop documents at least so similar to an earlier one (0.8: nearly the same; default: keep them)',
      zh: '去掉与前文相似度不低于此值的文本（0.8：几乎相同；默认保留）',
    },
  },
  repeatedLines: {
    type: 'number',
    placeholder: 'n',
    rule: wholePositive,
    doc: {
      en: 'remove lines and paragraphs that came so many times before (default: keep them)',
      zh: '删除此前已出现过这么多次的行和段落（默认保留）',
    },
  },
  dropRepetitive: {
    type: 'boolean',
    doc: {
      en: 'drop documents that repeat themselves too much (thresholds of Gopher)',
      zh: '去掉自身重复过多的文本（Gopher 阈值）',
    },
  },
  ...filterOptions,
  privateAddresses: {
    type: 'boolean',
    doc: {
      en: 'a URL may lead to an address of this machine or network, and be http:',
      zh: '允许网址指向本机或内网地址，也允许 http:',
    },
  },
} as const satisfies OptionTable;

/** Of a training on several languages. */
export const mixOptions = {
  mixTemperature: {
    type: 'number',
    placeholder: 't',
    rule: { test: (t: number) => t >= 1, words: { en: 'a number of at least 1', zh: '为不小于 1 的数' } },
    doc: {
      en: 'of several languages (--data en=a.txt,zh=b.txt, or a folder with a file or folder for each): 1 (default) takes each as much as there is of it, more raises the small ones',
      zh: '用于多种语言（--data en=a.txt,zh=b.txt，或每种语言一个文件或子目录的目录）：1（默认）按各语言的文本量取，越大越照顾文本少的语言',
    },
  },
} as const satisfies OptionTable;

/** Of `inkstone data`, whose source is an argument. */
export const dataOptions = {
  ...corpusOptions,
  first: {
    type: 'number',
    verbs: ['preview'],
    default: 3,
    rule: wholePositive,
    doc: { en: 'how many documents are shown', zh: '显示几篇' },
  },
  out: {
    type: 'string',
    verbs: ['save', 'augment', 'counterfactual', 'canaries'],
    placeholder: 'file',
    default: 'corpus.jsonl',
    doc: { en: 'where the documents are written, one a line', zh: '文本写到哪里，每行一篇' },
  },
  ...augmentOptions,
  offline: { type: 'boolean', doc: { en: 'use only what was fetched before', zh: '只用已下载的内容' } },
} as const satisfies OptionTable;

/** How a corpus is read and prepared beyond the usual cleaning, as far as it was asked for. */
export interface CorpusPreparation {
  readonly textColumn?: string;
  readonly titleColumn?: string;
  readonly code?: boolean;
  readonly nearDuplicates?: number;
  readonly repeatedLines?: number;
  readonly dropRepetitive?: boolean;
  readonly language?: string;
  readonly quality?: 'gopher' | 'c4';
  readonly blocklist?: string;
  readonly maskPersonal?: boolean;
  readonly excludeOverlap?: string;
  readonly privateAddresses?: boolean;
}

/** What of a command's options is about the corpus; `undefined` if nothing was asked for. */
export function preparationOf(options: CorpusPreparation): CorpusPreparation | undefined {
  return pick(options, Object.keys(corpusOptions) as (keyof CorpusPreparation)[]);
}

/**
 * What of it is kept with a run, so that its text can be read again. NOTE Not the leave to ask private addresses: a run folder that came
 * from elsewhere must not give it.
 */
export function keptPreparation(preparation: CorpusPreparation | undefined): RunPreparation | undefined {
  const { privateAddresses: _, ...kept } = preparation ?? {};
  return pick(kept, Object.keys(kept) as (keyof RunPreparation)[]);
}

export type RunPreparation = Omit<CorpusPreparation, 'privateAddresses'>;

function pick<T extends object>(values: T, names: readonly (keyof T)[]): T | undefined {
  const given = names.filter((name) => values[name] !== undefined);
  return given.length ? (Object.fromEntries(given.map((name) => [name, values[name]])) as T) : undefined;
}
