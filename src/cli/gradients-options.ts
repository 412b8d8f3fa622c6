/** The options of `inkstone gradients`. */

import type { OptionTable } from './command.ts';
import { inspectOptions } from './inspect-options.ts';
import { wholePositive } from './option-rules.ts';
import { data } from './option-tables.ts';

export const gradientsOptions = {
  text: {
    type: 'string',
    doc: {
      en: "one text to look at (default: windows of the first run's held-out texts)",
      zh: '要查看的一段文本（默认：取第一个训练记录留出文本中的若干窗口）',
    },
  },
  data: {
    ...data,
    doc: {
      en: "take the windows from these texts (default: the held-out side of the first run's own data)",
      zh: '从这些文本取窗口（默认：第一个训练记录自身数据的留出部分）',
    },
  },
  windows: {
    type: 'number',
    default: 16,
    rule: wholePositive,
    doc: { en: 'how many windows to average over', zh: '对多少个窗口取平均' },
  },
  steps: {
    type: 'number',
    rule: wholePositive,
    doc: {
      en: 'how far back to look (default: as far as training did)',
      zh: '回溯多少步（默认：与训练窗口相同）',
    },
  },
  out: inspectOptions.out,
  offline: { type: 'boolean', doc: { en: 'use only what was fetched before', zh: '只用已下载的内容' } },
} as const satisfies OptionTable;
