/** The options of `inkstone claims`. */

import type { OptionTable } from './command.ts';
import { probability } from './option-rules.ts';
import { searchOptions } from './retrieval-options.ts';

export const claimsOptions = {
  collection: searchOptions.collection,
  mode: searchOptions.mode,
  top: {
    ...searchOptions.top,
    default: 5,
    doc: { en: 'how many passages each claim is checked against', zh: '每条主张对照几个段落' },
  },
  minSupport: {
    type: 'number',
    default: 0.7,
    rule: probability,
    doc: {
      en: 'how much of a claim a passage must hold to speak of it',
      zh: '段落须含有主张的多大比例才算谈及它',
    },
  },
} as const satisfies OptionTable;
