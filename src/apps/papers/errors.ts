/** What can go wrong where papers are read and written. */

import { defineErrors } from '../../errors.ts';

export const fail = defineErrors({
  'papers/bibtex': {
    en: (d: { name: string; line: number; rule: string; zhRule: string }) =>
      `${d.name}:${d.line}: this is no BibTeX: ${d.rule}; mend the entry`,
    zh: (d) => `${d.name}:${d.line}：不是 BibTeX：${d.zhRule}；请修正该条目`,
  },
  'papers/csl': {
    en: (d: { name: string }) => `${d.name}: must be a JSON list of references (CSL-JSON)`,
    zh: (d) => `${d.name}：须为参考文献的 JSON 列表（CSL-JSON）`,
  },
  'papers/too-many': {
    en: (d: { name: string; what: 'papers' | 'entries' | 'sections'; most: number }) =>
      `${d.name}: at most ${d.most} ${d.what} are taken; give less`,
    zh: (d) =>
      `${d.name}：最多 ${d.most} ${{ papers: '篇论文', entries: '个条目', sections: '节' }[d.what]}；请减少`,
  },
  'papers/aspect': {
    en: (d: { most: number; got: number }) =>
      `compare: there must be from 1 to ${d.most} columns of up to 60 characters, each of another name, got ${d.got}`,
    zh: (d) => `比较：须有 1 到 ${d.most} 列，每列不超过 60 个字符且名称不同，得到 ${d.got}`,
  },
  'papers/outline': {
    en: (d: { name: string }) =>
      `${d.name}: an outline must have headings, such as "## Related work", with notes under them; it has none`,
    zh: (d) => `${d.name}：提纲须有标题（如“## 相关工作”），其下可写要点；但没有`,
  },
  'papers/window': {
    en: (d: { window: number; needed: number }) =>
      `draft: the model reads and writes ${d.window} tokens in all, and a section with its notes needs at least ${d.needed}; shorten the notes, or take a model with a longer context`,
    zh: (d) =>
      `草稿：模型一共只能读写 ${d.window} 个词元，而一节及其要点至少需要 ${d.needed} 个；请缩短要点，或换上下文更长的模型`,
  },
  'papers/no-references': {
    en: (d: { name: string }) =>
      `${d.name}: must have a list of references, or cite keys of a .bib that is given, and has neither`,
    zh: (d) => `${d.name}：须有参考文献表，或引用所给 .bib 中的键，但两者都没有`,
  },
  'papers/service': {
    en: (d: { host: string; reason: string }) =>
      `references: the bibliographic service ${d.host} must answer as Crossref does, but: ${d.reason}`,
    zh: (d) => `参考文献：书目服务 ${d.host} 须按 Crossref 的格式应答，但：${d.reason}`,
  },
});
