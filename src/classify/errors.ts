/** What can go wrong when texts are classified. */

import { defineErrors } from '../errors.ts';

export const fail = defineErrors({
  'classify/option': {
    en: (d: { where: string; option: string; rule: string; zhRule: string; got: unknown }) =>
      `${d.where}: \`${d.option}\` must be ${d.rule}, got ${String(d.got)}`,
    zh: (d) => `${d.where}：\`${d.option}\` 必须${d.zhRule}，得到 ${String(d.got)}`,
  },
  'classify/no-label': {
    en: (d: { where: string; record: number; text: string }) =>
      `${d.where}: text ${d.record} ("${d.text}") has no label; give each text one, or name the column with --label-column`,
    zh: (d) =>
      `${d.where}：第 ${d.record} 条文本（“${d.text}”）没有标签；请为每条文本给出标签，或用 --label-column 指定标签列`,
  },
  'classify/no-test': {
    en: () => 'classify: at least 1 text is needed to test on, got none; give a file with texts as --test',
    zh: () => '分类：检验至少需要 1 条文本，而这里没有；请用 --test 给出含有文本的文件',
  },
  'classify/one-label': {
    en: (d: { where: string; labels: readonly string[] }) =>
      `${d.where}: at least 2 different labels are needed to learn from, got ${d.labels.length === 0 ? 'none' : `only "${d.labels[0]}"`}; give more texts, or another label column`,
    zh: (d) =>
      `${d.where}：至少要有 2 种标签才能学习，${d.labels.length === 0 ? '而数据是空的' : `而这里只有 "${d.labels[0]}"`}；请提供更多文本，或换一个标签列`,
  },
  'classify/many-labels': {
    en: (d: { where: string; labels: number; limit: number }) =>
      `${d.where}: at most ${d.limit} different labels can be learnt, got ${d.labels}; is this the label column?`,
    zh: (d) => `${d.where}：至多可学 ${d.limit} 种标签，得到 ${d.labels} 种；这是标签列吗？`,
  },
  'classify/no-features': {
    en: (d: { where: string }) =>
      `${d.where}: no word or character is left to learn from; lower \`minDocuments\` or give more text`,
    zh: (d) => `${d.where}：没有可供学习的词或字；请降低 \`minDocuments\` 或提供更多文本`,
  },
  'classify/too-large': {
    en: (d: { method: string; labels: number; features: number; limit: number }) =>
      `${d.method}: labels × features must be at most ${d.limit}, got ${d.labels} × ${d.features}; keep fewer features with \`maxFeatures\``,
    zh: (d) =>
      `${d.method}：标签数 × 特征数至多为 ${d.limit}，得到 ${d.labels} × ${d.features}；请用 \`maxFeatures\` 减少特征`,
  },
  'classify/diverged': {
    en: (d: { method: string }) => `${d.method}: the loss diverged; try a smaller \`lr\` or another \`seed\``,
    zh: (d) => `${d.method}：损失发散；请减小 \`lr\` 或换一个 \`seed\``,
  },
  'classify/no-classifier': {
    en: (d: { folder: string }) =>
      `${d.folder}: is no classifier (there is no classifier.json in it); make one with inkstone classify train`,
    zh: (d) => `${d.folder}：不是分类器（其中没有 classifier.json）；可用 inkstone classify train 训练一个`,
  },
  'classify/damaged': {
    en: (d: { path: string; reason: string }) =>
      `${d.path}: is no classifier that can be read: ${d.reason}; train it again`,
    zh: (d) => `${d.path}：不是可读的分类器：${d.reason}；请重新训练`,
  },
  'classify/other-content': {
    en: (d: { folder: string; found: string }) =>
      `${d.folder}: holds something else than a classifier (${d.found}); choose another folder`,
    zh: (d) => `${d.folder}：其中已有分类器以外的内容（${d.found}）；请换一个目录`,
  },
  'classify/no-weights': {
    en: (d: { method: string }) =>
      `${d.method}: no single word decides here, only linear methods can be explained; use naive-bayes, svm or perceptron`,
    zh: (d) =>
      `${d.method}：这里的判断不由单个词决定，只有线性方法可以解释；请用 naive-bayes、svm 或 perceptron`,
  },
});

/** A rule of a number, in words. */
export interface Rule {
  readonly test: (value: number) => boolean;
  readonly en: string;
  readonly zh: string;
}

export const positive: Rule = { test: (x) => x > 0 && x < Infinity, en: 'a positive number', zh: '为正数' };
export const wholePositive: Rule = {
  test: (x) => Number.isSafeInteger(x) && x >= 1,
  en: 'a whole number of at least 1',
  zh: '为不小于 1 的整数',
};
export const dropRate: Rule = { test: (x) => x >= 0 && x < 1, en: 'in [0, 1)', zh: '在 [0, 1) 之内' };

export function requireNumber(where: string, option: string, value: number, rule: Rule): void {
  if (!rule.test(value)) {
    throw fail('classify/option', { where, option, rule: rule.en, zhRule: rule.zh, got: value });
  }
}
