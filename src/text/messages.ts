/** What the text room tells the log, in both languages. */

import { defineMessages } from '../language.ts';

export const say = defineMessages({
  notApplied: {
    en: (d: { name: string }) =>
      `tokenizer.json: \`${d.name}\` is kept in the file but not applied when encoding`,
    zh: (d) => `tokenizer.json：\`${d.name}\` 会保留在文件里，但编码时不应用`,
  },
});
