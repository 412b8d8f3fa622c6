/** The errors of this room. */

import { defineErrors } from '../errors.ts';

export const fail = defineErrors({
  'context/budget': {
    en: (d: { maxTokens: number }) =>
      `chunks: the budget must be a whole number of tokens, at least 1, got ${d.maxTokens}`,
    zh: (d) => `切块：预算必须是不小于 1 的整数个词元，得到 ${d.maxTokens}`,
  },
  'context/overlap': {
    en: (d: { overlapTokens: number; maxTokens: number }) =>
      `chunks: the overlap must be a whole number from 0 to half of the budget (${Math.floor(d.maxTokens / 2)}), got ${d.overlapTokens}`,
    zh: (d) =>
      `切块：重叠必须是 0 到预算一半（${Math.floor(d.maxTokens / 2)}）之间的整数，得到 ${d.overlapTokens}`,
  },
  'context/character': {
    en: (d: { maxTokens: number; character: string; tokens: number }) =>
      `chunks: one character must fit into ${d.maxTokens} tokens, and "${d.character}" is ${d.tokens}; raise the budget`,
    zh: (d) =>
      `切块：单个字符必须放得进 ${d.maxTokens} 个词元，而 "${d.character}" 有 ${d.tokens} 个；请提高预算`,
  },
});
