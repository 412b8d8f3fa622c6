/** The options of `inkstone choose`. NOTE Names only: the help must not load what they name. */

import type { ChoiceLanguage, ChoiceTask } from '../eval/index.ts';
import { classifyOptions } from './classify-options.ts';
import type { OptionTable } from './command.ts';
import { energyOptions } from './energy-options.ts';
import { positive, wholePositive } from './option-rules.ts';
import { seed } from './shared-options.ts';
import { trainOptions } from './train-options.ts';

const { textColumn, offline } = trainOptions;
const { header } = classifyOptions;
const { verbs: _, ...labelColumn } = classifyOptions.labelColumn;

/** A name left out does not compile. */
const tasks: { readonly [Name in ChoiceTask]: true } = {
  classify: true,
  tag: true,
  write: true,
  translate: true,
  summarize: true,
  answer: true,
  search: true,
};
const languages: { readonly [Name in ChoiceLanguage]: true } = {
  zh: true,
  en: true,
  mixed: true,
  other: true,
};

export const chooseOptions = {
  task: {
    type: 'string',
    choices: Object.keys(tasks) as ChoiceTask[],
    doc: {
      en: 'what is to be done: a label for a text, a label for each word, text like yours, another language, the gist, answers from documents, passages',
      zh: '要做什么：给文本打标签、逐词打标签、写类似的文本、翻译、概括、据文档作答、找段落',
    },
  },
  data: {
    type: 'string',
    placeholder: 'source',
    doc: {
      en: 'your texts: with labels for classify (csv, tsv, json, jsonl), tags for tag, pairs for translate, else any text (default: none; then --texts and --language are taken)',
      zh: '你的文本：classify 须带标签（csv、tsv、json、jsonl），tag 带标注，translate 为成对文本，其余任意（默认：无，以 --texts 与 --language 为准）',
    },
  },
  language: {
    type: 'string',
    choices: Object.keys(languages) as ChoiceLanguage[],
    doc: {
      en: 'of the texts: Chinese only, English, both, another (default: as found in --data, else English)',
      zh: '文本的语言：只有中文、英文、混合、其他（默认：由 --data 判断，否则为英文）',
    },
  },
  texts: {
    type: 'number',
    rule: wholePositive,
    doc: {
      en: 'without --data: how many texts there will be, of 50 words each [1000]',
      zh: '没有 --data 时：将有多少条文本，每条 50 词 [1000]',
    },
  },
  memory: {
    type: 'string',
    placeholder: 'size',
    doc: {
      en: 'memory at most, as in 8G or 500M (default: what this machine has)',
      zh: '内存上限，如 8G 或 500M（默认：本机内存）',
    },
  },
  latency: {
    type: 'number',
    placeholder: 'ms',
    rule: positive,
    doc: {
      en: 'milliseconds for a text at most (of write: for 100 tokens)',
      zh: '每条文本最多多少毫秒（write 为 100 个词元）',
    },
  },
  minutes: {
    type: 'number',
    rule: positive,
    doc: { en: 'time to train at most', zh: '训练时间上限（分钟）' },
  },
  endpoint: {
    type: 'string',
    placeholder: 'URL#MODEL',
    doc: {
      en: 'an endpoint that could be asked; it is named in commands, and not called (default: none, and nothing leaves this machine)',
      zh: '可供询问的端点；只写进命令，不会调用（默认：无，内容不离开本机）',
    },
  },
  price: {
    type: 'string',
    placeholder: 'price',
    doc: {
      en: 'what a million tokens of the endpoint cost, as in "0.50 USD"; prices are never guessed',
      zh: '该端点每百万词元的价格，如 "3.5 CNY"；从不猜测价格',
    },
  },
  try: {
    type: 'boolean',
    doc: {
      en: 'try what can be tried here on the data (classify, write), set what was measured beside what was told, and rank by it',
      zh: '在数据上试验可试的模型（classify、write），将实测与估计并列，并据此重新排序',
    },
  },
  seconds: {
    type: 'number',
    default: 60,
    rule: positive,
    doc: { en: 'with --try: time of all trials', zh: '用于 --try：全部试验的时间（秒）' },
  },
  textColumn,
  labelColumn,
  header,
  ...energyOptions,
  seed,
  offline,
} as const satisfies OptionTable;
