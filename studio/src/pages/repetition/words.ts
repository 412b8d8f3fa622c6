import { defineWords } from '../../words.ts';

export const repetitionWords = defineWords({
  title: { en: 'Repetition', zh: '复读' },
  lead: {
    en: 'How often each way of writing falls into loops, beside what people write.',
    zh: '各种写法多常陷入循环，与人的文字并排比较。',
  },
  model: { en: 'Model', zh: '模型' },
  prompts: { en: 'Beginnings', zh: '开头数' },
  tokens: { en: 'Tokens each', zh: '每篇词元数' },
  asFits: { en: 'as fits', zh: '自动' },
  guard: { en: 'Each also with the guard', zh: '每种策略再加护栏' },
  seed: { en: 'Seed', zh: '种子' },
  start: { en: 'Start the lab', zh: '开始实验' },
  again: { en: 'Measure again', zh: '重新测量' },
  stop: { en: 'Stop', zh: '停止' },
  starting: { en: 'Loading the model and its texts …', zh: '正在载入模型与文本……' },
  stage: {
    en: (done: number, total: number, stage: string) => `${done} of ${total}: ${stage}`,
    zh: (done: number, total: number, stage: string) => `${done} / ${total}：${stage}`,
  },
  running: {
    en: 'It runs in a process of its own; writing and training go on. You may leave this page.',
    zh: '实验在单独的进程中进行，写作与训练不受影响。可以离开本页。',
  },
  failed: { en: 'The lab stopped', zh: '实验中止了' },
  measured: { en: 'Not measured to the end; this is what had come.', zh: '没有测完；以下是已测得的部分。' },
  empty: { en: 'Not measured yet', zh: '尚未测量' },
  emptyHow: {
    en: 'The lab lets the model continue texts of people in a dozen ways, counts how it repeats itself, looks for the causes, and names the cure that fits. About a minute on a small model.',
    zh: '实验室让模型用十来种方式续写人的文字，统计它如何复读，查找原因，并给出适合的办法。小模型约需一分钟。',
  },
  strategy: { en: 'strategy', zh: '策略' },
  repeated: { en: 'repeated 4-grams', zh: '重复的四元组' },
  stuck: { en: 'stuck in a loop', zh: '陷入循环' },
  people: { en: 'people', zh: '人' },
  withGuard: { en: 'with the guard', zh: '加护栏' },
  without: { en: 'without the guard', zh: '不加护栏' },
  repeats: { en: 'This model repeats itself', zh: '这个模型会复读' },
  fine: { en: 'This model hardly repeats itself', zh: '这个模型几乎不复读' },
  causes: { en: 'Why', zh: '原因' },
  noCause: { en: 'No rule found a cause.', zh: '没有规则判定出原因。' },
  cure: { en: 'What fits it', zh: '适合它的办法' },
  training: { en: 'In training or data', zh: '训练或数据方面' },
  table: { en: 'Every strategy', zh: '各种策略' },
  columns: { en: 'What the columns mean', zh: '各列含义' },
  plots: { en: 'Plots', zh: '图' },
  texts: { en: 'Before and after', zh: '前后对照' },
  textsHow: {
    en: 'A loop is underlined from its second copy on.',
    zh: '循环从第二份起加下划线。',
  },
  prompt: { en: 'Beginning', zh: '开头' },
  repaired: {
    en: (times: number) =>
      times === 1 ? 'the guard repaired one loop' : `the guard repaired ${times} loops`,
    zh: (times: number) => `护栏修复了 ${times} 处循环`,
  },
  unchanged: { en: 'the guard had nothing to repair', zh: '护栏无需修复' },
  about: {
    en: (prompts: number, tokens: number, data: string, made: string) =>
      `${prompts} beginnings from ${data}, at most ${tokens} tokens each; measured ${made}`,
    zh: (prompts: number, tokens: number, data: string, made: string) =>
      `${data} 的 ${prompts} 个开头，每篇至多 ${tokens} 个词元；测于 ${made}`,
  },
});
