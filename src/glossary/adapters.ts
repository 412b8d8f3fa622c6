/** Words of what is trained beside a model. */

import { defineTerms } from './term.ts';

export const adapterTerms = defineTerms({
  adapter: {
    name: { en: 'adapter', zh: '适配器' },
    also: ['PEFT', 'parameter-efficient', '参数高效微调'],
    text: {
      en: 'A small file of numbers that is trained beside a model, which itself stays as it is. LoRA, IA³ and bottlenecks change its layers; prompts and prefixes stand before its text. One model can have many and change them; LoRA and IA³ can be merged into its weights and then cost nothing in writing. It fits only the model that it was trained with.',
      zh: '在模型旁边训练的一小组数，模型本身不变。LoRA、IA³ 与瓶颈适配器改动各层；提示与前缀则放在文本之前。一个模型可以有多个适配器，随时更换；LoRA 与 IA³ 可并入权重，写作时便不增加任何开销。适配器只适用于训练它时所用的那个模型。',
    },
  },
  lora: {
    name: { en: 'LoRA', zh: 'LoRA' },
    also: ['low-rank adaptation', '低秩适配', 'targets'],
    text: {
      en: 'An adapter that adds to a matrix the product of two narrow ones, B·A, times alpha / rank. The rank is how narrow they are: 8 is usual, and a percent or so of the numbers is trained. B begins at zero, so nothing changes at first. Targets are the layers that get one: of each block queries and values as a rule, all for much that is new.',
      zh: '一种适配器：给矩阵加上两个窄矩阵之积 B·A，再乘以 alpha / rank。秩（rank）即其窄边，常用 8，训练的数只占百分之一左右。B 从零开始，起初什么也不改变。targets 指哪些层要加：一般是每块的 query 与 value；新内容多时可取 all。',
    },
  },
  ia3: {
    name: { en: 'IA³', zh: 'IA³' },
    also: ['IA3', 'gains'],
    text: {
      en: 'An adapter that only makes numbers inside a model louder or softer: a gain for each output of keys and values and each input of the last feed-forward matrix. It has ten times fewer numbers than LoRA, wants a higher learning rate, and changes less.',
      zh: '一种适配器，只把模型内部的数放大或缩小：key 与 value 的每个输出、前馈最后一个矩阵的每个输入各有一个增益。它的数比 LoRA 少十倍，需要更高的学习率，能改变的也更少。',
    },
  },
  bottleneck: {
    name: { en: 'bottleneck adapter', zh: '瓶颈适配器' },
    also: ['bottleneck', 'Houlsby adapter', 'Pfeiffer adapter', 'inner size', '瓶颈'],
    text: {
      en: 'An adapter that puts a small network behind a layer: down to a few features, a bend, up again, added to what the layer gave. Behind attention and feed-forward part it is as Houlsby made it; behind the feed-forward part alone, with half the numbers, as Pfeiffer did. It cannot be merged into the weights, so it costs a little in writing.',
      zh: '一种适配器，在层后接一个小网络：先降到少数几个特征，经非线性再升回来，加到该层的输出上。注意力与前馈之后各接一个是 Houlsby 的做法；只在前馈之后接、参数减半，是 Pfeiffer 的做法。它不能并入权重，写作时略有开销。',
    },
  },
  virtualToken: {
    name: { en: 'virtual token', zh: '虚拟词元' },
    also: ['virtual tokens', 'soft prompt', '软提示'],
    text: {
      en: 'What stands before every text as a word would, but is no word of the vocabulary: its numbers are learned while the model stays as it is. Virtual tokens take the first places of the context, and a text has so many places less. A server reads them once and shares them among all texts.',
      zh: '像词一样放在每篇文本之前、却不是词表中的词：它的数是学来的，模型本身不变。虚拟词元占用上下文最前面的位置，文本可用的位置相应减少。服务器只读一次，供所有文本共用。',
    },
  },
  promptTuning: {
    name: { en: 'prompt tuning', zh: '提示微调' },
    also: ['prompt-tuning', 'start text', '提示调优'],
    text: {
      en: 'Virtual tokens that enter a model where words enter it, learned by themselves; they begin as words of the vocabulary or of a text. Nothing has fewer numbers. Large models learn as well by it as by training all of them, small ones clearly worse.',
      zh: '从词进入模型之处加入、直接学习的虚拟词元；以词表中的词或一段文字为起点。没有比它参数更少的方法。大模型用它能与全量训练相当，小模型则明显较差。',
    },
  },
  pTuning: {
    name: { en: 'P-tuning', zh: 'P-tuning' },
    also: ['p tuning v1', 'prompt encoder', 'encoder of p-tuning', '提示编码器'],
    text: {
      en: 'Prompt tuning whose virtual tokens are made by a small network, an LSTM as a rule, so that they depend on each other while they are learned. Afterwards the tokens alone are kept, and the network is not needed any more.',
      zh: '一种提示微调：虚拟词元由一个小网络（通常是 LSTM）生成，学习时彼此关联。学完只保留虚拟词元，不再需要网络。',
    },
  },
  prefixTuning: {
    name: { en: 'prefix tuning', zh: '前缀微调' },
    also: ['prefix-tuning', 'P-tuning v2', 'deep prompt', '前缀调优'],
    text: {
      en: 'Virtual tokens that have learned keys and values in every layer, so that they say more than words at the input can. While they are learned a small network makes them, which steadies training; P-tuning v2 learns them without one. What is kept is put into the memory of a text before it is read.',
      zh: '在每一层都有学来的键和值的虚拟词元，因而比输入处的词表达得更多。学习时由一个小网络生成，使训练更稳；P-tuning v2 则直接学习。保留下来的键和值在读文本之前放入其缓存。',
    },
  },
});
