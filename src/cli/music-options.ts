/** Options of `inkstone music`. */

import type { OptionTable } from './command.ts';
import { wholePositive } from './option-rules.ts';
import { samplingOptions } from './sampling-options.ts';
import { seed } from './shared-options.ts';

const byModel = ['write', 'measure'] as const;

export const musicOptions = {
  key: {
    type: 'string',
    verbs: byModel,
    placeholder: 'key',
    doc: {
      en: 'the key of the tunes: G, F#m, ADor, DMix, … (default: as the model likes)',
      zh: '曲子的调：G、F#m、ADor、DMix……（默认由模型决定）',
    },
  },
  metre: {
    type: 'string',
    verbs: byModel,
    placeholder: 'metre',
    doc: {
      en: 'their metre: 4/4, 6/8, … (default: as the model likes)',
      zh: '拍号：4/4、6/8……（默认由模型决定）',
    },
  },
  inMetre: {
    type: 'boolean',
    verbs: byModel,
    doc: {
      en: 'with --metre: only bars that are full can be written (a grammar), so that nearly every tune passes',
      zh: '与 --metre 同用：只能写出完整的小节（以文法约束），几乎每首都能通过',
    },
  },
  rhythm: {
    type: 'string',
    verbs: byModel,
    placeholder: 'word',
    doc: {
      en: 'their kind, as R: of the tunebook has it: jig, reel, … (default: as the model likes)',
      zh: '体裁，即曲谱 R: 字段所写：jig、reel……（默认由模型决定）',
    },
  },
  tunes: {
    type: 'number',
    verbs: byModel,
    rule: wholePositive,
    doc: {
      en: 'how many (default: 4 to write, 50 to measure)',
      zh: '多少首（默认：write 4，measure 50）',
    },
  },
  tries: {
    type: 'number',
    verbs: ['write'],
    default: 5,
    rule: wholePositive,
    doc: {
      en: 'how often each is written at most until it passes the check',
      zh: '每首至多写几次，直到通过检查',
    },
  },
  out: {
    type: 'string',
    verbs: ['write', 'check'],
    placeholder: 'path',
    doc: {
      en: 'write: a folder for the tunes (.abc and .mid); check: a tunebook of those without problems',
      zh: 'write：存放曲子（.abc 与 .mid）的目录；check：把没有问题的曲子写成一本曲谱',
    },
  },
  strategy: {
    type: 'string',
    verbs: byModel,
    placeholder: 'spec',
    default: 'sample',
    doc: {
      en: 'how a tune is searched for: sample, top-p:0.9, beam:4, …',
      zh: '曲子的搜索方法：sample、top-p:0.9、beam:4……',
    },
  },
  temperature: { ...samplingOptions.temperature, verbs: byModel },
  maxTokens: {
    type: 'number',
    verbs: byModel,
    default: 1000,
    rule: wholePositive,
    doc: { en: 'a tune that is longer is cut, and does not pass', zh: '更长的曲子会被截断，视为未通过' },
  },
  data: {
    type: 'string',
    verbs: ['measure'],
    placeholder: 'source',
    doc: {
      en: "tunes to hold them against (default: the run's own data)",
      zh: '用来对照的曲子（默认：该次训练的数据）',
    },
  },
  seed: { ...seed, verbs: byModel },
  offline: {
    type: 'boolean',
    verbs: ['measure', 'check'],
    doc: { en: 'use only what was fetched before', zh: '只用已下载的内容' },
  },
} as const satisfies OptionTable;
