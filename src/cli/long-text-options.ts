/** Options of all that reads or writes beyond the context a model was trained on. */

import type { OptionTable } from './command.ts';

export const longTextOptions = {
  extend: {
    type: 'string',
    placeholder: 'way:factor',
    doc: {
      en: 'a context so many times as long as was trained on: none, linear, ntk or yarn, as in yarn:4',
      zh: '把上下文扩展到训练时的若干倍：none、linear、ntk 或 yarn，如 yarn:4',
    },
  },
  endless: {
    type: 'string',
    placeholder: 'sinks[+window]',
    doc: {
      en: 'a text of any length in bounded memory: so many first tokens stay, the last ones slide, as in 4 or 4+252 (default window: the rest of the context)',
      zh: '以固定内存处理任意长的文本：开头若干词元常驻，其余滑动，如 4 或 4+252（默认窗口：上下文的其余部分）',
    },
  },
} as const satisfies OptionTable;
