import { defineWords } from '../../words.ts';

export const homeWords = defineWords({
  title: { en: 'Start', zh: '开始' },
  headline: { en: 'A language model of your own', zh: '一个你自己的语言模型' },
  lead: {
    en: 'Trained on this machine, from a text you choose. Watch it learn, let it write, look inside, and cure it of repeating itself.',
    zh: '在这台机器上，从你选的文本训练出来。看它学习，让它写作，瞧瞧内部，并治好它的复读。',
  },
  begin: { en: 'Give it a beginning', zh: '给它一个开头' },
  write: { en: 'Write', zh: '写' },
  with: { en: (model: string) => `written by ${model}`, zh: (model: string) => `由 ${model} 来写` },
  noModel: {
    en: 'No model yet. Train one: two minutes are enough.',
    zh: '还没有模型。训练一个吧，两分钟就够。',
  },
  train: { en: 'Train a model', zh: '训练一个模型' },
  latest: { en: 'Latest runs', zh: '最近的训练' },
  bits: {
    en: (bits: string) => `${bits} bits/char`,
    zh: (bits: string) => `${bits} 比特/字`,
  },
  all: { en: 'All runs', zh: '全部训练' },
  runs: {
    en: 'Start a training and watch its loss fall; stop it, go on later, compare.',
    zh: '开始一次训练，看损失下降；可停、可续、可比较。',
  },
  writePage: {
    en: 'Each token with its probability and what else it could have been.',
    zh: '每个词元的概率，以及它原本还可能是什么。',
  },
  chat: { en: 'Conversations with branches, kept by the server.', zh: '可分支的对话，由服务器保存。' },
  tasks: {
    en: 'A text translated, summed up, classified, or with its blanks filled.',
    zh: '把一段文字翻译、摘要、分类，或填出空缺。',
  },
  apps: {
    en: 'An assistant with tools, a customer service with a person behind it, a tutor.',
    zh: '带工具的助手、有人工接手的客服、出题的老师。',
  },
  music: { en: 'Tunes written, shown as a score, checked and played.', zh: '写曲子，看乐谱，检查并演奏。' },
  repetition: {
    en: 'Which ways of writing fall into loops, measured beside people.',
    zh: '哪些写法会陷入循环，与人的文字并排度量。',
  },
  inside: {
    en: 'Attention, what each layer would say, where words lie.',
    zh: '注意力、每层的预测、词在空间中的位置。',
  },
  documents: {
    en: 'Answers from your own texts, each sentence with its place.',
    zh: '从自己的文本中回答，每句都有出处。',
  },
  label: {
    en: 'Two people give labels; how far they agree; data to train on.',
    zh: '两人标注，度量一致程度，导出训练数据。',
  },
  review: { en: 'Flagged texts wait for a person’s decision.', zh: '被标记的文本等人裁决。' },
});
