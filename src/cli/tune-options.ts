/** The options of `inkstone tune`. */

import type { OptionRow, OptionTable } from './command.ts';
import { corpusOptions } from './corpus-options.ts';
import { headOptions } from './head-options.ts';
import { positive, share, wholeFromZero, wholePositive } from './option-rules.ts';
import { data, seed, trainOptions } from './option-tables.ts';

/** What changes weights, or adds an adapter. */
const training = ['full', 'lora', 'ia3'] as const;
const learning = [...training, 'head'] as const;
const decoding = ['decoding'] as const;
const tuning = [...learning, ...decoding];

const values = (en: string, zh: string) =>
  ({ type: 'string', placeholder: 'x,y…', verbs: decoding, doc: { en, zh } }) as const satisfies OptionRow;

/** The same option for the verbs that train on text; or on text or examples. */
const trained = <Row extends OptionRow>(row: Row) => ({ ...row, verbs: training });
const learned = <Row extends OptionRow>(row: Row) => ({ ...row, verbs: learning });

const { steps, minutes, batchSize, lr, precision, saveEvery, evalEvery } = trainOptions;
const { textColumn, titleColumn, nearDuplicates, repeatedLines, dropRepetitive, privateAddresses } =
  corpusOptions;

export const tuneOptions = {
  data: {
    ...data,
    verbs: tuning,
    doc: {
      en: "text to learn from; of head: examples (csv, tsv, json, jsonl; of label words with tags in columns; of span SQuAD's json); of decoding: text to be like, instead of what the run's own data held out",
      zh: '要学的文本；用于 head 时为样例（csv、tsv、json、jsonl；label 为分列的词与标记；span 为 SQuAD 的 json）；用于 decoding 时：以此文本为准，而不用训练时的留出集',
    },
  },
  rank: {
    type: 'number',
    verbs: ['lora', 'head'],
    rule: wholePositive,
    doc: {
      en: 'rank of what is added to a matrix (default 8; of head: none is added)',
      zh: '加到矩阵上的低秩部分的秩（默认 8；head 默认不加）',
    },
  },
  alpha: {
    type: 'number',
    verbs: ['lora', 'head'],
    rule: positive,
    doc: {
      en: 'what is added is multiplied by alpha / rank (default: twice the rank)',
      zh: '所加部分乘以 alpha / rank（默认：秩的两倍）',
    },
  },
  targets: {
    type: 'string',
    verbs: ['lora', 'ia3', 'head'],
    placeholder: 'x,y…',
    doc: {
      en: 'which layers: query, key, value, output, gate, up, down, attention, ffn, all (default: query,value; of ia3: key,value,down)',
      zh: '哪些层：query、key、value、output、gate、up、down、attention、ffn、all（默认：query,value；ia3 为 key,value,down）',
    },
  },
  headOnly: {
    type: 'boolean',
    verbs: ['full', 'head'],
    doc: { en: 'train the head alone', zh: '只训练输出头' },
  },
  freezeLayers: {
    type: 'number',
    verbs: ['full'],
    rule: wholeFromZero,
    doc: {
      en: 'leave the embedding and so many first layers as they are',
      zh: '词嵌入与最前面这么多层保持不变',
    },
  },
  ...headOptions,
  oldData: {
    type: 'string',
    verbs: training,
    placeholder: 'source',
    canBeNone: true,
    doc: {
      en: "text on which forgetting is measured (default: the run's own); --no-old-data: do not measure it",
      zh: '用来度量遗忘的文本（默认：该模型原先的文本）；--no-old-data 则不度量',
    },
  },
  replay: {
    type: 'number',
    verbs: training,
    placeholder: 'share',
    rule: share,
    doc: {
      en: 'mix so large a share of the old text into the new, against forgetting',
      zh: '在新文本中掺入这么大比例的旧文本，以防遗忘',
    },
  },
  steps: learned(steps),
  minutes: learned({
    ...minutes,
    doc: {
      en: 'training time (default 2; of head, as its epochs take)',
      zh: '训练时间（分钟，默认 2；head 按遍数）',
    },
  }),
  batchSize: learned(batchSize),
  lr: learned(lr),
  precision: learned(precision),
  saveEvery: learned(saveEvery),
  evalEvery: learned(evalEvery),
  textColumn: learned(textColumn),
  titleColumn: trained(titleColumn),
  nearDuplicates: trained(nearDuplicates),
  repeatedLines: trained(repeatedLines),
  dropRepetitive: trained(dropRepetitive),
  privateAddresses: trained(privateAddresses),
  temperature: values('temperatures to try, 0.7,1 for example', '要试的温度，例如 0.7,1'),
  topK: values('values of top-k to try; 0 is none', '要试的 top-k；0 为不用'),
  topP: values('values of top-p to try; 1 is none', '要试的 top-p；1 为不用'),
  minP: values('values of min-p to try; 0 is none', '要试的 min-p；0 为不用'),
  budget: {
    type: 'number',
    verbs: decoding,
    default: 40,
    rule: wholePositive,
    doc: {
      en: 'choices to try at most; of more, so many are drawn at random',
      zh: '最多试多少组；更多时随机抽取这么多',
    },
  },
  prompts: {
    type: 'number',
    verbs: decoding,
    default: 16,
    rule: wholePositive,
    doc: { en: 'held-out texts to continue', zh: '续写多少篇留出文本' },
  },
  promptTokens: {
    type: 'number',
    verbs: decoding,
    default: 8,
    rule: wholePositive,
    doc: { en: 'tokens of each that are given', zh: '每篇给出开头多少个词元' },
  },
  maxTokens: {
    type: 'number',
    verbs: decoding,
    rule: wholePositive,
    doc: {
      en: 'tokens to write (default: 64, or what the texts allow)',
      zh: '续写多少个词元（默认：64，或文本允许的长度）',
    },
  },
  out: {
    type: 'string',
    placeholder: 'path',
    doc: {
      en: 'where the run, the adapter or the merged model is kept; of decoding the file of options (default: named after the data, or the model)',
      zh: '训练记录、适配器或合并后的模型存放的目录；用于 decoding 时为选项文件（默认按数据或模型命名）',
    },
  },
  seed: { ...seed, verbs: tuning },
  offline: {
    type: 'boolean',
    verbs: tuning,
    doc: { en: 'use only what was fetched before', zh: '只用已下载的内容' },
  },
} as const satisfies OptionTable;
