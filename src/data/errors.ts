/** The errors of this room. */

import { defineErrors } from '../errors.ts';

export const fail = defineErrors({
  'data/option': {
    en: (d: { where: string; option: string; rule: string; got: unknown }) =>
      `${d.where}: ${d.option} must be ${d.rule}, got ${String(d.got)}`,
    zh: (d) => `${d.where}：${d.option} 必须满足 ${d.rule}，得到 ${String(d.got)}`,
  },
  'data/no-jieba': {
    en: () => 'tags: Chinese needs jieba, and its binary is not installed here; run npm install',
    zh: () => '标注：中文需要 jieba，而此处没有安装它的二进制文件；请运行 npm install',
  },
  'data/empty': {
    en: (d: { where: string }) =>
      `${d.where}: there is no text to work with (0 documents or 0 tokens); give a source with text, or loosen the cleaning`,
    zh: (d) => `${d.where}：没有可用的文本（0 篇或 0 个词元）；请给出含有文本的来源，或放宽清洗条件`,
  },
  'data/too-short': {
    en: (d: { tokens: number; contextLength: number }) =>
      `batches: the corpus must be longer than the context: ${d.tokens} tokens, context ${d.contextLength}; give more text or a context of at most ${Math.max(1, d.tokens - 1)}`,
    zh: (d) =>
      `批次：语料必须长于上下文：语料 ${d.tokens} 个词元，上下文 ${d.contextLength}；请提供更多文本，或把上下文设为不超过 ${Math.max(1, d.tokens - 1)}`,
  },
  'data/split-empty': {
    en: (d: { side: string; share: number; documents: number }) =>
      `split: the side "${d.side}" (share ${d.share}) got none of ${d.documents} documents; take a larger share, more documents, or cut long ones first (chunkDocuments)`,
    zh: (d) =>
      `划分：共 ${d.documents} 篇，"${d.side}"（比例 ${d.share}）一篇也没有分到；请加大比例、增加文本，或先切分长文（chunkDocuments）`,
  },
  'data/shares': {
    en: (d: { shares: string }) => `split: shares must be positive and sum to 1, got ${d.shares}`,
    zh: (d) => `划分：各比例必须为正且总和为 1，得到 ${d.shares}`,
  },
  'data/weight': {
    en: (d: { weight: number; smallest: number }) =>
      `mixture: every weight must be at least ${d.smallest} of the whole, got ${d.weight}; leave the source out or raise its weight`,
    zh: (d) => `混合：每个权重至少占总量的 ${d.smallest}，得到 ${d.weight}；请去掉该来源或提高权重`,
  },
  'data/mixed-contexts': {
    en: (d: { lengths: readonly number[] }) =>
      `mixture: all sources must have one context length, got ${d.lengths.join(', ')}`,
    zh: (d) => `混合：所有来源的上下文长度必须相同，得到 ${d.lengths.join('、')}`,
  },
  'data/shard': {
    en: (d: { path: string; reason: string }) =>
      `token shard ${d.path}: ${d.reason}; the file is cut, damaged or no token shard: write it again`,
    zh: (d) => `词元分片 ${d.path}：${d.reason}；文件不完整、已损坏或不是词元分片：请重新写入`,
  },
  'data/shard-tokenizer': {
    en: (d: { path: string; expected: string; got: string }) =>
      `token shard ${d.path}: it was written with another tokenizer (${d.got.slice(0, 12)}…), expected ${d.expected.slice(0, 12)}…; write the shard again`,
    zh: (d) =>
      `词元分片 ${d.path}：由另一个分词器写成（${d.got.slice(0, 12)}…），应为 ${d.expected.slice(0, 12)}…；请重新写入分片`,
  },
  'data/token': {
    en: (d: { id: number; vocabSize: number }) => `tokens: an id must be in [0, ${d.vocabSize}), got ${d.id}`,
    zh: (d) => `词元：编号必须在 [0, ${d.vocabSize}) 内，得到 ${d.id}`,
  },
  'data/language': {
    en: (d: { got: string; known: readonly string[]; near?: string }) =>
      `language: "${d.got}" is none that can be told${d.near ? `; did you mean "${d.near}"?` : ''}; known: ${d.known.join(', ')}`,
    zh: (d) =>
      `语言：无法识别 "${d.got}"${d.near ? `，是不是 "${d.near}"？` : ''}；可识别：${d.known.join('、')}`,
  },
  'data/synonyms': {
    en: (d: { path: string; line: number; rule: string; got: unknown }) =>
      `synonyms ${d.path}:${d.line}: a line must hold ${d.rule}, got ${String(d.got)}; write words of one meaning with commas between`,
    zh: (d) =>
      `同义词 ${d.path}:${d.line}：一行必须满足 ${d.rule}，得到 ${String(d.got)}；请把同义的词写在一行，用逗号分隔`,
  },
  'data/word-pairs': {
    en: (d: { path: string; line: number; rule: string; got: unknown }) =>
      `word pairs ${d.path}:${d.line}: a line must hold ${d.rule}, got ${String(d.got)}; write two words that take each other's place, such as "he,she"`,
    zh: (d) =>
      `词对 ${d.path}:${d.line}：一行必须满足 ${d.rule}，得到 ${String(d.got)}；请写互换的两个词，如“他,她”`,
  },
  'data/word-list': {
    en: (d: { path: string; line: number; rule: string; got: unknown }) =>
      `word list ${d.path}:${d.line}: an entry must be ${d.rule}, got ${String(d.got)}; write one a line`,
    zh: (d) => `词表 ${d.path}:${d.line}：词条必须满足 ${d.rule}，得到 ${String(d.got)}；请每行写一条`,
  },
  'data/poems': {
    en: (d: { path: string; reason: string }) =>
      `poems: ${d.path}: ${d.reason}; the package has changed: use its version 2.0.1`,
    zh: (d) => `诗词：${d.path}：${d.reason}；软件包已改变：请使用 2.0.1 版`,
  },
});
