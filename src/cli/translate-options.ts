/** Options of `inkstone translate`. */

import type { OptionTable } from './command.ts';
import { wholePositive } from './option-rules.ts';
import { seed } from './shared-options.ts';

export const translateOptions = {
  text: { type: 'string', doc: { en: 'the text; each line by itself', zh: '要翻译的文本；逐行翻译' } },
  file: {
    type: 'string',
    placeholder: 'file',
    doc: { en: 'a text file, line by line', zh: '文本文件，逐行翻译' },
  },
  out: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'where the translation is written, line for line (default: shown)',
      zh: '译文写到哪里，与原文逐行对应（默认：直接显示）',
    },
  },
  references: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'translations by people, line for line: BLEU and chrF against them are shown',
      zh: '人工译文，逐行对应：据此给出 BLEU 与 chrF',
    },
  },
  task: {
    type: 'string',
    doc: {
      en: 'what is to be done, put before each source as "task: " (T5: "translate English to German")',
      zh: '任务名，以“任务: ”加在每个源文本之前（T5：“translate English to German”）',
    },
  },
  strategy: {
    type: 'string',
    placeholder: 'spec',
    default: 'beam:4',
    doc: {
      en: 'how the translation is searched for: beam:4, greedy, top-p:0.9, …',
      zh: '译文的搜索方法：beam:4、greedy、top-p:0.9……',
    },
  },
  guard: {
    type: 'boolean',
    doc: { en: 'take back loops before anyone sees them, and write on', zh: '在显示之前收回循环并改写' },
  },
  maxTokens: {
    type: 'number',
    rule: wholePositive,
    doc: {
      en: 'at most so many tokens of a line (default: as many as the model writes)',
      zh: '每行最多写出的词元数（默认：模型的上限）',
    },
  },
  seed,
} as const satisfies OptionTable;
