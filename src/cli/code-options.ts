/** The options of `inkstone code`, and that of a training that learns to fill in. */

import type { OptionTable } from './command.ts';
import { probability } from './option-rules.ts';

export const infillOptions = {
  fim: {
    type: 'number',
    rule: probability,
    doc: {
      en: 'the share of texts by which it learns to fill in the middle, 0.5 as a rule; the others are learned as they are',
      zh: '用于学习中间填充的文本比例，一般取 0.5；其余照原样学习',
    },
  },
} as const satisfies OptionTable;
