/** The options of `inkstone summarize`. */

import type { SummaryMethod } from '../apps/index.ts';
import type { OptionTable } from './command.ts';
import { wholePositive } from './option-rules.ts';
import { askOptions, indexOptions } from './retrieval-options.ts';

/** NOTE By name only: the help must not load what they name. A name left out does not compile. */
const methods: { readonly [Name in SummaryMethod]: true } = {
  extract: true,
  'map-reduce': true,
  refine: true,
};

export const summaryOptions = {
  method: {
    type: 'string',
    choices: Object.keys(methods) as SummaryMethod[],
    doc: {
      en: 'extract: the sentences that say most, needing no model; map-reduce: a model sums up the parts, then their summaries; refine: a model goes from part to part (default: extract, with --model map-reduce)',
      zh: 'extract：摘出最能概括的原句，不需要模型；map-reduce：模型先概括各部分，再合成；refine：模型逐部分修订摘要（默认：extract；有 --model 时 map-reduce）',
    },
  },
  sentences: {
    type: 'number',
    rule: wholePositive,
    doc: {
      en: 'sentences at most, up to 1000; a model is asked to keep to it (default: 5, unless --length is given)',
      zh: '最多几句，上限 1000；模型会被要求照此写（默认：5，给出 --length 时只受此上限）',
    },
  },
  length: {
    type: 'number',
    rule: wholePositive,
    doc: {
      en: 'words or Chinese characters at most; a model is asked to keep to it',
      zh: '最多多少词或汉字；模型会被要求照此写',
    },
  },
  question: {
    type: 'string',
    placeholder: 'text',
    doc: { en: 'only what bears on this question', zh: '只概括与此问题有关的内容' },
  },
  model: {
    ...askOptions.model,
    doc: {
      en: 'who writes: a run, a model folder, a .gguf file, or URL#MODEL of an endpoint (key: INKSTONE_REMOTE_KEY)',
      zh: '由谁撰写：训练目录、模型目录、.gguf 文件，或接口的 URL#模型名（密钥：INKSTONE_REMOTE_KEY）',
    },
  },
  maxTokens: {
    type: 'number',
    default: 512,
    rule: wholePositive,
    doc: {
      en: 'tokens of each text that the model writes, at most a quarter of its context',
      zh: '模型每次最多写多少词元，不超过其上下文的四分之一',
    },
  },
  contextTokens: askOptions.contextTokens,
  tokenizer: askOptions.tokenizer,
  out: {
    type: 'string',
    placeholder: 'file',
    doc: { en: 'also write the summary here', zh: '并将摘要写入此文件' },
  },
  work: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: "where a model's finished parts are kept until the end, so that the same command goes on (default: beside --out, else summary.work.json)",
      zh: '模型完成的各部分存在哪里，直到结束，重复同一命令即可继续（默认：--out 旁边，否则 summary.work.json）',
    },
  },
  textColumn: indexOptions.textColumn,
  offline: indexOptions.offline,
} as const satisfies OptionTable;
