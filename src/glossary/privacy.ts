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
  federated: {
    name: { en: 'federated learning', zh: '联邦学习' },
    also: ['federated', 'federate', 'FedAvg', 'federated averaging', '联邦平均'],
    text: {
      en: 'Training one model with many who do not show their texts: a coordinator sends the weights, each client trains on its own text for a while and sends back the difference, and the coordinator takes their mean, by how much text each has (FedAvg). The less alike the texts are, the shorter clients should train between two rounds. What is sent still says something about the text: secure aggregation hides single differences, differential privacy what the mean tells.',
      zh: '与众多不愿交出文本的参与者共同训练一个模型：协调方下发权重，各客户端用自己的文本训练一段并送回差值，协调方按文本量取平均（FedAvg）。各方文本差别越大，两轮之间就应训练得越短。送回的内容仍会透露文本的一些信息：安全聚合隐藏单个差值，差分隐私限制平均值所透露的内容。',
    },
  },
  fedsgd: {
    name: { en: 'FedSGD', zh: 'FedSGD' },
    also: ['federated SGD', '联邦梯度下降'],
    text: {
      en: 'Federated learning in which each client sends one gradient of all its text in each round. With all clients the result is exactly the step that training on all texts together would make, however different they are. It takes many more rounds than training for a while in each.',
      zh: '每轮每个客户端只送出全部文本的一个梯度的联邦学习。若全体参与，无论各方文本差别多大，结果都与把文本放在一起所走的一步相同。所需轮数远多于每轮训练一段的做法。',
    },
  },
  secureAggregation: {
    name: { en: 'secure aggregation', zh: '安全聚合' },
    also: ['secure', 'secure sum', 'masked sum', '安全求和'],
    text: {
      en: 'A way to add up numbers of many so that only the sum can be seen: every two clients agree on a mask that one adds and the other takes away. Shares of the secrets let those who stay take off the masks of those who went away. It stands against a coordinator that keeps to the protocol and is curious, not against one that shows false keys.',
      zh: '把多方的数相加而只让人看到总和的方法：每两个客户端约定一个掩码，一方加上、另一方减去。密钥的份额使留下的客户端能消去离开者的掩码。它防的是遵守协议而好奇的协调方，防不了出示假密钥的协调方。',
    },
  },
  nonIid: {
    name: { en: 'non-IID', zh: '非独立同分布' },
    also: ['IID', 'mixed', '独立同分布'],
    text: {
      en: 'Of clients: each has text of another kind, as each person writes in another way. IID (independent and identically distributed) is the opposite: texts dealt out by chance, so that every client has the like. Training for long between rounds suits IID clients; others drift apart.',
      zh: '指各客户端的文本类型不同，正如人各有其文风。独立同分布（IID）则相反：文本随机分配，各客户端彼此相似。IID 时两轮之间可以训练得久一些；否则各方会渐行渐远。',
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
