/** What can go wrong when a writer is trained against a critic. */

import { defineErrors } from '../errors.ts';

export const fail = defineErrors({
  'gan/option': {
    en: (d: { option: string; rule: string; zhRule: string; got: unknown }) =>
      `gan: \`${d.option}\` must be ${d.rule}, got ${String(d.got)}`,
    zh: (d) => `gan：\`${d.option}\` 必须${d.zhRule}，得到 ${String(d.got)}`,
  },
  'gan/unbounded': {
    en: () =>
      'gan: the wasserstein loss needs a critic that is held back, got none of gradientPenalty, weightClip and spectralNorm; choose one',
    zh: () =>
      'gan：wasserstein 损失需要受约束的判别器，而 gradientPenalty、weightClip、spectralNorm 都没有给出；请选一种',
  },
  'gan/two-bounds': {
    en: () => 'gan: gradientPenalty and weightClip hold the critic back in two ways; choose one',
    zh: () => 'gan：gradientPenalty 与 weightClip 是约束判别器的两种方式；请只选一种',
  },
  'gan/too-long': {
    en: (d: { length: number; contextLength: number }) =>
      `gan: texts of ${d.length} tokens do not fit a context of ${d.contextLength}; choose a smaller length`,
    zh: (d) => `gan：${d.length} 个词元的文本放不进 ${d.contextLength} 的上下文；请减小长度`,
  },
  'gan/too-large': {
    en: (d: { numbers: number; limit: number }) =>
      `gan: a batch as shares of the vocabulary has ${d.numbers} numbers, at most ${d.limit} are allowed; choose a smaller batch, shorter texts, the policy gradient, or another hold than the gradient penalty`,
    zh: (d) =>
      `gan：一个批次按词表份额展开有 ${d.numbers} 个数，上限为 ${d.limit}；请减小批次或长度，或改用策略梯度，或换掉梯度惩罚`,
  },
});
