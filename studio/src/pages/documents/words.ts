import { defineWords } from '../../words.ts';

export const documentsWords = defineWords({
  title: { en: 'Documents', zh: '文档' },
  lead: {
    en: 'Ask your own texts. Every sentence of an answer leads to the place it stands on; what is not in them is not answered.',
    zh: '向自己的文本提问。回答的每一句都指向它的出处；文档里没有的，不作回答。',
  },
  none: { en: 'This server has no documents', zh: '本服务器没有文档' },
  noneHow: {
    en: 'Documents are kept in an index, a folder of its own. Start the studio with one, and put texts in here:',
    zh: '文档保存在索引（一个单独的目录）中。请带索引启动工作台，再在此放入文本：',
  },
  startEmpty: { en: 'With an index, made where there is none', zh: '带索引启动，没有则新建' },
  orFromFolder: {
    en: 'Or read a whole folder of text, PDF, Word, EPUB and HTML files first:',
    zh: '或先读入整个目录的文本、PDF、Word、EPUB、HTML 文件：',
  },
  startFilled: { en: 'A folder as an index', zh: '把目录建成索引' },
  add: { en: 'Add documents', zh: '添加文档' },
  changeIt: { en: (key: string) => `Change ${key}`, zh: (key: string) => `修改 ${key}` },
  files: { en: 'Files', zh: '文件' },
  filesHow: {
    en: 'Text, Markdown, PDF, Word, EPUB, HTML, CSV, JSON; 16 MB at most. A file of the same name is replaced.',
    zh: '文本、Markdown、PDF、Word、EPUB、HTML、CSV、JSON，至多 16 MB。同名文件会被替换。',
  },
  choose: { en: 'Choose files', zh: '选择文件' },
  reading: { en: 'Reading …', zh: '读取中……' },
  name: { en: 'Name', zh: '名称' },
  text: { en: 'Text', zh: '文本' },
  addIt: { en: 'Add', zh: '添加' },
  change: { en: 'Save the change', zh: '保存修改' },
  edit: { en: 'Change the text', zh: '修改文本' },
  cancel: { en: 'Cancel', zh: '取消' },
  report: {
    en: (added: number, changed: number, same: number, passages: number) =>
      `${added} added, ${changed} changed, ${same} as before; ${passages} new passages`,
    zh: (added: number, changed: number, same: number, passages: number) =>
      `新增 ${added} 篇，更改 ${changed} 篇，未变 ${same} 篇；新段落 ${passages} 个`,
  },
  list: { en: 'All documents', zh: '全部文档' },
  filter: { en: 'Filter by name', zh: '按名称筛选' },
  nothingNamed: { en: 'No document is called so', zh: '没有这样命名的文档' },
  empty: { en: 'Nothing here yet: add the first text above.', zh: '还没有文档：请在上方添加第一篇。' },
  passages: {
    en: (n: number) => (n === 1 ? 'one passage' : `${n} passages`),
    zh: (n: number) => `${n} 段`,
  },
  remove: { en: (key: string) => `Delete ${key}`, zh: (key: string) => `删除 ${key}` },
  removeHow: {
    en: 'The next answer no longer knows it.',
    zh: '此后的回答不再用到它。',
  },
  first: { en: 'From the first', zh: '从头列出' },
  more: { en: 'More', zh: '更多' },
  document: { en: 'Document', zh: '文档内容' },
  close: { en: 'Close the document', zh: '关闭文档' },
  copies: { en: 'Which copy', zh: '哪一份' },
  mine: { en: 'mine', zh: '我的' },
  everyone: { en: 'everyone’s', zh: '公共的' },
  changedAt: { en: (when: string) => `changed ${when}`, zh: (when: string) => `更改于 ${when}` },
  checkedAt: { en: (when: string) => `seen so ${when}`, zh: (when: string) => `核实于 ${when}` },
  passage: { en: (n: number) => `passage ${n}`, zh: (n: number) => `第 ${n} 段` },
  tokens: {
    en: (n: number) => (n === 1 ? '1 token' : `${n} tokens`),
    zh: (n: number) => `${n} 词元`,
  },
  fromStart: { en: 'From the beginning', zh: '从头看' },
  goOn: { en: 'Read on', zh: '继续看' },
  what: { en: 'What to do', zh: '做什么' },
  askView: { en: 'Ask', zh: '提问' },
  searchView: { en: 'Search', zh: '检索' },
  question: { en: 'Question', zh: '问题' },
  query: { en: 'Look for', zh: '查找' },
  example: { en: 'your question', zh: '你的问题' },
  by: { en: 'Who answers', zh: '由谁作答' },
  quoted: { en: 'no model: quotes', zh: '不用模型，摘引原句' },
  top: { en: 'Passages', zh: '段落数' },
  ask: { en: 'Ask', zh: '提问' },
  search: { en: 'Search', zh: '检索' },
  stop: { en: 'Stop', zh: '停止' },
  looking: { en: 'Looking through the documents …', zh: '正在查阅文档……' },
  notInDocuments: { en: 'Not in the documents', zh: '文档中没有' },
  noMatch: {
    en: 'No passage is near enough to the question to answer from it.',
    zh: '没有哪一段与问题足够接近，无从作答。',
  },
  notByModel: {
    en: 'The model read the nearest passages and found no answer in them.',
    zh: '模型读过最接近的段落，未在其中找到答案。',
  },
  cite: {
    en: (passage: number, key: string) => `Source ${passage}: ${key}`,
    zh: (passage: number, key: string) => `出处 ${passage}：${key}`,
  },
  unsupported: { en: 'no support', zh: '无依据' },
  unsupportedHow: {
    en: (n: number) =>
      `${n === 1 ? 'One sentence is' : `${n} sentences are`} not held up by the passages: check before you believe it.`,
    zh: (n: number) => `有 ${n} 句在段落中没有依据：采信前请核实。`,
  },
  fresh: {
    en: (asOf: string, newest: string | undefined) =>
      `As the documents stood at ${asOf}${newest === undefined ? '' : `; the newest change is of ${newest}`}.`,
    zh: (asOf: string, newest: string | undefined) =>
      `依据 ${asOf} 时的文档${newest === undefined ? '' : `；最近一次更改在 ${newest}`}。`,
  },
  madeFrom: { en: 'Made from', zh: '依据的段落' },
  nearest: { en: 'The nearest passages', zh: '最接近的段落' },
  nothingFound: { en: 'No passage holds any of these words.', zh: '没有段落含有这些词。' },
  correction: { en: 'a correction', zh: '更正' },
  moderated: { en: 'changed by a rule', zh: '已按规则改动' },
  score: { en: (value: string) => `score ${value}`, zh: (value: string) => `得分 ${value}` },
  match: {
    en: (value: string) => `${value} % of the question`,
    zh: (value: string) => `含问题的 ${value} %`,
  },
  likeness: { en: (value: string) => `likeness ${value}`, zh: (value: string) => `相似度 ${value}` },
  byWords: {
    en: 'This index is searched by words (BM25). One made with --embedder is searched by meaning, too.',
    zh: '此索引按词检索（BM25）。以 --embedder 建立的索引还可按语义检索。',
  },
  byBoth: {
    en: 'This index is searched by words (BM25) and by meaning (vectors), both rankings fused.',
    zh: '此索引按词（BM25）与语义（向量）检索，并融合两种排序。',
  },
});
