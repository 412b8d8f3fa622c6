/** Every score by name, with its words: what it is called, what it says, which way is better. */

import { nearest } from '../../errors.ts';
import type { Label } from '../../plots/index.ts';
import { fail } from '../errors.ts';

export interface MetricRow {
  readonly name: Label;
  readonly doc: Label;
  /** A share in [0, 1] that is shown in percent; else the figure itself. */
  readonly isShare: boolean;
  readonly isLowerBetter?: boolean;
}

const share = (en: string, zh: string, docEn: string, docZh: string): MetricRow => ({
  name: { en, zh },
  doc: { en: docEn, zh: docZh },
  isShare: true,
});
const figure = (en: string, zh: string, docEn: string, docZh: string): MetricRow => ({
  ...share(en, zh, docEn, docZh),
  isShare: false,
});
const error = (...words: Parameters<typeof share>): MetricRow => ({
  ...figure(...words),
  isLowerBetter: true,
});

/** By name; `@k` stands for a depth or a number of attempts. */
export const metricTable = {
  accuracy: share('accuracy', '准确率', 'share of right labels', '标签正确的比例'),
  'balanced-accuracy': share(
    'balanced accuracy',
    '平衡准确率',
    'mean recall of the labels',
    '各类召回率的平均',
  ),
  'macro-precision': share(
    'precision, macro',
    '精确率（宏平均）',
    'share of what was called so that is so, mean over labels',
    '判为该类者中确属该类的比例，各类平均',
  ),
  'macro-recall': share(
    'recall, macro',
    '召回率（宏平均）',
    'share of what is so that was called so, mean over labels',
    '属该类者中被判出的比例，各类平均',
  ),
  'macro-f1': share(
    'F1, macro',
    'F1（宏平均）',
    'mean F1 of the labels, each counting alike',
    '各类 F1 的平均，各类同权',
  ),
  'weighted-f1': share(
    'F1, weighted',
    'F1（加权平均）',
    'mean F1 of the labels, each by how often it is right',
    '各类 F1 按该类条数加权平均',
  ),
  'micro-f1': share(
    'F1, micro',
    'F1（微平均）',
    'all decisions together; with one label a record, the accuracy',
    '所有判断合并计算；每条一个标签时即准确率',
  ),
  matthews: figure(
    'Matthews correlation',
    '马修斯相关系数',
    '1 is perfect, 0 is chance, also where one label is frequent',
    '1 为全对，0 为碰运气，类别悬殊时亦然',
  ),
  kappa: figure('Cohen’s kappa', 'Cohen kappa', 'agreement beyond chance', '超出偶然的一致程度'),
  bleu: figure(
    'BLEU',
    'BLEU',
    '0 to 100: n-grams of words shared with the references',
    '0 到 100：与参考共有的词 n 元组',
  ),
  chrf: figure(
    'chrF',
    'chrF',
    '0 to 100: n-grams of characters shared with the references',
    '0 到 100：与参考共有的字符 n 元组',
  ),
  'chrf++': figure('chrF++', 'chrF++', 'chrF with words and pairs of words', '另计单词与词对的 chrF'),
  'rouge-1': share('ROUGE-1', 'ROUGE-1', 'F1 of words', '词的 F1'),
  'rouge-2': share('ROUGE-2', 'ROUGE-2', 'F1 of pairs of words', '词对的 F1'),
  'rouge-l': share('ROUGE-L', 'ROUGE-L', 'F1 of the longest common subsequence', '最长公共子序列的 F1'),
  'rouge-lsum': share('ROUGE-Lsum', 'ROUGE-Lsum', 'ROUGE-L line by line', '逐行的 ROUGE-L'),
  'exact-match': share(
    'exact match',
    '完全匹配',
    'the same but for letter case and punctuation',
    '除大小写与标点外完全相同',
  ),
  f1: share(
    'F1',
    'F1',
    'words (of Chinese the longest run) shared with the answer',
    '与答案共有的词（中文为最长连续片段）',
  ),
  mse: error('MSE', '均方误差', 'mean squared error', '误差平方的平均'),
  rmse: error('RMSE', '均方根误差', 'root of the mean squared error', '均方误差的平方根'),
  mae: error('MAE', '平均绝对误差', 'mean absolute error', '误差绝对值的平均'),
  r2: figure('R²', 'R²', '1 is perfect, 0 is always saying the mean', '1 为全对，0 相当于总答平均值'),
  pearson: figure('Pearson', '皮尔逊相关', 'correlation of the values', '数值的相关系数'),
  spearman: figure('Spearman', '斯皮尔曼相关', 'correlation of the ranks', '名次的相关系数'),
  'pass@k': share('pass@k', 'pass@k', 'at least one of k attempts passes', 'k 次尝试中至少一次通过'),
  'ndcg@k': share(
    'nDCG@k',
    'nDCG@k',
    'relevance of the first k, discounted by rank',
    '前 k 条的相关度，按名次折减',
  ),
  'recall@k': share(
    'recall@k',
    '召回率@k',
    'share of the relevant ones among the first k',
    '相关者进入前 k 条的比例',
  ),
  'precision@k': share(
    'precision@k',
    '精确率@k',
    'share of the first k that is relevant',
    '前 k 条中相关者的比例',
  ),
  'success@k': share(
    'success@k',
    '命中率@k',
    'a relevant one is among the first k',
    '前 k 条中至少有一条相关',
  ),
  map: share('MAP', 'MAP', 'mean precision at the ranks of the relevant ones', '各相关者名次处精确率的平均'),
  mrr: share('MRR', 'MRR', 'mean of 1 / rank of the first relevant one', '首个相关者名次倒数的平均'),
  perplexity: error(
    'perplexity',
    '困惑度',
    'e to the mean of −ln p of the tokens',
    '词元 −ln p 的平均取 e 的幂',
  ),
  'bits-per-token': error('bits per token', '比特/词元', 'mean of −log₂ p', '−log₂ p 的平均'),
  'bits-per-character': error(
    'bits per character',
    '比特/字',
    'bits of the text by its characters',
    '文本所需比特摊到每字',
  ),
  'bits-per-byte': error(
    'bits per byte',
    '比特/字节',
    'bits of the text by its UTF-8 bytes',
    '文本所需比特摊到每个 UTF-8 字节',
  ),
  slor: figure(
    'SLOR',
    'SLOR',
    'fluency: nats a token that the order of the words is worth; about 0 for shuffled words',
    '流畅度：词序带来的奈特/词元；词序打乱后约为 0',
  ),
  'repetition-free': share(
    'repetition-free',
    '无复读',
    'share of runs of 4 tokens not seen before in their text',
    '四元组中在本篇首次出现者的比例',
  ),
  groundedness: share(
    'groundedness',
    '有据',
    'share of the content words of the text that stand in the source; the rest is new',
    '文本的实词中见于原文的比例，其余为新增内容',
  ),
  coverage: share(
    'coverage',
    '覆盖',
    'share of the content words of the source that stand in the text',
    '原文的实词中见于文本的比例',
  ),
  'number-accuracy': share(
    'numbers',
    '数字',
    'share of the numbers in the text that stand in the source',
    '文本中的数字见于原文的比例',
  ),
} as const satisfies { readonly [name: string]: MetricRow };

export type MetricFamily = keyof typeof metricTable;

/** `recall@5` → `recall@k`. */
export const familyOf = (metric: string): MetricFamily => metric.replace(/@\d+$/, '@k') as MetricFamily;

/** The words of a metric, with its own k. */
export function metricRow(metric: string): MetricRow {
  const row: MetricRow = metricTable[familyOf(metric)];
  const own = (words: string): string => words.replace('@k', metric.match(/@\d+$/)?.[0] ?? '');
  return {
    ...row,
    name: typeof row.name === 'string' ? own(row.name) : { en: own(row.name.en), zh: own(row.name.zh) },
  };
}

/** Those of `available` that are wanted, in the order wanted: by name, or `recall@k` for every depth. @throws of another name */
export function chooseMetrics(available: readonly string[], wanted: readonly string[] | undefined): string[] {
  if (!wanted) return [...available];
  return wanted.flatMap((name) => {
    const found = available.filter((metric) => metric === name || familyOf(metric) === name);
    if (found.length > 0) return found;
    throw fail('eval/metric', { name, known: available, near: nearest(name, available) });
  });
}
