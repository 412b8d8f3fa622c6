/** What can go wrong around texts and runs of an adversarial training. */

import { defineErrors } from '../errors.ts';

export const failGan = defineErrors({
  'cli/gan-source': {
    en: () =>
      'gan train: needs either --oracle, or --data with --init, the run whose model goes on learning; inkstone train makes one',
    zh: () =>
      'gan train：需要 --oracle，或者 --data 加 --init（继续学习的模型所在的训练目录，可用 inkstone train 训练一个）',
  },
  'cli/gan-start': {
    en: (d: { path: string }) =>
      `gan: ${d.path} has no token that ends a text, so none can begin one; train it on many texts (one each line, or jsonl)`,
    zh: (d) => `gan：${d.path} 没有表示文本结束的词元，无从开头；请在多篇文本（每行一篇或 jsonl）上训练它`,
  },
  'cli/gan-few': {
    en: (d: { source: string; texts: number; least: number; heldOut: number; leastHeldOut: number }) =>
      `${d.source}: at least ${d.least} texts are needed that are longer than what is given of them, and ${d.leastHeldOut} such texts held out, got ${d.texts} and ${d.heldOut}; give more, or a smaller --prefix or larger --length`,
    zh: (d) =>
      `${d.source}：至少需要 ${d.least} 篇长于给定前缀的文本用于学习、${d.leastHeldOut} 篇留出，得到 ${d.texts} 篇和 ${d.heldOut} 篇；请提供更多，或减小 --prefix、增大 --length`,
  },
  'cli/gan-prefix': {
    en: (d: { prefix: number; length: number }) =>
      `gan train: --prefix must be less than --length, got ${d.prefix} and ${d.length}`,
    zh: (d) => `gan train：--prefix 必须小于 --length，得到 ${d.prefix} 和 ${d.length}`,
  },
  'cli/gan-run': {
    en: (d: { folder: string }) =>
      `${d.folder}: was not trained against a critic; make such a run with inkstone gan train`,
    zh: (d) => `${d.folder}：不是对抗训练的记录；可用 inkstone gan train 训练一个`,
  },
  'cli/gan-unfinished': {
    en: (d: { folder: string }) => `${d.folder}: has no writer yet; go on with the command that began it`,
    zh: (d) => `${d.folder}：还没有可用的生成器；请用原来的命令继续训练`,
  },
});
