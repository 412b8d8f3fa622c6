/** Words of telling texts apart. */

import { defineTerms } from './term.ts';

export const classificationTerms = defineTerms({
  boltzmannMachine: {
    name: { en: 'Boltzmann machine', zh: '玻尔兹曼机' },
    also: [
      'RBM',
      'deep belief network',
      'DBN',
      'contrastive divergence',
      '受限玻尔兹曼机',
      '深度信念网络',
      '对比散度',
    ],
    text: {
      en: 'A restricted Boltzmann machine gives every pattern of visible units a probability, through hidden units that are not tied to each other. It is learnt without labels: towards the data, away from what it dreams after k steps (contrastive divergence, CD-k). Stacked one on another they are a deep belief network, in 2006 the first way to train many layers. Rectified units, better starting weights, dropout and more labelled data made it needless: back-propagation alone does better.',
      zh: '受限玻尔兹曼机通过彼此不相连的隐单元，给可见单元的每种取值一个概率。学习不用标签：向数据靠近，同时远离它自己走 k 步“梦”出的样本（对比散度 CD-k）。一层层叠起来就是深度信念网络，2006 年首次使多层网络得以训练。后来有了 ReLU、更好的初始化、dropout 和更多标注数据，单靠反向传播即可做得更好，它便退出了。',
    },
  },
  naiveBayes: {
    name: { en: 'naive Bayes', zh: '朴素贝叶斯' },
    also: ['naive-bayes', 'complement-bayes', 'multinomial', 'complement naive bayes', '补集朴素贝叶斯'],
    text: {
      en: 'Counts how often each word stands in the texts of each label and multiplies the shares as if words did not depend on each other. That is false, so its probabilities are too sure, but the label is often right, and it learns in one pass. complement-bayes counts the texts of all other labels instead, which is steadier where labels differ in size.',
      zh: '统计每个词在各标签文本中出现的比例，再把这些比例相乘，仿佛词与词互不相关。这一假设并不成立，所以给出的概率过于自信，但判断往往正确，而且只需遍历一遍。complement-bayes 改为统计其余标签的文本，在各标签数量悬殊时更稳。',
    },
  },
  supportVectors: {
    name: { en: 'support vector machine', zh: '支持向量机' },
    also: ['svm', 'linear svm', 'hinge loss', '合页损失'],
    text: {
      en: 'Gives each word a weight so that the texts of two labels lie as far as possible from the border between them. Only texts near the border decide where it lies. With several labels each is parted from all the others. It is hard to beat on few texts.',
      zh: '给每个词一个权重，使两类文本离分界线尽可能远；只有靠近分界线的文本决定它的位置。标签多于两种时，每一种与其余各自分开。文本不多时很难被超过。',
    },
  },
  margin: {
    name: { en: 'margin', zh: '间隔' },
    also: ['margins', 'decision value', '决策值'],
    text: {
      en: 'On which side of the border a text lies, and how far: above 0 the label holds, and a larger value is surer. It is no probability, and margins of different classifiers cannot be compared.',
      zh: '文本落在分界线的哪一侧、离得多远：大于 0 即属于该标签，越大越有把握。它不是概率，不同分类器的间隔也不能互相比较。',
    },
  },
  perceptron: {
    name: { en: 'perceptron', zh: '感知机' },
    also: ['mlp', 'multi-layer perceptron', 'hidden layer', '多层感知机'],
    text: {
      en: 'The oldest learning neuron: a weighted sum, corrected after every mistake. It finds a line between two classes if there is one, and nothing else: not even "one or the other but not both" (XOR). With a layer between input and output (mlp), learnt by back-propagation, it can.',
      zh: '最早的会学习的神经元：加权求和，每错一次就修正一次。两类之间若有一条直线可分，它必能找到；否则无能为力，连“二者恰居其一”（异或）都学不会。在输入与输出之间加一层（mlp），用反向传播学习，就能学会。',
    },
  },
  textCnn: {
    name: { en: 'text CNN', zh: '文本卷积网络' },
    also: ['cnn', 'convolution', 'pooling', 'max pooling', '卷积', '池化'],
    text: {
      en: 'A network whose filters each look for one pattern of a few neighbouring words, wherever it stands. Pooling keeps the strongest answer of each filter (or the mean), so that texts of any length give equally many numbers.',
      zh: '网络中的每个滤波器各找一种由几个相邻的词组成的模式，不论它出现在何处。池化只保留每个滤波器最强的响应（或平均值），因此任何长度的文本都得到同样多的数。',
    },
  },
  tfIdf: {
    name: { en: 'tf-idf', zh: 'tf-idf' },
    also: ['tfidf', 'term frequency', 'inverse document frequency', '词频', '逆文档频率'],
    text: {
      en: 'How often a word stands in a text, times how rare it is in all texts: words that stand everywhere count little, a rare one counts much.',
      zh: '词在一篇文本中出现的次数，乘以它在全部文本中的稀有程度：处处都有的词分量小，少见的词分量大。',
    },
  },
});
