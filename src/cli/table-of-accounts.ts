/** Commands by which people answer for a model; rows of the command table. */

import { defineCommand } from './command.ts';

const card = defineCommand({
  name: 'card',
  args: '[run]',
  summary: {
    en: 'write a model card of a run, or with --data a data sheet: what is known of it, and what a person must still say',
    zh: '为训练记录写模型说明卡，或用 --data 写数据说明书：已知的一切，以及仍须由人填写的',
  },
  options: async () => (await import('./card-options.ts')).cardOptions,
  example: 'inkstone card runs/poems-2min --author "the poetry group" --license CC-BY-4.0',
  examples: ['inkstone card --data tang'],
  load: () => import('./commands/card.ts'),
});

const sign = defineCommand({
  name: 'sign',
  args: '<model>',
  summary: {
    en: 'approve a model exactly as it lies, with its card; export and serve can ask for that',
    zh: '按现状批准模型及其说明卡；export 与 serve 可要求先获批准',
  },
  options: async () => (await import('./card-options.ts')).signOptions,
  example: 'inkstone sign runs/poems-2min --name "Li Bai" --statement "read 50 poems; for the school only"',
  load: () => import('./commands/sign.ts'),
});

const watermark = defineCommand({
  name: 'watermark',
  args: '<detect> <model> <file…>',
  summary: {
    en: 'tell whether texts were written with generate --watermark and this key; model: whose tokenizer wrote them',
    zh: '判断文本是否以 generate --watermark 与此密钥写成；model 指写作所用分词器的模型',
  },
  options: async () => (await import('./watermark-options.ts')).watermarkOptions,
  example: 'inkstone watermark detect runs/poems-2min poem.txt --key secret',
  load: () => import('./commands/watermark.ts'),
});

export const accountCommands = [card, sign, watermark] as const;
