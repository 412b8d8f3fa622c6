/** What can go wrong where papers are read and written on the command line. */

import { defineErrors } from '../errors.ts';

export const failPapers = defineErrors({
  'cli/no-papers': {
    en: (d: { where: string }) =>
      `${d.where}: there must be at least one paper with text (pdf, docx, md, html, tex, txt), or a .bib with abstracts, and there is none`,
    zh: (d) => `${d.where}：至少须有一篇有正文的论文（pdf、docx、md、html、tex、txt）或带摘要的 .bib，但没有`,
  },
  'cli/no-draft-work': {
    en: (d: { path: string }) =>
      `${d.path}: holds no sections that inkstone paper draft wrote; choose another --work or --out`,
    zh: (d) => `${d.path}：其中不是 inkstone paper draft 写的各节；请换一个 --work 或 --out`,
  },
  'cli/other-draft': {
    en: (d: { path: string; differing: readonly string[] }) =>
      `${d.path}: holds the sections of another draft (${d.differing.join('; ')}); choose another --work or --out, the same outline and settings, or delete it`,
    zh: (d) =>
      `${d.path}：其中是另一份草稿的各节（${d.differing.join('；')}）；请换一个 --work 或 --out，使用相同的提纲与设置，或删去该文件`,
  },
  'cli/draft-on-outline': {
    en: (d: { path: string }) =>
      `${d.path}: is the outline, and the draft would be written over it; give another --out`,
    zh: (d) => `${d.path}：这是提纲，草稿会把它覆盖；请用 --out 另指定文件`,
  },
  'cli/paper-file': {
    en: (d: { path: string; got: number }) => `${d.path}: must hold one text, got ${d.got}`,
    zh: (d) => `${d.path}：须为一篇文字，得到 ${d.got} 篇`,
  },
  'cli/service-url': {
    en: (d: { got: string }) =>
      `the address of a bibliographic service must begin with https:// or http://, got "${d.got}"`,
    zh: (d) => `书目服务的地址须以 https:// 或 http:// 开头，得到 "${d.got}"`,
  },
});
