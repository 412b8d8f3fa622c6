/** Options of `inkstone fill-mask`. */

import type { OptionTable } from './command.ts';
import { wholePositive } from './option-rules.ts';

export const fillMaskOptions = {
  text: {
    type: 'string',
    doc: {
      en: 'the text, with [MASK] or <mask> where a token is hidden',
      zh: '文本，被遮盖处写作 [MASK] 或 <mask>',
    },
  },
  top: {
    type: 'number',
    default: 5,
    rule: wholePositive,
    doc: { en: 'how many guesses for each place', zh: '每处给出几个猜测' },
  },
} as const satisfies OptionTable;
