/** Options of `inkstone repeat`. */

import type { OptionTable } from './command.ts';
import { positive, wholePositive } from './option-rules.ts';
import { data, minutes, seed } from './shared-options.ts';

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
