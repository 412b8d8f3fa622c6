/** The errors of this room. */

import { defineErrors } from '../errors.ts';

export const fail = defineErrors({
  'apps/question': {
    en: (d: { most: number; got: number }) =>
      `question: must have from 1 to ${d.most} characters, got ${d.got}`,
    zh: (d) => `问题：须有 1 到 ${d.most} 个字符，得到 ${d.got}`,
  },
  'apps/option': {
    en: (d: { where: 'answer' | 'summary'; option: string; rule: string; zhRule: string; got: unknown }) =>
      `${d.where}: ${d.option} must be ${d.rule}, got ${String(d.got)}`,
    zh: (d) =>
      `${d.where === 'answer' ? '回答' : '摘要'}：${d.option} 必须${d.zhRule}，得到 ${String(d.got)}`,
  },
  'apps/window': {
    en: (d: { window: number; needed: number }) =>
      `answer: the model reads and writes ${d.window} tokens in all, and the question with one sentence of a passage and its answer needs ${d.needed}; ask without a model, or one with a longer context`,
    zh: (d) =>
      `回答：模型一共只能读写 ${d.window} 个词元，而问题、一句段落与回答需要 ${d.needed} 个；请不用模型，或换上下文更长的模型`,
  },
  'apps/no-text': {
    en: () => 'summary: the text must have at least one word, got none',
    zh: () => '摘要：文本至少要有一个词，得到的是空文本',
  },
  'apps/no-model': {
    en: (d: { method: string }) =>
      `summary: ${d.method} needs a model that writes; name one, or take extract, which needs none`,
    zh: (d) => `摘要：${d.method} 需要撰写的模型；请指定模型，或改用不需要模型的 extract`,
  },
  'apps/summary-window': {
    en: (d: { window: number; needed: number }) =>
      `summary: the model reads and writes ${d.window} tokens in all, and its task, one part and its summary need about ${d.needed}; ask for fewer tokens, take extract, or a model with a longer context`,
    zh: (d) =>
      `摘要：模型一共只能读写 ${d.window} 个词元，而任务说明、一个部分与其摘要约需 ${d.needed} 个；请减少所写词元，改用 extract，或换上下文更长的模型`,
  },
  'apps/summary-grows': {
    en: (d: { parts: number }) =>
      `summary: the summaries of ${d.parts} parts must be shorter than the parts, and these are not; take fewer tokens for each, or a model with a longer context`,
    zh: (d) =>
      `摘要：${d.parts} 个部分的摘要必须短于原文，而这些并没有变短；请减少每次所写的词元，或换上下文更长的模型`,
  },
  'apps/summary-parts': {
    en: (d: { most: number; got: number }) =>
      `summary: at most ${d.most} parts are summed up here, the text has ${d.got}; send less of it, take extract, or a model with a longer context`,
    zh: (d) =>
      `摘要：这里最多概括 ${d.most} 个部分，而文本有 ${d.got} 个；请缩短文本，改用 extract，或换上下文更长的模型`,
  },
  'apps/correction': {
    en: () => 'correction: the right answer must not be empty; say it in a sentence',
    zh: () => '更正：正确答案不能为空；请用一句话写出',
  },
});
