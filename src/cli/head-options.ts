/** The options of `inkstone tune head`, and those of `inkstone predict`. NOTE Names only: the help must not load what they name. */

import type { HeadPooling, HeadTask } from '../adapt/index.ts';
import type { OptionTable } from './command.ts';
import { share, wholePositive } from './option-rules.ts';

/** A name left out does not compile. */
const tasks: { readonly [Name in HeadTask]: true } = {
  classify: true,
  regress: true,
  label: true,
  span: true,
  pair: true,
};
const poolings: { readonly [Name in HeadPooling]: true } = { first: true, mean: true, last: true };
const names = <Name extends string>(table: { readonly [N in Name]: true }) => Object.keys(table) as Name[];

const head = ['head'] as const;

const header = {
  type: 'boolean',
  default: true,
  doc: {
    en: 'with --no-header the first row of a table is no header: the text is column 1 and the label column 2; of pairs the texts are 1 and 2, and the label 3',
    zh: '加 --no-header 表示表格首行不是表头：第 1 列为文本、第 2 列为标签；成对文本则第 1、2 列为文本，第 3 列为标签',
  },
} as const;

const secondColumn = {
  type: 'string',
  placeholder: 'name',
  doc: {
    en: 'the field with the second text, of pairs of texts (default for pair: text2, sentence2, second, …)',
    zh: '成对文本中第二段文本的字段（pair 默认：text2、sentence2、second 等）',
  },
} as const;

/** Of `tune head` alone; what it shares with other verbs is in their table. */
export const headOptions = {
  task: {
    type: 'string',
    verbs: head,
    choices: names(tasks),
    doc: {
      en: 'what is learned: a label, a number, a label for each word, the part of a text that answers, how alike two texts are',
      zh: '学什么：标签、数值、逐词标签、文中作答的片段、两段文本的相似度',
    },
  },
  test: {
    type: 'string',
    verbs: head,
    placeholder: 'file',
    doc: {
      en: 'examples to test on (default: a part of --data that is held out)',
      zh: '用于检验的样例（默认：从 --data 中留出一部分）',
    },
  },
  heldOut: {
    type: 'number',
    verbs: head,
    default: 0.1,
    rule: share,
    doc: { en: 'the share that is held out where there is no --test', zh: '没有 --test 时留出的比例' },
  },
  labelColumn: {
    type: 'string',
    verbs: head,
    placeholder: 'name',
    doc: {
      en: 'the field with the label or the number (default: label, class, category; of pair also score)',
      zh: '标签或数值所在的字段（默认：label、class、category、标签、类别、分类；pair 也用 score）',
    },
  },
  secondColumn: { ...secondColumn, verbs: head },
  header: { ...header, verbs: head },
  epochs: {
    type: 'number',
    verbs: head,
    rule: wholePositive,
    doc: {
      en: 'passes over the examples (default: 3, and at least 100 steps)',
      zh: '遍历样例的次数（默认：3 遍，且不少于 100 步）',
    },
  },
  pooling: {
    type: 'string',
    verbs: head,
    choices: names(poolings),
    doc: {
      en: 'which state stands for a whole text: the first, the mean, the last (default: mean; of a model that writes: last)',
      zh: '以哪个状态代表整段文本：第一个、平均、最后一个（默认：平均；会写作的模型为最后一个）',
    },
  },
  maxLength: {
    type: 'number',
    verbs: head,
    rule: wholePositive,
    doc: {
      en: 'tokens of a row at most (default: 128, of span 384, or what the model reads)',
      zh: '每行最多多少个词元（默认：128，span 为 384，或模型的上限）',
    },
  },
  transfer: {
    type: 'string',
    verbs: head,
    placeholder: 'n,n…',
    doc: {
      en: 'compare with a model from scratch at so many examples, 10,100,1000 for example; nothing is kept but --out, a table or plot',
      zh: '在这些样例数下与从零训练的模型比较，例如 10,100,1000；除 --out 的表或图外不保存任何东西',
    },
  },
  draws: {
    type: 'number',
    verbs: head,
    default: 3,
    rule: wholePositive,
    doc: {
      en: 'of --transfer: how often examples are drawn anew',
      zh: '用于 --transfer：重新抽取样例的次数',
    },
  },
} as const satisfies OptionTable;

export const predictOptions = {
  text: {
    type: 'string',
    doc: { en: 'the text; of span the text that answers', zh: '文本；span 任务中为含有答案的文本' },
  },
  second: { type: 'string', doc: { en: 'the second text, of pairs', zh: '成对文本中的第二段' } },
  question: { type: 'string', doc: { en: 'of span: the question', zh: '用于 span：问题' } },
  data: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'a file like the one that was learned from, instead of --text; where it says what is right, the answers are scored',
      zh: '与学习所用格式相同的文件，代替 --text；若其中有正确答案，则一并评分',
    },
  },
  textColumn: {
    type: 'string',
    placeholder: 'name',
    doc: {
      en: 'the field with the text (default: text, content, …)',
      zh: '文本所在的字段（默认：text、content 等）',
    },
  },
  labelColumn: {
    type: 'string',
    placeholder: 'name',
    doc: {
      en: 'the field with what is right: named, the answers to single texts are scored too',
      zh: '正确答案所在的字段；指明后，单段文本的回答也会评分',
    },
  },
  secondColumn,
  header,
} as const satisfies OptionTable;
