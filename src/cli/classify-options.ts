/** The options of `inkstone classify`. */

import type { MethodName } from '../classify/index.ts';
import type { Period } from '../eval/index.ts';
import type { OptionTable } from './command.ts';
import { belowOne, positive, share, wholeFromZero, wholePositive } from './option-rules.ts';
import { seed } from './shared-options.ts';

/** NOTE By name only: the help must not load the classifiers. A method left out does not compile. */
const methods: { readonly [Name in MethodName]: true } = {
  'naive-bayes': true,
  'complement-bayes': true,
  perceptron: true,
  svm: true,
  mlp: true,
  cnn: true,
};
export const classifyMethods = Object.keys(methods) as MethodName[];
const periods = ['day', 'week', 'month', 'year'] as const satisfies readonly Period[];

const learning = ['train', 'compare'] as const;

/** What a method is told beside the texts; each reads what concerns it, and a search may try them. */
export const methodOptions = {
  ngrams: {
    verbs: learning,
    type: 'number',
    default: 2,
    rule: {
      test: (n: number) => Number.isInteger(n) && n >= 1 && n <= 5,
      words: { en: 'a whole number from 1 to 5', zh: '为 1 到 5 的整数' },
    },
    doc: {
      en: 'words in a row (characters in Chinese) that count as one feature, at most; not for cnn',
      zh: '最多几个相连的词（中文为字）算作一个特征；cnn 不用',
    },
  },
  maxFeatures: {
    verbs: learning,
    type: 'number',
    rule: wholePositive,
    doc: {
      en: 'keep so many of the most frequent features (default: all; mlp 20000, cnn 30000)',
      zh: '只保留最常见的这么多特征（默认：全部；mlp 20000，cnn 30000）',
    },
  },
  epochs: {
    verbs: learning,
    type: 'number',
    rule: wholePositive,
    doc: {
      en: 'passes over the texts (default: perceptron 10, mlp and cnn 5)',
      zh: '遍历文本的次数（默认：perceptron 10，mlp 与 cnn 5）',
    },
  },
  pooling: {
    verbs: learning,
    type: 'string',
    choices: ['max', 'average'],
    default: 'max',
    doc: {
      en: "cnn: keep the largest of a filter's answers along a text, or their mean",
      zh: 'cnn：沿文本取滤波器响应的最大值或平均值',
    },
  },
  c: {
    verbs: learning,
    type: 'number',
    rule: positive,
    doc: {
      en: 'svm: what a mistake costs beside the length of the weights (default 1)',
      zh: 'svm：相对于权重长度，一次错误的代价（默认 1）',
    },
  },
  loss: {
    verbs: learning,
    type: 'string',
    choices: ['hinge', 'squared-hinge'],
    doc: { en: 'svm: what a mistake is (default squared-hinge)', zh: 'svm：如何计错（默认 squared-hinge）' },
  },
  smoothing: {
    verbs: learning,
    type: 'number',
    rule: positive,
    doc: {
      en: 'naive-bayes, complement-bayes: added to every count (default 1)',
      zh: 'naive-bayes、complement-bayes：每个计数加上的数（默认 1）',
    },
  },
  lr: {
    verbs: learning,
    type: 'number',
    rule: positive,
    doc: { en: 'mlp, cnn: peak learning rate', zh: 'mlp、cnn：学习率峰值' },
  },
  batchSize: {
    verbs: learning,
    type: 'number',
    rule: wholePositive,
    doc: { en: 'mlp, cnn: texts in a batch', zh: 'mlp、cnn：每批文本数' },
  },
  dropout: {
    verbs: learning,
    type: 'number',
    rule: belowOne,
    doc: { en: 'mlp, cnn: share of units left out at random', zh: 'mlp、cnn：随机舍去的单元比例' },
  },
  hidden: {
    verbs: learning,
    type: 'number',
    rule: wholePositive,
    doc: { en: 'mlp: units of the hidden layer', zh: 'mlp：隐藏层单元数' },
  },
  embedding: {
    verbs: learning,
    type: 'number',
    rule: wholePositive,
    doc: { en: 'cnn: numbers of an embedding', zh: 'cnn：词嵌入的维数' },
  },
  filters: {
    verbs: learning,
    type: 'number',
    rule: wholePositive,
    doc: { en: 'cnn: filters of each width', zh: 'cnn：每种宽度的滤波器个数' },
  },
} as const satisfies OptionTable;

export const classifyOptions = {
  data: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'texts with labels to learn from, or texts to label (csv, tsv, json, jsonl)',
      zh: '带标签、供学习的文本，或要分类的文本（csv、tsv、json、jsonl）',
    },
  },
  test: {
    verbs: learning,
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'texts with labels to test on (default: a part of --data that is held out)',
      zh: '用于检验的带标签文本（默认：从 --data 中留出一部分）',
    },
  },
  heldOut: {
    verbs: learning,
    type: 'number',
    default: 0.1,
    rule: share,
    doc: {
      en: 'the share of each label that is held out where there is no --test',
      zh: '没有 --test 时，每种标签留出的比例',
    },
  },
  text: { verbs: ['predict'], type: 'string', doc: { en: 'the text to label', zh: '要分类的文本' } },
  textColumn: {
    type: 'string',
    placeholder: 'name',
    doc: {
      en: 'the column or field that holds the text (default: text, content, …)',
      zh: '文本所在的列或字段（默认：text、content 等）',
    },
  },
  labelColumn: {
    verbs: learning,
    type: 'string',
    placeholder: 'name',
    doc: {
      en: 'the column or field that holds the label (default: label, class, category)',
      zh: '标签所在的列或字段（默认：label、class、category、标签、类别、分类）',
    },
  },
  dateColumn: {
    verbs: ['trend'],
    type: 'string',
    placeholder: 'name',
    doc: {
      en: 'the column or field that holds the date: 2020-03-01, 2020/3/1, 20200301 or as Chinese writes it, with or without a time',
      zh: '日期所在的列或字段：2020-03-01、2020/3/1、2020年3月1日，可带时刻',
    },
  },
  every: {
    verbs: ['trend'],
    type: 'string',
    choices: periods,
    doc: {
      en: 'how long a period is (default: the shortest of which there are fewer than 40)',
      zh: '每个时段多长（默认：不足 40 个时段的最短者）',
    },
  },
  chart: {
    verbs: ['trend'],
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'write shares and intervals to a file: .svg, .html or .csv',
      zh: '把比例与区间写入文件：.svg、.html 或 .csv',
    },
  },
  header: {
    type: 'boolean',
    default: true,
    doc: {
      en: 'with --no-header the first row is no header: the text is column 1 and the label column 2, unless named by number',
      zh: '加 --no-header 表示首行不是表头：第 1 列为文本、第 2 列为标签，除非另以列号指定',
    },
  },
  method: {
    verbs: ['train'],
    type: 'string',
    choices: classifyMethods,
    default: 'svm',
    doc: { en: 'what learns', zh: '学习方法' },
  },
  methods: {
    verbs: ['compare'],
    type: 'string',
    placeholder: 'list',
    default: classifyMethods.join(','),
    doc: { en: 'which methods, joined by commas', zh: '比较哪些方法，以逗号连接' },
  },
  ...methodOptions,
  tokenizer: {
    verbs: learning,
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'a tokenizer.json whose tokens are the features (default: words, in Chinese characters)',
      zh: '以此 tokenizer.json 的词元为特征（默认：英文按词，中文按字）',
    },
  },
  explain: {
    verbs: ['predict'],
    type: 'number',
    default: 0,
    rule: wholeFromZero,
    placeholder: 'n',
    doc: {
      en: 'show so many words that decided; for naive-bayes, complement-bayes, svm and perceptron',
      zh: '列出起决定作用的这么多个词；用于 naive-bayes、complement-bayes、svm 与 perceptron',
    },
  },
  out: {
    verbs: ['train'],
    type: 'string',
    placeholder: 'folder',
    default: 'classifier',
    doc: { en: 'where the classifier is kept', zh: '分类器的存放目录' },
  },
  seed,
  offline: { type: 'boolean', doc: { en: 'use only what was fetched before', zh: '只用已下载的内容' } },
} as const satisfies OptionTable;
