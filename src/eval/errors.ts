/** The sentences of this room's errors. */

import { defineErrors } from '../errors.ts';

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
