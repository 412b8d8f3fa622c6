/** Options of `inkstone train`. */

import { infillOptions } from './code-options.ts';
import type { OptionTable } from './command.ts';
import { corpusOptions, mixOptions } from './corpus-options.ts';
import { deviceOptions } from './device-options.ts';
import { distillOptions } from './distill-options.ts';
import { energyOptions } from './energy-options.ts';
import { decoderOptions, modelOptions, pairOptions } from './model-options.ts';
import { positive, share, wholePositive } from './option-rules.ts';
import { privacyOptions } from './privacy-options.ts';
import { rankOptions } from './rank-options.ts';
import { data, minutes, seed } from './shared-options.ts';

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
  ...deviceOptions,
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
  ...rankOptions,
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
