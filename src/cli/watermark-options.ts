/** The options of `inkstone watermark`. */

import type { OptionTable } from './command.ts';
import { share } from './option-rules.ts';

export const watermarkOptions = {
  key: {
    type: 'string',
    placeholder: 'key[:delta[:gamma[:context]]]',
    doc: {
      en: 'what generate --watermark was given',
      zh: 'generate --watermark 所用的值',
    },
  },
  falsePositives: {
    type: 'number',
    rule: share,
    default: 1e-5,
    doc: {
      en: 'share of texts without a mark that may be taken for marked',
      zh: '允许把多大比例的无水印文本误认为有水印',
    },
  },
} as const satisfies OptionTable;
