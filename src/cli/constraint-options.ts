/** What form a written text must have, as options: one of them at most. */

import type { OptionTable } from './command.ts';

export const constraintOptions = {
  regex: {
    type: 'string',
    placeholder: 'pattern',
    doc: { en: 'the whole text matches this regular expression', zh: '全文须匹配此正则表达式' },
  },
  choices: {
    type: 'string',
    placeholder: 'a,b,c',
    doc: { en: 'the text is one of these', zh: '文本须为其中之一' },
  },
  jsonSchema: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'the text is JSON that satisfies this schema (JSON or YAML)',
      zh: '文本须为符合此 schema 的 JSON',
    },
  },
  grammar: {
    type: 'string',
    placeholder: 'file',
    doc: { en: 'the text is of this grammar (GBNF)', zh: '文本须符合此文法（GBNF）' },
  },
} as const satisfies OptionTable;
