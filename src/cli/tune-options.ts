/** The options of `inkstone tune`. NOTE Strategies by name only: the help must not load what they name. */

import type { SearchStrategy } from '../eval/index.ts';
import { adapterMethods, adapterOptions } from './adapter-options.ts';
import { classifyMethods } from './classify-options.ts';
import type { OptionRow, OptionTable } from './command.ts';
import { corpusOptions } from './corpus-options.ts';
import { energyOptions } from './energy-options.ts';
import { headOptions } from './head-options.ts';
import { positive, share, wholeFromZero, wholePositive } from './option-rules.ts';
import { data, seed } from './shared-options.ts';
import { trainOptions } from './train-options.ts';

/** What changes weights, or adds an adapter. */
const training: readonly string[] = ['full', ...adapterMethods, 'compare'];
const learning = [...training, 'head'];
const decoding = ['decoding'] as const;
const tuning = [...learning, ...decoding];
const all = [...tuning, 'search'];
/** What takes steps. */
const stepping = [...learning, 'search'];

const values = (en: string, zh: string) =>
  ({ type: 'string', placeholder: 'x,y…', verbs: decoding, doc: { en, zh } }) as const satisfies OptionRow;

/** The same option for the verbs that train on text; or on text or examples. */
const trained = <Row extends OptionRow>(row: Row) => ({ ...row, verbs: training });
const learned = <Row extends OptionRow>(row: Row) => ({ ...row, verbs: learning });

const { steps, minutes, batchSize, lr, precision, saveEvery, evalEvery } = trainOptions;
const { wattsPerCore, carbonIntensity, kwhPrice } = energyOptions;
const { textColumn, titleColumn, nearDuplicates, repeatedLines, dropRepetitive, privateAddresses } =
  corpusOptions;

/** A name left out does not compile. */
const strategies: { readonly [Name in SearchStrategy]: true } = { bayesian: true, grid: true, random: true };

export const LANGUAGE_MODEL = 'language-model';

const ofSearch = <Row extends OptionRow>(row: Row) => ({ ...row, verbs: ['search'] as const });

const searchOptions = {
  method: ofSearch({
    type: 'string',
    choices: [...classifyMethods, LANGUAGE_MODEL],
    default: 'svm',
    doc: {
      en: 'what learns: a method of classify, scored by cross-validation, or a language model, by its loss on held-out text',
      zh: '学习方法：classify 的某种方法（按交叉验证评分），或语言模型（按留出文本上的损失评分）',
    },
  }),
  space: ofSearch({
    type: 'string',
    placeholder: 'name=…;…',
    doc: {
      en: 'what to try, by options of classify train or train: "c=log:0.01:100; ngrams=int:1:3; loss=hinge,squared-hinge" (float, log, int, log-int; one value is fixed; default: what is usual for the method)',
      zh: '要试的设置，用 classify train 或 train 的选项名："c=log:0.01:100; ngrams=int:1:3; loss=hinge,squared-hinge"（float、log、int、log-int；单个值即固定；默认：该方法常用的设置）',
    },
  }),
  strategy: ofSearch({
    type: 'string',
    choices: Object.keys(strategies),
    default: 'bayesian' satisfies SearchStrategy,
    doc: {
      en: 'how the next settings are chosen: by a model of the trials so far, on a grid, or by chance',
      zh: '如何选下一组设置：按已试结果建模、按网格，或随机',
    },
  }),
  trials: ofSearch({
    type: 'number',
    default: 24,
    rule: wholePositive,
    doc: { en: 'settings to try, at most', zh: '最多试多少组设置' },
  }),
  folds: ofSearch({
    type: 'number',
    default: 5,
    rule: {
      test: (n: number) => Number.isInteger(n) && n >= 2 && n <= 100,
      words: { en: 'a whole number from 2 to 100', zh: '为 2 到 100 的整数' },
    },
    doc: {
      en: 'parts of the texts, each of which is held out once (not for a language model)',
      zh: '文本分成几份，每份各留出一次（语言模型不用）',
    },
  }),
  score: ofSearch({
    type: 'string',
    choices: ['accuracy', 'macro-f1'],
    default: 'accuracy',
    doc: { en: 'what counts of a classifier', zh: '分类器以什么为准' },
  }),
  preset: ofSearch({
    type: 'string',
    placeholder: 'name',
    default: 'shakespeare-cpu',
    doc: {
      en: 'of a language model: the model and recipe whose settings are changed',
      zh: '语言模型：以哪个模型与配方为基础改动设置',
    },
  }),
} as const satisfies OptionTable;

export const tuneOptions = {
  data: {
    ...data,
    verbs: all,
    doc: {
      en: "text to learn from (of a classifier, with labels); of head: examples (csv, tsv, json, jsonl; of label words with tags in columns; of span SQuAD's json); of decoding: text to be like, instead of what the run's own data held out",
      zh: '要学的文本（分类器须带标签）；用于 head 时为样例（csv、tsv、json、jsonl；label 为分列的词与标记；span 为 SQuAD 的 json）；用于 decoding 时：以此文本为准，而不用训练时的留出集',
    },
  },
  ...adapterOptions,
  weights: {
    type: 'string',
    verbs: adapterMethods,
    choices: ['q8_0', 'q4_0'],
    doc: {
      en: "keep the model's layers in blocks of 8 or 4 bits while the adapter learns beside them (QLoRA): less memory; write with the same --weights",
      zh: '训练适配器时模型各层以 8 或 4 位分块存放（QLoRA）：省内存；写作时请用相同的 --weights',
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
  answers: {
    type: 'boolean',
    verbs: training,
    doc: {
      en: 'the data are conversations (JSON lines with messages, or with prompt and answer): the model reads them by its chat template and learns the answers alone',
      zh: '数据为对话（JSON 行，含 messages，或含 prompt 与 answer）：模型按其对话模板读取，只学习回答',
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
  ewc: {
    type: 'number',
    verbs: ['full'],
    placeholder: 'strength',
    rule: positive,
    doc: {
      en: 'hold the numbers that matter to the old text, against forgetting (elastic weight consolidation; try 10000)',
      zh: '保住对旧文本重要的参数，以防遗忘（弹性权重巩固，可先试 10000）',
    },
  },
  ...searchOptions,
  labelColumn: { ...headOptions.labelColumn, verbs: ['head', 'search'] },
  header: { ...headOptions.header, verbs: ['head', 'search'] },
  steps: {
    ...steps,
    verbs: stepping,
    doc: {
      en: 'updates; exactly repeatable (of search: of each trial, default 200)',
      zh: '更新步数；结果可完全重现（用于 search 时为每组的步数，默认 200）',
    },
  },
  minutes: {
    ...minutes,
    verbs: stepping,
    doc: {
      en: 'training time (default 2; of head, as its epochs take; of search: of each trial)',
      zh: '训练时间（分钟，默认 2；head 按遍数；用于 search 时为每组的时间）',
    },
  },
  batchSize: learned(batchSize),
  lr: learned(lr),
  precision: learned(precision),
  saveEvery: learned(saveEvery),
  evalEvery: learned(evalEvery),
  wattsPerCore: learned(wattsPerCore),
  carbonIntensity: learned(carbonIntensity),
  kwhPrice: learned(kwhPrice),
  textColumn: { ...textColumn, verbs: stepping },
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
      en: 'where the run, the adapter or the merged model is kept; of decoding the file of options; of search the folder of trials, of compare that of all methods (default: named after the data, or the model; search)',
      zh: '训练记录、适配器或合并后的模型存放的目录；用于 decoding 时为选项文件，用于 search 时为记录目录，用于 compare 时为各方法的总目录（默认按数据或模型命名；search）',
    },
  },
  seed: { ...seed, verbs: all },
  offline: {
    type: 'boolean',
    verbs: all,
    doc: { en: 'use only what was fetched before', zh: '只用已下载的内容' },
  },
} as const satisfies OptionTable;
