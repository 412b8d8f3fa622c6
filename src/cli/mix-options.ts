/** Options of a training on several languages. */

import type { OptionTable } from './command.ts';

export const mixOptions = {
  mixTemperature: {
    type: 'number',
    placeholder: 't',
    rule: { test: (t: number) => t >= 1, words: { en: 'a number of at least 1', zh: '为不小于 1 的数' } },
    doc: {
      en: 'of several languages (--data en=a.txt,zh=b.txt, or a folder with a file or folder for each): 1 (default) takes each as much as there is of it, more raises the small ones',
      zh: '用于多种语言（--data en=a.txt,zh=b.txt，或每种语言一个文件或子目录的目录）：1（默认）按各语言的文本量取，越大越照顾文本少的语言',
    },
  },
} as const satisfies OptionTable;
