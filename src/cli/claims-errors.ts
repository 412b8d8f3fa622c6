/** What can go wrong around claims that are checked. */

import { defineErrors } from '../errors.ts';

const SHOWN = 60;

export const failClaims = defineErrors({
  'cli/no-claims': {
    en: (d: { files: readonly string[] }) =>
      `claims: at least one sentence must claim something, got none in ${d.files.join(', ')}; headings and questions claim nothing`,
    zh: (d) => `claims：至少须有一句主张，${d.files.join('、')} 中一句也没有；标题与问句不算`,
  },
  'cli/claim-record': {
    en: (d: { where: string; fields: readonly string[] }) =>
      `${d.where}: must have a text in one of the fields ${d.fields.join(', ')}`,
    zh: (d) => `${d.where}：须在 ${d.fields.join('、')} 之一的字段中有文本`,
  },
  'cli/claim-label': {
    en: (d: { where: string; label: string; known: readonly string[] }) =>
      `${d.where}: the label must be one of ${d.known.join(', ')}, got ${d.label.slice(0, SHOWN)}`,
    zh: (d) => `${d.where}：标签须为 ${d.known.join('、')} 之一，得到 ${d.label.slice(0, SHOWN)}`,
  },
});
