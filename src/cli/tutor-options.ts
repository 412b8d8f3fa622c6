/** Options of `inkstone tutor`. */

import type { OptionTable } from './command.ts';
import { wholePositive } from './option-rules.ts';
import { askOptions } from './retrieval-options.ts';
import { seed } from './shared-options.ts';

export const tutorOptions = {
  questions: {
    type: 'number',
    default: 10,
    rule: wholePositive,
    doc: { en: 'how many are asked; all of them with --list', zh: '问几题；与 --list 同用时列出全部' },
  },
  list: {
    type: 'boolean',
    doc: { en: 'ask nobody: show the questions with their answers', zh: '不提问：列出题目与答案' },
  },
  next: {
    type: 'boolean',
    doc: {
      en: 'show the next question for the learner and end; answer it with --answer',
      zh: '给出该学习者的下一题后结束；用 --answer 作答',
    },
  },
  answer: {
    type: 'string',
    placeholder: 'words',
    doc: {
      en: 'answer the question of --id, and see why it is right or wrong',
      zh: '回答 --id 指定的题目，并看到对错与理由',
    },
  },
  id: {
    type: 'string',
    placeholder: 'question',
    doc: {
      en: 'with --answer: the question, as --next or --list names it',
      zh: '与 --answer 同用：--next 或 --list 给出的题号',
    },
  },
  learner: {
    type: 'string',
    placeholder: 'name',
    default: 'me',
    doc: { en: 'whose answers these are; each has a level of their own', zh: '学习者的名字；各有自己的水平' },
  },
  folder: {
    type: 'string',
    placeholder: 'folder',
    default: '.inkstone/tutor',
    doc: { en: 'where it is kept what each learner knows', zh: '各学习者掌握情况的存放目录' },
  },
  model: {
    ...askOptions.model,
    doc: {
      en: 'who puts the questions into words: a run, a model folder, a .gguf file, or URL#MODEL of an endpoint (key: INKSTONE_REMOTE_KEY); without, a word is left out of a sentence',
      zh: '由谁来出题：训练目录、模型目录、.gguf 文件，或接口的 URL#模型名（密钥：INKSTONE_REMOTE_KEY）；不给则把句中一个词留空',
    },
  },
  seed,
} as const satisfies OptionTable;
