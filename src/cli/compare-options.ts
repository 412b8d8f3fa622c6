/** The options of `inkstone compare`. */

import type { OptionTable } from './command.ts';
import { wholePositive } from './option-rules.ts';
import { repeatOptions } from './repeat-options.ts';
import { seed } from './shared-options.ts';

const { prompts, unit, strategies } = repeatOptions;

export const compareOptions = {
  data: {
    type: 'string',
    placeholder: 'source',
    doc: {
      en: 'texts that no model has learnt from (default: what all the runs hold out of their data)',
      zh: '各模型都没学过的文本（默认：各训练记录共同的留出部分）',
    },
  },
  baseline: {
    type: 'boolean',
    default: true,
    doc: {
      en: 'beside them a 5-gram model counted on what the first run learnt from, which a neural model must beat; not with --no-baseline',
      zh: '再加一个五元组模型，由第一个训练记录所学的文本统计而来：神经模型理应胜过它；--no-baseline 则不加',
    },
  },
  documents: {
    type: 'number',
    default: 200,
    rule: wholePositive,
    doc: { en: 'how many texts to read', zh: '读多少篇文本' },
  },
  prompts: { type: prompts.type, default: prompts.default, rule: prompts.rule, doc: prompts.doc },
  length: {
    type: 'number',
    rule: wholePositive,
    doc: {
      en: 'about so many characters each (default: 64 of Chinese, 300 of English, less where a context is short)',
      zh: '每篇续写约多少字符（默认：中文 64，英文 300；上下文不够时更少）',
    },
  },
  strategies: {
    type: 'string',
    placeholder: strategies.placeholder,
    doc: {
      en: "ways of decoding, joined by semicolons: 'greedy;top-p:0.9' (default: greedy;beam:4;top-p:0.9)",
      zh: "解码策略，以分号连接：'greedy;top-p:0.9'（默认：greedy;beam:4;top-p:0.9）",
    },
  },
  unit,
  out: {
    type: 'string',
    placeholder: 'file',
    default: 'compare.html',
    doc: { en: 'where the page is written', zh: '网页写到哪里' },
  },
  seed,
  offline: { type: 'boolean', doc: { en: 'use only what was fetched before', zh: '只用已下载的内容' } },
} as const satisfies OptionTable;
