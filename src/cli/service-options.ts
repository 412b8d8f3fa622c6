/** Options of `inkstone service`, and of what serves a plan. */

import { assistOptions } from './assist-options.ts';
import type { OptionTable } from './command.ts';

const { index, collection } = assistOptions;

export const serviceNotes = '.inkstone/service';

export const serviceOptions = {
  ask: {
    type: 'string',
    placeholder: 'words',
    doc: {
      en: 'what one customer says; without, a conversation on the terminal',
      zh: '顾客说的一句话；不给则在终端对话',
    },
  },
  conversation: {
    type: 'string',
    placeholder: 'id',
    doc: {
      en: 'the conversation that goes on, or begins under this name (default: a new one)',
      zh: '继续此对话，没有则以此名新建（默认：新对话）',
    },
  },
  check: {
    type: 'boolean',
    doc: {
      en: 'talk to nobody: put each example to the others, or to the classifier of the plan, and tell which intents are mistaken for which',
      zh: '不对话：逐条用其余例句（或方案的分类器）识别每条例句，列出容易混淆的意图',
    },
  },
  index: {
    ...index,
    doc: { en: 'documents that answer what no intent is for', zh: '没有对应意图时用来回答的文档' },
  },
  collection,
  notes: {
    type: 'string',
    placeholder: 'folder',
    default: serviceNotes,
    doc: {
      en: 'where conversations and what is handed over are kept, a file each',
      zh: '对话与转人工记录的存放目录，每条一个文件',
    },
  },
  list: {
    type: 'string',
    choices: ['conversation', 'hand-over'],
    doc: {
      en: 'only show the conversations, or those that wait for a person',
      zh: '只列出对话，或等待人工的对话',
    },
  },
  forget: {
    type: 'string',
    placeholder: 'id',
    doc: { en: 'with --list: take this one away', zh: '与 --list 同用：移去此条' },
  },
} as const satisfies OptionTable;
