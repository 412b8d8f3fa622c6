/** The errors of this room. */

import { defineErrors } from '../errors.ts';

export const fail = defineErrors({
  'apps/question': {
    en: (d: { most: number; got: number }) =>
      `question: must have from 1 to ${d.most} characters, got ${d.got}`,
    zh: (d) => `问题：须有 1 到 ${d.most} 个字符，得到 ${d.got}`,
  },
  'apps/option': {
    en: (d: { option: string; rule: string; zhRule: string; got: unknown }) =>
      `answer: ${d.option} must be ${d.rule}, got ${String(d.got)}`,
    zh: (d) => `回答：${d.option} 必须${d.zhRule}，得到 ${String(d.got)}`,
  },
  'apps/window': {
    en: (d: { window: number; needed: number }) =>
      `answer: the model reads and writes ${d.window} tokens in all, and the question with one sentence of a passage and its answer needs ${d.needed}; ask without a model, or one with a longer context`,
    zh: (d) =>
      `回答：模型一共只能读写 ${d.window} 个词元，而问题、一句段落与回答需要 ${d.needed} 个；请不用模型，或换上下文更长的模型`,
  },
  'apps/correction': {
    en: () => 'correction: the right answer must not be empty; say it in a sentence',
    zh: () => '更正：正确答案不能为空；请用一句话写出',
  },
});
