/** Options that many commands share. */

import { positive, wholeFromZero } from './option-rules.ts';

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
    en: 'text to learn from: a file, a folder (txt, md, json, jsonl, csv, tsv, abc, html, pdf, docx, epub, parquet), https://… or npm:NAME',
    zh: '学习用的文本：文件、目录（txt、md、json、jsonl、csv、tsv、abc、html、pdf、docx、epub、parquet）、https:// 网址或 npm:包名',
  },
} as const;

export const minutes = {
  type: 'number',
  rule: positive,
  doc: {
    en: 'training time; the size of the model follows from it',
    zh: '训练时间（分钟）；模型大小由它决定',
  },
} as const;
