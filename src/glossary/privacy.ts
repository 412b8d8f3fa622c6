/** Words of private training. */

import { defineTerms } from './term.ts';

export const privacyTerms = defineTerms({
  private: {
    name: { en: 'differential privacy', zh: '差分隐私' },
    also: ['private', 'DP', 'DP-SGD', 'ε', '隐私预算'],
    text: {
      en: 'A promise about training: whether one example was in the text changes the probability of no outcome by more than a factor of e^ε, but for a probability δ. So little can be learned from the model about any of them. ε of 1 is strict, 8 usual for language models. It costs quality, less of it with more text and larger batches. Of a person who wrote many examples it says less.',
      zh: '对训练的一种保证：文本中有无某一个样本，任何结果的概率至多相差 e^ε 倍，例外的概率为 δ。因此从模型中几乎看不出任何单个样本的内容。ε 为 1 属严格，语言模型常用 8。代价是质量下降，文本越多、批次越大则下降越少。若一个人写了许多样本，保证相应减弱。',
    },
  },
  privateNoise: {
    name: { en: 'private noise', zh: '隐私噪声' },
    also: ['private-noise', 'noise multiplier', 'sigma', '噪声倍数'],
    text: {
      en: 'How much chance is added to each step of a private training: the standard deviation, in units of the longest gradient that an example may have. More noise, a smaller ε, and a worse model.',
      zh: '隐私训练每一步加入多少随机性：标准差，以单个样本梯度的最大长度为单位。噪声越大，ε 越小，模型越差。',
    },
  },
  privateClip: {
    name: { en: 'private clip', zh: '逐样本裁剪' },
    also: ['private-clip', 'per-example clipping', 'per-sample clipping', '逐例裁剪'],
    text: {
      en: 'In a private training the gradient of each single example is shortened to this length, so that none has more say than another; ordinary clipping shortens their mean. With AdamW the value itself matters little, since noise grows with it.',
      zh: '隐私训练把每一个样本的梯度各自缩短到不超过此长度，使任何样本的作用都有限；普通裁剪只缩短它们的均值。噪声随之成比例，故用 AdamW 时取值影响不大。',
    },
  },
  privateDelta: {
    name: { en: 'private delta', zh: '隐私 δ' },
    also: ['private-delta', 'delta', 'δ'],
    text: {
      en: 'The probability that the promise of ε does not hold. It should be far below one in as many as there are examples; a tenth of that is the default.',
      zh: 'ε 的保证不成立的概率。应远小于样本数的倒数，默认为其十分之一。',
    },
  },
  privateUnit: {
    name: { en: 'private unit', zh: '保护单位' },
    also: ['private-unit', 'privacy unit', '隐私单位'],
    text: {
      en: 'What one example is, and so what is protected. document: a whole text; of one longer than the context each step sees a piece, and all of it is protected. piece: as much text as the context holds, cut anywhere; a longer text is many of them, and is protected less.',
      zh: '一个样本指什么，也就是保护什么。document：整篇文本；比上下文长的文本每步只看其中一段，但整篇都受保护。piece：与上下文等长、任意切分的片段；较长的文本含有许多片段，保护相应减弱。',
    },
  },
});
