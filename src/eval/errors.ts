/** The sentences of this room's errors. */

import { defineErrors } from '../errors.ts';

/** What is wrong with the bytes of a packed text. */
type PackedDamage = 'kind' | 'cut' | 'changed' | 'version' | 'limit';

export const fail = defineErrors({
  'eval/option': {
    en: (d: { where: string; option: string; rule: string; got: unknown }) =>
      `${d.where}: \`${d.option}\` must be ${d.rule}, got ${String(d.got)}`,
    zh: (d) => `${d.where}：\`${d.option}\` 必须是 ${d.rule}，得到 ${String(d.got)}`,
  },
  'eval/no-texts': {
    en: (d: { where: string; least: number; got: number }) =>
      `${d.where}: needs at least ${d.least} texts of enough length, got ${d.got}; give more text, or shorter prompts`,
    zh: (d) => `${d.where}：至少需要 ${d.least} 篇足够长的文本，得到 ${d.got} 篇；请提供更多文本或缩短提示`,
  },
  'eval/no-room': {
    en: (d: { where: string; needed: number; contextLength: number }) =>
      `${d.where}: ${d.needed} tokens must fit into the context, which holds ${d.contextLength}; ask for fewer`,
    zh: (d) => `${d.where}：上下文须容纳 ${d.needed} 个词元，而它只有 ${d.contextLength}；请减少数量`,
  },
  'eval/same-name': {
    en: (d: { where: string; name: string }) =>
      `${d.where}: each model must have a name of its own, got "${d.name}" twice; name each once`,
    zh: (d) => `${d.where}：每个模型须有不同的名字，而 "${d.name}" 出现了两次；每个只列一次`,
  },
  'eval/no-hidden': {
    en: (d: { where: string }) => `${d.where}: the model must give hidden states, this one gives none`,
    zh: (d) => `${d.where}：模型必须给出隐藏状态，而这个模型没有`,
  },
  'eval/no-inside': {
    en: (d: { where: string; what: 'attention' | 'layers' | 'embeddings' }) =>
      `${d.where}: the model must show its ${d.what}, this one does not`,
    zh: (d) =>
      `${d.where}：模型必须能展示其${{ attention: '注意力', layers: '各层状态', embeddings: '嵌入向量' }[d.what]}，而这个模型不能`,
  },
  'eval/no-tokens': {
    en: (d: { where: string }) =>
      `${d.where}: the text must have at least 1 token, got none; write something`,
    zh: (d) => `${d.where}：文本至少要有 1 个词元；请输入文字`,
  },
  'eval/few-symbols': {
    en: (d: { got: number }) =>
      `textStatistics: the texts must have at least 2 symbols together, got ${d.got}; give more text`,
    zh: (d) => `textStatistics：文本合计至少要有 2 个符号，得到 ${d.got}；请提供更多文本`,
  },
  'eval/no-word': {
    en: (d: { word: string; words: number; near?: string }) =>
      `"${d.word}" has no vector among the ${d.words} words${d.near ? `; did you mean "${d.near}"?` : '; it was too rare, or is written otherwise'}`,
    zh: (d) =>
      `"${d.word}" 不在 ${d.words} 个词向量之中${d.near ? `，是不是 "${d.near}"？` : '；可能出现太少，或写法不同'}`,
  },
  'eval/questions': {
    en: (d: { path: string; line: number; most: number }) =>
      `${d.path}: must hold at most ${d.most} questions, each "a b c d" (an analogy) or "a b 3.5" (a similarity), all of one kind; see question ${d.line}`,
    zh: (d) =>
      `${d.path}：至多 ${d.most} 题，每题为 "a b c d"（类比）或 "a b 3.5"（相似度），且同属一种；见第 ${d.line} 题`,
  },
  'eval/logits': {
    en: (d: { where: string }) =>
      `${d.where}: logits must be numbers below infinity, these are not; the model may have diverged`,
    zh: (d) => `${d.where}：logits 必须是有限的数，而这些不是；模型可能已发散`,
  },
  'eval/lone-surrogate': {
    en: () => 'packText: the text must be well-formed Unicode, it has a lone surrogate; take it out first',
    zh: () => 'packText：文本必须是合法的 Unicode，而其中有孤立的代理项；请先去掉',
  },
  'eval/packed': {
    en: (d: { path: string; what: PackedDamage; got?: number }) =>
      `${d.path}: ${
        {
          kind: 'is no packed text; pack one with inkstone pack',
          cut: 'the packed text is cut off; copy the whole file again',
          changed: 'the packed text was changed on its way, its checksum does not fit; copy it again',
          version: `packed in version ${d.got} of the format, known is 1; use a newer Inkstone`,
          limit: `the packed text says it holds more than is allowed (${d.got}); it was not made by inkstone pack`,
        }[d.what]
      }`,
    zh: (d) =>
      `${d.path}：${
        {
          kind: '不是压缩文本；请用 inkstone pack 生成',
          cut: '压缩文本不完整；请重新复制整个文件',
          changed: '压缩文本在传输中被改动，校验和不符；请重新复制',
          version: `格式版本为 ${d.got}，已知的是 1；请使用更新的 Inkstone`,
          limit: `压缩文本声称的内容超过允许的上限（${d.got}）；它不是由 inkstone pack 生成的`,
        }[d.what]
      }`,
  },
  'eval/packed-model': {
    en: (d: { path: string; packedWith: string; given: string }) =>
      `${d.path}: was packed with the weights and tokenizer of "${d.packedWith}", which those of ${d.given} are not; give that model`,
    zh: (d) => `${d.path}：是用 "${d.packedWith}" 的权重与分词器压缩的，与 ${d.given} 不同；请给出原来的模型`,
  },
  'eval/packed-engine': {
    en: (d: { path: string; packedBy: string; here: string }) =>
      `${d.path}: the text that comes out is not the one that went in: the probabilities are computed otherwise here (packed by ${d.packedBy || 'unknown'}, here ${d.here || 'unknown'}); unpack it with the same kernels, threads and version`,
    zh: (d) =>
      `${d.path}：解出的文本与原文不符：此处算出的概率不同（压缩时为 ${d.packedBy || '未知'}，此处为 ${d.here || '未知'}）；请用相同的内核、线程数与版本解压`,
  },
  'eval/too-long': {
    en: (d: { where: string; tokens: number; most: number }) =>
      `${d.where}: at most ${d.most} tokens can be looked at, got ${d.tokens}; shorten the text`,
    zh: (d) => `${d.where}：最多查看 ${d.most} 个词元，得到 ${d.tokens} 个；请缩短文本`,
  },
});

/** Checks an integer option. */
export function checkInteger(where: string, option: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw fail('eval/option', { where, option, rule: `an integer ≥ ${least}`, got: value });
}
