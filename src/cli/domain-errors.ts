/** What can go wrong with kits of a field. */

import { defineErrors } from '../errors.ts';

const nearWords = (near: string | undefined): string =>
  near === undefined ? '' : `; did you mean "${near}"?`;
const nearZh = (near: string | undefined): string => (near === undefined ? '' : `；是否想写 "${near}"？`);

export const failDomain = defineErrors({
  'cli/kit': {
    en: (d: { kit: string; known: readonly string[]; near?: string | undefined }) =>
      `kit: must be ${d.known.join(', ')}, or a file (yaml or json) with a path, got "${d.kit}"${nearWords(d.near)}`,
    zh: (d) =>
      `领域包：须为 ${d.known.join('、')}，或带路径的文件（yaml 或 json），得到 "${d.kit}"${nearZh(d.near)}`,
  },
  'cli/kit-twice': {
    en: (d: { name: string }) =>
      `kit: each must have a name of its own, and "${d.name}" came twice; rename one`,
    zh: (d) => `领域包：各包名称须不同，"${d.name}" 出现了两次；请改名`,
  },
  'cli/kit-exists': {
    en: (d: { path: string }) => `${d.path}: is there already; name another file with --out`,
    zh: (d) => `${d.path}：文件已存在；请用 --out 指定别的文件`,
  },
  'cli/kit-lines': {
    en: (d: { source: number; translation: number }) =>
      `translation: must have the lines of its source, ${d.source}, got ${d.translation}`,
    zh: (d) => `译文：行数须与原文相同（${d.source} 行），得到 ${d.translation} 行`,
  },
  'cli/kit-questions': {
    en: (d: { kit: string }) => `kit ${d.kit}: has neither questions nor terms enough for a test; add some`,
    zh: (d) => `领域包 ${d.kit}：题目与术语不足以组成测试；请补充`,
  },
  'cli/kit-trials': {
    en: (d: { kit: string }) => `kit ${d.kit}: has no trials to check its rules by; add some under "trials"`,
    zh: (d) => `领域包 ${d.kit}：没有用来检查规则的样例；请在 "trials" 下添加`,
  },
});
