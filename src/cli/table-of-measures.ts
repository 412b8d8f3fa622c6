/** Commands that judge models and look into them; rows of the command table. */

import { defineCommand } from './command.ts';

export const choose = defineCommand({
  name: 'choose',
  summary: {
    en: 'which model for a task, from your texts and this machine: counting, recurrent, BERT, LLaMA or GLM class, or an endpoint; memory, time and cost of each, why, and the commands',
    zh: '某项任务用哪种模型：依据你的文本与本机，在统计、循环、BERT 类、LLaMA 类、GLM 类或端点中选择；各需多少内存、时间与费用，为什么，用什么命令',
  },
  options: async () => (await import('./choose-options.ts')).chooseOptions,
  example: 'inkstone choose --task classify --texts 2000 --language zh',
  examples: [
    'inkstone choose --task classify --data reviews.csv --try',
    'inkstone choose --task write --data novel.txt --memory 8G --try --seconds 45',
  ],
  load: () => import('./commands/choose.ts'),
});

export const compare = defineCommand({
  name: 'compare',
  args: '<run…>',
  summary: {
    en: 'models side by side on the same held-out texts: which predicts best, which writes most like people, and whether it is chance',
    zh: '多个模型在同样的留出文本上并排比较：谁预测得最好、谁写得最像人、差异是否出于偶然',
  },
  options: async () => (await import('./compare-options.ts')).compareOptions,
  example: 'inkstone compare runs/small runs/large --prompts 8',
  load: () => import('./commands/compare.ts'),
});

export const evalCommand = defineCommand({
  name: 'eval',
  args: '<file> [other]',
  summary: {
    en: 'score what a model said against what is right, or against what it was written from: labels, texts, answers, numbers, programs, rankings, fluency and faithfulness; two files against each other',
    zh: '给模型的输出评分，对照参考或原文：标签、文本、答案、数值、程序、检索排序、流畅与忠实；也可比较两个文件',
  },
  options: async () => (await import('./eval-options.ts')).evalOptions,
  example: 'inkstone eval predictions.jsonl --confidence',
  load: () => import('./commands/eval.ts'),
});

export const benchmark = defineCommand({
  name: 'benchmark',
  args: '<run…>',
  summary: {
    en: 'put tasks to models, with and without examples: multiple choice, short answers, how well they predict text',
    zh: '用任务考模型，可带示例：选择题、简答题、对文本的预测能力',
  },
  options: async () => (await import('./eval-options.ts')).benchmarkOptions,
  example: 'inkstone benchmark runs/poems-2min --tasks examples/tasks/capitals.yaml --shots 0,1,4,8',
  load: () => import('./commands/benchmark.ts'),
});

export const probe = defineCommand({
  name: 'probe',
  args: '<bias|memory|security|fairness> <model>',
  summary: {
    en: 'what a model does that it should not: think less of some people, know secrets by heart, obey attacks, decide by group',
    zh: '模型不该做的事：对某些人抱有偏见、记住秘密、听从攻击、因群体而异地判断',
  },
  options: async () => (await import('./probe-options.ts')).probeOptions,
  example: 'inkstone probe bias runs/poems-2min --data crows-pairs.csv --limit 100',
  examples: [
    'inkstone probe memory runs/poems-2min --data corpus.canaries.json',
    'inkstone probe security http://127.0.0.1:8080/v1#poems-2min --rules rules.json --out security.json',
    'inkstone probe fairness classifier --data reviews.csv --group gender',
  ],
  load: () => import('./commands/probe.ts'),
});

export const ladder = defineCommand({
  name: 'ladder',
  summary: {
    en: 'how much a larger model would help on your text: train small sizes, fit the curve of their losses, predict a larger one and check it',
    zh: '在你的文本上，更大的模型能好多少：训练几个小模型，拟合损失曲线，预测更大的一个并加以核对',
  },
  options: async () => (await import('./ladder-options.ts')).ladderOptions,
  example: 'inkstone ladder --data tang --sizes 1x16,1x32,2x32,2x48,3x64 --steps 100',
  load: () => import('./commands/ladder.ts'),
});

export const reason = defineCommand({
  name: 'reason',
  args: '<ask|measure|samples|tasks> [run]',
  summary: {
    en: 'answer in steps: by one chain of thought, a vote of many, the best of many or a tree of steps; what each gets right at what cost; sums to learn it from',
    zh: '分步作答：单条思维链、多条投票、多条择优或逐步搜索；各自答对多少、花费多少；并可生成供学习的加法题',
  },
  options: async () => (await import('./reason-options.ts')).reasonOptions,
  example: 'inkstone reason measure runs/sums --file sums/test.jsonl --limit 50',
  examples: [
    'inkstone reason tasks --out sums',
    'inkstone reason ask runs/sums --question 小明有37支笔、58个杯和12把伞。共几件？ --method vote --n 8',
    'inkstone reason samples runs/sums --file sums/practice.jsonl --limit 100 --out samples.jsonl',
  ],
  load: () => import('./commands/reason.ts'),
});

export const inspect = defineCommand({
  name: 'inspect',
  args: '<run>',
  summary: {
    en: 'look inside a model: how likely each token is, where heads look, what each layer would say, why this token',
    zh: '看模型内部：各词元的概率、各头看向何处、每一层会怎么说、为何是这个词元',
  },
  options: async () => (await import('./inspect-options.ts')).inspectOptions,
  example: 'inkstone inspect runs/poems-2min --text 春眠不觉晓 --what lens',
  load: () => import('./commands/inspect.ts'),
});

export const gradients = defineCommand({
  name: 'gradients',
  args: '<run…>',
  summary: {
    en: 'how far back in time the gradients of recurrent models reach, against each other: do they vanish, do they explode',
    zh: '循环模型的梯度能回传多远，几个模型对照着看：是消失还是爆炸',
  },
  options: async () => (await import('./inspect-options.ts')).gradientsOptions,
  example: 'inkstone gradients runs/rnn runs/lstm --out gradients.svg',
  load: () => import('./commands/gradients.ts'),
});

export const recall = defineCommand({
  name: 'recall',
  summary: {
    en: 'recurrent models, RWKV, linear attention and the Transformer at equal parameters: what each recalls by distance, how fast it learns, what it keeps of a text',
    zh: '同等参数下的循环模型、RWKV、线性注意力与 Transformer：各自在不同距离的回忆率、训练速度与保留的状态大小',
  },
  options: async () => (await import('./recall-options.ts')).recallOptions,
  example: 'inkstone recall --architectures lstm,rwkv,transformer --steps 100',
  load: () => import('./commands/recall.ts'),
});

export const length = defineCommand({
  name: 'length',
  args: '<extend|stream|passkey|cost> [run…]',
  summary: {
    en: 'texts longer than a model was trained on: ways to extend its context, to read without end in bounded memory, and what N tokens will cost',
    zh: '比训练时更长的文本：扩展上下文的各种方式、以固定内存无限地读、以及 N 个词元的开销',
  },
  options: async () => (await import('./length-options.ts')).lengthOptions,
  example: 'inkstone length extend runs/poems-2min --out length.svg',
  examples: [
    'inkstone length stream runs/poems-2min --tokens 400',
    'inkstone length cost runs/poems-2min --check',
    'inkstone length passkey --texts 500 --out passkeys.jsonl',
  ],
  load: () => import('./commands/length.ts'),
});

export const profile = defineCommand({
  name: 'profile',
  args: '[preset|run]',
  summary: {
    en: 'where the time of a step goes, kernel by kernel, beside what the machine can do',
    zh: '逐个内核查看一步的时间花在哪里，并与机器上限对照',
  },
  options: async () => (await import('./profile-options.ts')).profileOptions,
  example: 'inkstone profile shakespeare-cpu',
  load: () => import('./commands/profile.ts'),
});
