/** Every option of every command, as data: flags, `inkstone.yaml` and the help are made from these tables. */

import type { Task } from '../decode/index.ts';
import { infillOptions } from './code-options.ts';
import type { OptionTable } from './command.ts';
import { constraintOptions } from './constraint-options.ts';
import { corpusOptions, mixOptions } from './corpus-options.ts';
import { distillOptions } from './distill-options.ts';
import { energyOptions } from './energy-options.ts';
import { decoderOptions, modelOptions, pairOptions } from './model-options.ts';
import { positive, probability, share, wholeFromZero, wholePositive } from './option-rules.ts';
import { privacyOptions } from './privacy-options.ts';
import { samplingOptions } from './sampling-options.ts';
import { activations, port, state, weights } from './serve-options.ts';

export const seed = {
  type: 'number',
  default: 1337,
  rule: wholeFromZero,
  doc: { en: 'seed of every random number', zh: '所有随机数的种子' },
} as const;

export const data = {
  type: 'string',
  placeholder: 'source',
  doc: {
    en: 'text to learn from: a file, a folder (txt, md, json, jsonl, csv, tsv, html, pdf, docx, epub, parquet), https://… or npm:NAME',
    zh: '学习用的文本：文件、目录（txt、md、json、jsonl、csv、tsv、html、pdf、docx、epub、parquet）、https:// 网址或 npm:包名',
  },
} as const;

const minutes = {
  type: 'number',
  rule: positive,
  doc: {
    en: 'training time; the size of the model follows from it',
    zh: '训练时间（分钟）；模型大小由它决定',
  },
} as const;

export const startOptions = {
  minutes: { ...minutes, default: 2 },
  data,
  lang: {
    type: 'string',
    choices: ['zh', 'en'],
    default: 'zh',
    doc: {
      en: 'which ready corpus: Chinese poems or English prose',
      zh: '选用现成语料：中文诗歌或英文散文',
    },
  },
  out: {
    type: 'string',
    placeholder: 'folder',
    doc: {
      en: 'where the run is kept (default: runs/, the corpus and the minutes)',
      zh: '训练记录的存放目录（默认：runs/ 加语料名与分钟数）',
    },
  },
  ...corpusOptions,
  seed,
  offline: { type: 'boolean', doc: { en: 'use only what was fetched before', zh: '只用已下载的内容' } },
  serve: {
    type: 'boolean',
    default: true,
    doc: { en: 'with --no-serve nothing stays running at the end', zh: '加 --no-serve 则结束后不驻留' },
  },
  port,
  state,
} as const satisfies OptionTable;

export const trainOptions = {
  data: {
    ...data,
    doc: {
      en: `${data.doc.en}; of several languages en=a.txt,zh=b.txt`,
      zh: `${data.doc.zh}；多种语言则为 en=a.txt,zh=b.txt`,
    },
  },
  out: {
    type: 'string',
    placeholder: 'folder',
    doc: {
      en: 'where the run is kept (default: runs/ and the name of the data)',
      zh: '训练记录的存放目录（默认：runs/ 加数据名）',
    },
  },
  preset: {
    type: 'string',
    placeholder: 'name',
    doc: {
      en: 'a named model and recipe: shakespeare-cpu, poem, …',
      zh: '具名的模型与配方：shakespeare-cpu、poem……',
    },
  },
  minutes,
  steps: {
    type: 'number',
    rule: wholePositive,
    doc: { en: 'updates; exactly repeatable', zh: '更新步数；结果可完全重现' },
  },
  tokenizer: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'a tokenizer.json, or "characters"; default: trained on the data',
      zh: 'tokenizer.json 文件，或 characters（按字）；默认在数据上训练',
    },
  },
  vocabSize: {
    type: 'number',
    rule: wholePositive,
    doc: { en: 'size of the tokenizer trained here', zh: '所训练分词器的词表大小' },
  },
  layers: { type: 'number', rule: wholePositive, doc: { en: 'blocks of the model', zh: '模型层数' } },
  width: {
    type: 'number',
    rule: wholePositive,
    doc: { en: 'size of the residual stream', zh: '残差流宽度' },
  },
  heads: { type: 'number', rule: wholePositive, doc: { en: 'attention heads', zh: '注意力头数' } },
  contextLength: {
    type: 'number',
    rule: wholePositive,
    doc: { en: 'longest text in tokens', zh: '最长文本（词元数）' },
  },
  ...modelOptions,
  ...decoderOptions,
  ...pairOptions,
  batchSize: { type: 'number', rule: wholePositive, doc: { en: 'sequences in a batch', zh: '每批序列数' } },
  lr: { type: 'number', rule: positive, doc: { en: 'peak learning rate', zh: '学习率峰值' } },
  precision: {
    type: 'string',
    choices: ['f32', 'bf16'],
    doc: { en: 'how matmuls multiply; weights stay f32', zh: '矩阵乘法精度；权重始终为 f32' },
  },
  objective: {
    type: 'string',
    choices: ['next-token', 'masked', 'prefix'],
    doc: {
      en: 'what is learned: to write on (default); to guess hidden tokens, which makes an encoder (BERT); to write on behind a beginning that is read in both directions (prefix LM, as in ChatGLM)',
      zh: '学什么：续写（默认）；猜被遮盖的词元，即训练编码器（BERT）；或双向阅读开头、再续写其后（前缀语言模型，如 ChatGLM）',
    },
  },
  ...infillOptions,
  masking: {
    type: 'string',
    choices: ['dynamic', 'static'],
    doc: {
      en: 'with masked: hide other tokens each time (default), or in 10 fixed ways',
      zh: '用于 masked：每次遮盖不同的词元（默认），或只用 10 种固定的遮盖',
    },
  },
  maskRate: {
    type: 'number',
    rule: share,
    doc: {
      en: 'with masked: the share of tokens to guess (default 0.15)',
      zh: '用于 masked：要猜的词元所占比例（默认 0.15）',
    },
  },
  wholeWords: {
    type: 'boolean',
    doc: {
      en: 'with masked: hide whole words, of Chinese whole characters',
      zh: '用于 masked：整词遮盖，中文则整字遮盖',
    },
  },
  cure: {
    type: 'string',
    placeholder: 'name:…',
    doc: {
      en: 'train against repetition: unlikelihood:1, unlikelihood-seq, simctg:0.5, ditto, scalegrad:0.2, repetition-dropout:0.6, noise:tokens:0.1; several joined by +',
      zh: '针对复读的训练：unlikelihood:1、unlikelihood-seq、simctg:0.5、ditto、scalegrad:0.2、repetition-dropout:0.6、noise:tokens:0.1；多个以 + 连接',
    },
  },
  init: {
    type: 'string',
    placeholder: 'run',
    doc: {
      en: 'begin with the model of this run instead of a new one (fine-tuning); with masked also a folder of BERT or RoBERTa',
      zh: '从这次训练的模型开始（微调），而非新建模型；用于 masked 时也可以是 BERT 或 RoBERTa 的目录',
    },
  },
  ...distillOptions,
  ...privacyOptions,
  ...mixOptions,
  saveEvery: {
    type: 'number',
    rule: wholePositive,
    doc: { en: 'steps between checkpoints', zh: '每隔多少步存一次检查点' },
  },
  evalEvery: {
    type: 'number',
    rule: wholePositive,
    doc: { en: 'steps between held-out evaluations', zh: '每隔多少步评测留出集' },
  },
  ...energyOptions,
  ...corpusOptions,
  seed,
  offline: { type: 'boolean', doc: { en: 'use only what was fetched before', zh: '只用已下载的内容' } },
  dryRun: {
    type: 'boolean',
    doc: { en: 'say what would be trained, then stop', zh: '只说明将训练什么，不真正训练' },
  },
} as const satisfies OptionTable;

/** NOTE By name only: the help must not load the decoder. A task left out does not compile. */
const tasks: { readonly [Name in Task]: true } = {
  translation: true,
  code: true,
  summary: true,
  answer: true,
  chat: true,
  story: true,
  poetry: true,
};

export const generateOptions = {
  prompt: { type: 'string', default: '', doc: { en: 'the beginning', zh: '开头' } },
  strategy: {
    type: 'string',
    placeholder: 'spec',
    default: 'sample',
    doc: {
      en: 'how the text is searched for: greedy, top-p:0.9, beam:4, …',
      zh: '文本的搜索方法：greedy、top-p:0.9、beam:4……',
    },
  },
  task: {
    type: 'string',
    choices: Object.keys(tasks) as (keyof typeof tasks)[],
    doc: {
      en: 'options that suit a task, from low (translation) to high (poetry); what is given beside comes first',
      zh: '适合某项任务的选项，从低（translation）到高（poetry）；另外给出的选项优先',
    },
  },
  guard: {
    type: 'boolean',
    doc: {
      en: 'take back loops before anyone sees them, and write on',
      zh: '在显示之前收回循环并改写',
    },
  },
  ...samplingOptions,
  processorPreset: {
    type: 'string',
    choices: ['hf', 'vllm', 'llama.cpp'],
    doc: {
      en: 'whose order and conventions of all these hold',
      zh: '以上各项按哪个项目的次序与约定执行',
    },
  },
  ...constraintOptions,
  maxTokens: {
    type: 'number',
    default: 200,
    rule: wholePositive,
    doc: { en: 'at most so many tokens', zh: '最多生成的词元数' },
  },
  stop: { type: 'string', doc: { en: 'end before this text', zh: '遇到此文本即止' } },
  vary: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'change the finished text at random: each line of the file has words that may stand for one another, "big | large"',
      zh: '随机改写写成的文本：文件每行列出可互换的词，如“大 | 巨”',
    },
  },
  varyRate: {
    type: 'number',
    rule: probability,
    doc: { en: 'share of such places that are changed (default 0.5)', zh: '其中改动的比例（默认 0.5）' },
  },
  weights,
  activations,
  adapter: {
    type: 'string',
    placeholder: 'folder',
    doc: {
      en: 'write with this adapter, of inkstone tune or of PEFT; several joined by commas',
      zh: '带上此适配器写作，来自 inkstone tune 或 PEFT；多个以逗号连接',
    },
  },
  extend: {
    type: 'string',
    placeholder: 'way:factor',
    doc: {
      en: 'a context so many times as long as was trained on: none, linear, ntk or yarn, as in yarn:4',
      zh: '把上下文扩展到训练时的若干倍：none、linear、ntk 或 yarn，如 yarn:4',
    },
  },
  endless: {
    type: 'string',
    placeholder: 'sinks[+window]',
    doc: {
      en: 'a text of any length in bounded memory: so many first tokens stay, the last ones slide, as in 4 or 4+252 (default window: the rest of the context)',
      zh: '以固定内存处理任意长的文本：开头若干词元常驻，其余滑动，如 4 或 4+252（默认窗口：上下文的其余部分）',
    },
  },
  n: { type: 'number', default: 1, rule: wholePositive, doc: { en: 'how many texts', zh: '生成几篇' } },
  seed,
} as const satisfies OptionTable;

export const fillMaskOptions = {
  text: {
    type: 'string',
    doc: {
      en: 'the text, with [MASK] or <mask> where a token is hidden',
      zh: '文本，被遮盖处写作 [MASK] 或 <mask>',
    },
  },
  top: {
    type: 'number',
    default: 5,
    rule: wholePositive,
    doc: { en: 'how many guesses for each place', zh: '每处给出几个猜测' },
  },
} as const satisfies OptionTable;

export const repeatOptions = {
  unit: {
    type: 'string',
    choices: ['auto', 'words', 'characters', 'segments'],
    default: 'auto',
    doc: {
      en: 'what n-grams are made of; auto: words, or characters for Chinese; segments: words by dictionary',
      zh: 'n 元组的单位；auto：英文按词，中文按字；segments：按词典分词',
    },
  },
  selfBleu: {
    type: 'boolean',
    verbs: ['measure'],
    doc: { en: 'also how alike the texts are', zh: '同时度量各篇彼此的相似度' },
  },
  threshold: {
    type: 'number',
    verbs: ['detect'],
    default: 28,
    rule: positive,
    doc: {
      en: 'evidence that makes a loop certain; more is later and surer',
      zh: '判定循环所需的证据；越大越迟也越稳',
    },
  },
  data: {
    ...data,
    verbs: ['lab'],
    doc: {
      en: "texts to take prompts from (default: the held-out side of the run's own data); where there is no run yet, to train one on",
      zh: '提示的来源文本（默认：该次训练数据的留出部分）；若还没有训练记录，则用它训练一个',
    },
  },
  minutes: {
    ...minutes,
    verbs: ['lab'],
    default: 1,
    doc: { en: 'training time where there is no run yet', zh: '还没有训练记录时的训练时间（分钟）' },
  },
  prompts: {
    type: 'number',
    verbs: ['lab'],
    default: 32,
    rule: wholePositive,
    doc: { en: 'how many beginnings to continue', zh: '续写多少个开头' },
  },
  tokens: {
    type: 'number',
    verbs: ['lab'],
    rule: wholePositive,
    doc: {
      en: 'at most so many tokens each (default: 100, or what the context holds)',
      zh: '每篇最多生成的词元数（默认：100，或上下文所能容纳）',
    },
  },
  strategies: {
    type: 'string',
    verbs: ['lab'],
    placeholder: 'list',
    doc: {
      en: "which, joined by semicolons: 'beam:4;top-p:0.9,temperature=0.8' (default: a dozen usual ones)",
      zh: "哪些策略，以分号连接：'beam:4;top-p:0.9,temperature=0.8'（默认：常用的十来种）",
    },
  },
  guard: {
    type: 'boolean',
    verbs: ['lab'],
    default: true,
    doc: {
      en: 'each also with the guard; not with --no-guard',
      zh: '每种策略再加护栏跑一遍；--no-guard 则不跑',
    },
  },
  out: {
    type: 'string',
    verbs: ['lab', 'clean', 'audit'],
    placeholder: 'file',
    doc: {
      en: 'where the page is written (default: lab.html in the run), the clean text, the corpus without repeats (JSON lines)',
      zh: '网页（默认：训练目录下的 lab.html）、清理后的文本或去重后的语料（JSON 行）写到哪里',
    },
  },
  seed: { ...seed, verbs: ['lab'] },
  offline: {
    type: 'boolean',
    verbs: ['lab'],
    doc: { en: 'use only what was fetched before', zh: '只用已下载的内容' },
  },
} as const satisfies OptionTable;

export const doctorOptions = {} as const satisfies OptionTable;

export const explainOptions = {} as const satisfies OptionTable;

export const profileOptions = {
  generate: {
    type: 'boolean',
    doc: {
      en: 'one token after another instead of a training step',
      zh: '测量逐词元生成，而不是训练步',
    },
  },
  steps: {
    type: 'number',
    default: 5,
    rule: wholePositive,
    doc: { en: 'steps to measure', zh: '测量的步数' },
  },
  batch: {
    type: 'number',
    rule: wholePositive,
    doc: {
      en: 'rows of a training step (default: as the recipe says), or texts at once',
      zh: '训练步的行数（默认按配方），或同时生成的文本数',
    },
  },
  context: {
    type: 'number',
    rule: wholePositive,
    doc: { en: 'tokens of each row (default: the whole context)', zh: '每行词元数（默认：整个上下文）' },
  },
  precision: {
    type: 'string',
    choices: ['f32', 'bf16'],
    default: 'f32',
    doc: { en: 'of the matrix products', zh: '矩阵乘的精度' },
  },
} as const satisfies OptionTable;
