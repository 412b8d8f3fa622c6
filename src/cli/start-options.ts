/** Options of `inkstone start`. */

import type { OptionTable } from './command.ts';
import { corpusOptions } from './corpus-options.ts';
import { port, state } from './serve-options.ts';
import { data, minutes, seed } from './shared-options.ts';

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
