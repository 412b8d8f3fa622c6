/** Words of scoring what a model said against what is right. */

import { defineTerms } from './term.ts';

export const evaluationTerms = defineTerms({
  accuracy: {
    name: { en: 'accuracy', zh: '准确率' },
    also: ['balanced accuracy', '平衡准确率', '正确率'],
    text: {
      en: 'The share of labels that are right. Where one label is frequent, always saying it scores high and is worth nothing; balanced accuracy takes the mean over the labels instead.',
      zh: '标签判断正确的比例。某一类特别多时，只要总猜它就能得高分，却毫无用处；平衡准确率改取各类的平均。',
    },
  },
  precisionRecall: {
    name: { en: 'precision and recall', zh: '精确率与召回率' },
    also: ['recall', 'f1', 'f-score', 'macro', 'micro', '精确率', '召回率', '宏平均', '微平均'],
    text: {
      en: 'Precision is the share of what was called so that is so, recall the share of what is so that was called so, and F1 lies between the two, near the smaller. The macro mean counts every label alike, the weighted mean by how often it is right, the micro mean every decision alike. What would be divided by zero counts 0.',
      zh: '精确率是判为该类者中确属该类的比例，召回率是属该类者中被判出的比例，F1 介于两者之间，偏向较小的一个。宏平均各类同权，加权平均按条数计，微平均每次判断同权。遇到除以零时按 0 计。',
    },
  },
  confusionMatrix: {
    name: { en: 'confusion matrix', zh: '混淆矩阵' },
    also: ['confusion', 'matthews', 'mcc', '马修斯相关系数'],
    text: {
      en: 'Which label was taken for which: a row for each right label, a column for each that was said. What stands off the diagonal is wrong, and shows where two labels are hard to tell apart.',
      zh: '哪一类被当成了哪一类：每行是一个正确标签，每列是一个判断结果。对角线以外都是错的，从中可看出哪两类难以区分。',
    },
  },
  bleu: {
    name: { en: 'BLEU', zh: 'BLEU' },
    also: ['sacrebleu', 'corpus bleu', 'sentence bleu', '13a'],
    text: {
      en: 'How many runs of one to four words a translation shares with its references, from 0 to 100, with a penalty for being short. It belongs to a whole corpus and depends on how words are cut, so the signature beside it must be the same before two figures are compared. Chinese is cut by characters.',
      zh: '译文与参考译文共有多少个一至四词的片段，取 0 到 100，过短则扣分。它以整个语料计算，并取决于如何切词，因此比较两个数值之前，旁边的签名必须相同。中文按字切分。',
    },
  },
  chrf: {
    name: { en: 'chrF', zh: 'chrF' },
    also: ['chrf++', 'character f-score'],
    text: {
      en: 'The same idea with runs of one to six characters, so that a word with another ending counts in part; recall counts twice as much as precision. chrF++ adds words and pairs of words. It needs no tokenizer.',
      zh: '同样的思路，但比较一至六个字符的片段，词尾不同的词也能部分得分；召回率的分量是精确率的两倍。chrF++ 另计单词与词对。它不需要分词。',
    },
  },
  rouge: {
    name: { en: 'ROUGE', zh: 'ROUGE' },
    also: ['rouge-1', 'rouge-2', 'rouge-l', 'rouge-lsum'],
    text: {
      en: 'How much of a reference summary is found in a summary: single words (1), pairs (2), or the longest sequence of words in the same order (L; Lsum line by line). The usual tool keeps only a–z and 0–9, so that Chinese would count nothing: here it is compared by characters.',
      zh: '摘要中包含了参考摘要的多少内容：单词（1）、词对（2），或次序相同的最长词序列（L；Lsum 逐行计算）。通行工具只保留 a–z 与 0–9，中文会一无所剩；这里中文按字比较。',
    },
  },
  exactMatch: {
    name: { en: 'exact match', zh: '完全匹配' },
    also: ['em', 'squad', 'cmrc'],
    text: {
      en: 'The share of answers that are the same as a right one, but for letter case and punctuation, and in English for articles and white space. The F1 beside it gives credit for a part: words in common, in Chinese the longest run in common.',
      zh: '与某个正确答案完全相同的比例，不计大小写与标点，英文也不计冠词与空白。旁边的 F1 对部分正确也给分：英文看共有的词，中文看最长的共有片段。',
    },
  },
  passAtK: {
    name: { en: 'pass@k', zh: 'pass@k' },
    also: ['pass at k', 'pass@1', 'pass@10'],
    text: {
      en: 'The chance that at least one of k attempts at a program passes its tests, estimated without bias from more attempts than k.',
      zh: '对一道编程题尝试 k 次、至少一次通过测试的概率，由多于 k 次的尝试无偏地估计。',
    },
  },
  ndcg: {
    name: { en: 'nDCG', zh: 'nDCG' },
    also: ['ndcg@10', 'map', 'mrr', 'recall@k', 'trec', '检索评测'],
    text: {
      en: 'How good the order of a search is: the relevance of what was found, less the further down it stands, divided by that of the best order. MAP is the mean precision at the ranks of what is relevant, MRR the mean of 1 / rank of the first such one.',
      zh: '检索排序有多好：所得结果的相关度随名次折减后相加，再除以最佳次序的值。MAP 是各相关结果名次处精确率的平均，MRR 是首个相关结果名次倒数的平均。',
    },
  },
  recommending: {
    name: { en: 'recommending', zh: '推荐' },
    also: [
      'recommender',
      'cold start',
      'collaborative filtering',
      'two towers',
      '冷启动',
      '协同过滤',
      '双塔',
    ],
    text: {
      en: 'Choosing items for a reader. By their texts, what is like what was read is chosen; by other readers (neighbours), what goes together with it, which cannot know a new item: that is the cold start. Two towers learn vectors of texts and readers so that what comes next lies near. Any of them must beat popularity, which says the same to everybody and is hard to beat.',
      zh: '为读者挑选条目。凭文本，选与所读相似的；凭其他读者（neighbours），选常与所读同被喜欢的，但对新条目一无所知，即冷启动。双塔则学习文本与读者的向量，使接下来会喜欢的靠得近。无论哪种都须胜过热门度：它对人人说同样的话，却不易胜过。',
    },
  },
  coverage: {
    name: { en: 'coverage, novelty, diversity', zh: '覆盖、新颖、多样' },
    also: ['coverage', 'novelty', 'mmr', 'maximal marginal relevance', '覆盖', '新颖', '多样'],
    text: {
      en: 'What recommendations are like beside being right. Coverage is the share of all items that anyone is shown; novelty the mean of −log₂ of the share of readers who liked what is shown, in bits; diversity 1 minus the mean likeness of two that are shown together. Maximal marginal relevance trades some of what is right for diversity.',
      zh: '推荐除命中之外的性质。覆盖是全部条目中有多少被推荐给了某人；新颖是所荐条目被喜欢的读者比例的 −log₂ 的平均，单位为比特；多样是 1 减去同一份推荐中两两相似度的平均。最大边际相关（MMR）以少许命中换取多样。',
    },
  },
  bootstrap: {
    name: { en: 'bootstrap', zh: '自助法' },
    also: ['confidence interval', '95 % interval', 'confidence', 'p-value', '置信区间', 'p 值'],
    text: {
      en: 'How sure a score is: it is computed again on as many records drawn from the same ones, many times, and the interval holds 95 % of the results. For two files both are drawn alike; p is the chance that so great a difference comes about although they are equally good.',
      zh: '分数有多可靠：从原有记录中有放回地抽取同样多条，反复重算，区间涵盖其中 95 % 的结果。比较两个文件时两者抽取相同的记录；p 值是两者其实一样好、却出现这么大差异的概率。',
    },
  },
  biasProbe: {
    name: { en: 'bias probe', zh: '偏见探测' },
    also: ['crows-pairs', 'bbq', 'stereoset', 'icat', 'stereotype', 'probe bias', '刻板印象'],
    text: {
      en: 'A file of items that show whom a model thinks less of. CrowS-Pairs asks which of two sentences is likelier, and 50 % is without bias; BBQ asks questions whose context may leave the answer open, and 0 is without bias; StereoSet also asks whether the model prefers sentences with a meaning, and joins both in ICAT. They find bias of the kinds they ask about, and that of no other.',
      zh: '一组题目，看模型对谁抱有偏见。CrowS-Pairs 比较两句话哪句更可能，50 % 即无偏；BBQ 提问，背景可能不足以作答，0 即无偏；StereoSet 还看模型是否偏好有意义的句子，两者合成 ICAT。它们只能查出所问到的那几类偏见。',
    },
  },
  exposure: {
    name: { en: 'exposure', zh: '暴露度' },
    also: ['canary', 'canaries', 'secret sharer', 'probe memory', '金丝雀'],
    text: {
      en: 'How well a model knows a secret of its training text by heart, in bits: the logarithm of how many secrets there could be, less that of the place of the true one when all are ranked by likelihood. The secrets, called canaries, are drawn at random and put into the text on purpose. One that was never read has about 1.4 bits.',
      zh: '模型把训练文本中的某个秘密记得多牢，以比特计：可能的秘密总数取对数，减去真正的那个按可能性排名后名次的对数。这些秘密称为金丝雀，是随机抽取、特意放进文本的。从未读过的约为 1.4 比特。',
    },
  },
  groupGaps: {
    name: { en: 'gaps between groups', zh: '群体差距' },
    also: [
      ...['demographic parity', 'equal opportunity', 'equalized odds', 'predictive parity', 'fairness'],
      ...['probe fairness', '人口均等', '机会均等', '均等几率', '预测均等', '公平性'],
    ],
    text: {
      en: 'How differently a classifier decides about groups of people. Demographic parity compares how often each is called positive, equal opportunity how often those who are positive are called so, equalized odds also how often the others are, predictive parity how often what was called positive is so. Except in rare cases they cannot all be met at once.',
      zh: '分类器对不同群体的判断有多大差别。人口均等比较各群体被判为正类的比例；机会均等比较确属正类者被判出的比例；均等几率还比较不属者被误判的比例；预测均等比较判为正类者中属实的比例。除少数情形外，它们无法同时满足。',
    },
  },
  wordErrorRate: {
    name: { en: 'word error rate', zh: '词错误率' },
    also: ['WER', 'CER', 'character error rate', 'listen', 'transcription', '字错误率', '听写'],
    text: {
      en: 'How far what was heard is from what was said: words that were exchanged, left out and put in, divided by the words that were said. 0 is perfect; it may be above 1. By characters it is the character error rate, which suits Chinese.',
      zh: '听写结果与原话相差多远：替换、漏掉与多出的词数，除以原话的词数。0 为全对，也可能大于 1。按字计算即字错误率，适合中文。',
    },
  },
  attack: {
    name: { en: 'attack on a model', zh: '对模型的攻击' },
    also: [
      'jailbreak',
      'prompt injection',
      'data extraction',
      'probe security',
      '越狱',
      '提示注入',
      '数据套取',
    ],
    text: {
      en: 'A text that makes a model do what it should not. A jailbreak talks it out of its rules, a prompt injection hides an instruction in a document that it reads, a data extraction gets out what it was told to keep. That none of a list succeeds does not show that none can.',
      zh: '诱使模型做不该做之事的文字。越狱劝它抛开规则，提示注入把指令藏在它所读的文档里，数据套取则套出它应当保守的内容。一份清单上的攻击都未得逞，并不表示没有攻击能得逞。',
    },
  },
});
