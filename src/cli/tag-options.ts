/** The options of `inkstone tag`. */

import type { OptionTable } from './command.ts';
import { wholeFromZero } from './option-rules.ts';

export const tagOptions = {
  text: {
    type: 'string',
    doc: { en: 'a text to tag, instead of a source', zh: '要标注的文本，代替文本来源' },
  },
  model: {
    type: 'string',
    placeholder: 'run',
    doc: {
      en: 'entities by a model trained with tune head --task label on labels such as B-PER; words and parts of speech stay',
      zh: '实体改由 tune head --task label 训练的模型给出（标签形如 B-PER）；词与词性不变',
    },
  },
  first: {
    type: 'number',
    default: 3,
    rule: wholeFromZero,
    doc: { en: 'how many sentences are shown', zh: '显示几句' },
  },
  out: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'write every sentence to a file: .jsonl (a sentence a line, with places) or .conllu (CoNLL-U, a word a line)',
      zh: '把全部句子写入文件：.jsonl（每行一句，附位置）或 .conllu（CoNLL-U，每行一词）',
    },
  },
  offline: { type: 'boolean', doc: { en: 'use only what was fetched before', zh: '只用已下载的内容' } },
} as const satisfies OptionTable;
