/** The options of `inkstone stats`, `inkstone pack` and `inkstone unpack`. */

import type { OptionTable } from './command.ts';
import { wholePositive } from './option-rules.ts';
import { seed } from './option-tables.ts';

const offline = {
  type: 'boolean',
  doc: { en: 'use only what was fetched before', zh: '只用已下载的内容' },
} as const;

export const statsOptions = {
  unit: {
    type: 'string',
    choices: ['character', 'word', 'token'],
    default: 'character',
    doc: {
      en: 'what is counted; characters as they stand, with white space; words and punctuation marks without it',
      zh: '统计的单位；字符按原样计，含空白；词与标点不含空白',
    },
  },
  tokenizer: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'with --unit token: a tokenizer.json, or a folder that holds one, such as a run',
      zh: '用于 --unit token：tokenizer.json，或含有它的目录，如训练记录',
    },
  },
  order: {
    type: 'number',
    default: 5,
    rule: {
      test: (x: number) => Number.isInteger(x) && x >= 1 && x <= 12,
      words: { en: 'a whole number from 1 to 12', zh: '为 1 到 12 的整数' },
    },
    doc: { en: 'length of the longest blocks', zh: '最长的块含几个符号' },
  },
  distance: {
    type: 'number',
    default: 256,
    rule: wholePositive,
    doc: {
      en: 'how far apart symbols are compared: 1, 2, 4, … up to this',
      zh: '比较相距多远的符号：1、2、4……直到此值',
    },
  },
  pairs: {
    type: 'number',
    default: 12,
    rule: wholePositive,
    doc: {
      en: 'how many neighbours that seek each other are shown, and rows with --given',
      zh: '显示多少对相互吸引的近邻，以及 --given 的行数',
    },
  },
  minCount: {
    type: 'number',
    default: 5,
    rule: wholePositive,
    doc: { en: 'neighbours seen less often are left out', zh: '出现次数少于此值的近邻不计' },
  },
  given: {
    type: 'string',
    placeholder: 'text',
    doc: {
      en: 'instead: what follows this and what stands before it, each way round by Bayes',
      zh: '改为显示：它之后与之前各有什么，并用贝叶斯公式给出反向概率',
    },
  },
  out: {
    type: 'string',
    placeholder: 'folder',
    doc: {
      en: 'plots go there as SVG (entropy, information, growth, ranks), and a page with all of it',
      zh: '把图（熵、信息、增长、排名）以 SVG 写入此目录，另有一个汇总网页',
    },
  },
  seed,
  offline,
} as const satisfies OptionTable;

/** Whose probabilities are used: both directions need the same. */
const codingModel = {
  model: {
    type: 'string',
    placeholder: 'run',
    doc: {
      en: 'the model whose probabilities are used: a run, a Hugging Face folder or a .gguf file',
      zh: '使用哪个模型的概率：训练记录、Hugging Face 目录或 .gguf 文件',
    },
  },
  ngram: {
    type: 'string',
    placeholder: 'source',
    doc: {
      en: 'instead of a model: a 5-gram model of characters, counted on this text',
      zh: '不用模型，而用由此文本统计的字符五元模型',
    },
  },
} as const satisfies OptionTable;

export const packOptions = {
  ...codingModel,
  lanes: {
    type: 'number',
    rule: {
      test: (x: number) => Number.isInteger(x) && x >= 1 && x <= 256,
      words: { en: 'a whole number from 1 to 256', zh: '为 1 到 256 的整数' },
    },
    doc: {
      en: 'parts of the text that are read side by side: faster, but each begins without a past (default: one for every 16 contexts of tokens, at most 32)',
      zh: '把文本分成几路并行读取：更快，但每路开头没有前文（默认：每 16 个上下文长度的词元一路，最多 32 路）',
    },
  },
  out: {
    type: 'string',
    placeholder: 'file',
    doc: { en: 'the packed file (default: the name with .ink)', zh: '压缩文件（默认：原名加 .ink）' },
  },
  offline,
} as const satisfies OptionTable;

export const unpackOptions = {
  ...codingModel,
  out: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'where the text goes (default: the name without .ink, if nothing is there)',
      zh: '文本写到哪里（默认：去掉 .ink 的原名，该处须无文件）',
    },
  },
  offline,
} as const satisfies OptionTable;
