import { defineWords } from '../../words.ts';

export const papersWords = defineWords({
  title: { en: 'Papers', zh: '论文' },
  lead: {
    en: 'Read papers, put them beside each other, see who cites whom; draft your own, have it looked over, and its references verified.',
    zh: '阅读论文、并列比较、看引用关系；起草自己的论文、检查文字、核实参考文献。',
  },
  tasks: { en: 'What to do', zh: '做什么' },
  read: { en: 'Read', zh: '阅读' },
  compare: { en: 'Compare', zh: '比较' },
  graph: { en: 'Who cites whom', zh: '引用关系' },
  review: { en: 'Related work', zh: '综述' },
  draft: { en: 'Draft', zh: '起草' },
  advise: { en: 'Advice', zh: '修改建议' },
  references: { en: 'References', zh: '参考文献' },
  library: { en: 'Papers and reference files', zh: '论文与文献文件' },
  libraryHow: {
    en: 'PDF, Word, HTML, Markdown, text, LaTeX, .bib or CSL .json. Nothing is kept: a reload forgets them.',
    zh: 'PDF、Word、HTML、Markdown、纯文本、LaTeX、.bib 或 CSL .json。不会保存，重新载入后即忘记。',
  },
  choose: { en: 'choose files', zh: '选择文件' },
  tooLarge: {
    en: (name: string) =>
      `${name} is too large: all files together have at most 900 kB here; use the command line`,
    zh: (name: string) => `${name} 过大：这里所有文件合计最多 900 kB；请用命令行`,
  },
  remove: { en: (name: string) => `Remove ${name}`, zh: (name: string) => `移去 ${name}` },
  noPapers: { en: 'No papers yet: choose files.', zh: '还没有论文：请选择文件。' },
  outline: { en: 'Outline: headings with notes', zh: '提纲：标题与要点' },
  manuscript: { en: 'Your draft', zh: '你的草稿' },
  textName: { en: 'Its name tells the format (.md, .tex)', zh: '名称表明格式（.md、.tex）' },
  about: { en: 'About', zh: '主题' },
  by: { en: 'Who writes', zh: '由谁撰写' },
  quoted: { en: 'no model: quotes and rules', zh: '不用模型：引用原句与规则' },
  go: { en: 'Do it', zh: '开始' },
  stop: { en: 'Stop', zh: '停止' },
  working: { en: 'Working …', zh: '处理中……' },
  stopped: { en: 'Stopped.', zh: '已停止。' },
  result: { en: 'Result', zh: '结果' },
  empty: { en: 'Nothing yet', zh: '还没有结果' },
  emptyHow: {
    en: 'Every sentence about a paper comes with its place in it; what no place bears out is left out.',
    zh: '关于论文的每句话都附出处；没有出处支持的不采用。',
  },
  paper: { en: 'Paper', zh: '论文' },
  notStated: { en: 'not stated', zh: '未说明' },
  refused: {
    en: (text: string) => `Left out, as nothing bears it out: ${text}`,
    zh: (text: string) => `无出处支持，未采用：${text}`,
  },
  page: { en: (n: number) => `p. ${n}`, zh: (n: number) => `第 ${n} 页` },
  fields: {
    en: (authors: string, year: string) =>
      [authors || 'authors not found', year || 'year not found'].join(' · '),
    zh: (authors: string, year: string) => [authors || '未找到作者', year || '未找到年份'].join(' · '),
  },
  counts: {
    en: (sections: number, references: number) => `${sections} sections, ${references} references`,
    zh: (sections: number, references: number) => `${sections} 节，参考文献 ${references} 条`,
  },
  noLinks: { en: 'None of them cites another.', zh: '它们之间没有引用关系。' },
  cites: {
    en: (from: string, to: string) => `${from} cites ${to}`,
    zh: (from: string, to: string) => `${from} 引用 ${to}`,
  },
  sharedTerms: { en: 'Words in common', zh: '共同词语' },
  sharedWorks: { en: 'Cited together', zh: '共同引用的文献' },
  silent: { en: (papers: string) => `Nothing said of ${papers}`, zh: (papers: string) => `未提及 ${papers}` },
  doubtful: {
    en: (n: number) => `${n} sentences named a source that does not say it; they are marked.`,
    zh: (n: number) => `${n} 句所引的出处并未这样说，已标出。`,
  },
  line: { en: (n: number) => `line ${n}`, zh: (n: number) => `第 ${n} 行` },
  noRemarks: { en: 'Nothing to remark.', zh: '没有建议。' },
  verified: { en: 'verified', zh: '属实' },
  differs: { en: 'differs', zh: '有出入' },
  'not-found': { en: 'not found', zh: '未找到' },
  unreadable: { en: 'no title could be read', zh: '读不出题名' },
  unchecked: { en: 'not checked', zh: '未核实' },
  difference: {
    en: (field: string, cited: string, found: string) => `${field}: cited “${cited}”, found “${found}”`,
    zh: (field: string, cited: string, found: string) => `${field}：引作“${cited}”，应为“${found}”`,
  },
  nearest: { en: (title: string) => `meant perhaps: ${title}`, zh: (title: string) => `或许是：${title}` },
  duplicates: {
    en: (places: string) => `Listed twice: ${places}`,
    zh: (places: string) => `重复列出：${places}`,
  },
  notListed: {
    en: (text: string, line: number) => `${text} is cited in line ${line} and not listed`,
    zh: (text: string, line: number) => `第 ${line} 行引用了 ${text}，文献表中没有`,
  },
  notCited: {
    en: (places: string) => `Listed and never cited: ${places}`,
    zh: (places: string) => `列出而未引用：${places}`,
  },
});
