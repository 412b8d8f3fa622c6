/** The options that every command has. */

import type { OptionTable } from './command.ts';

export const globalOptions = {
  help: { type: 'boolean', doc: { en: 'show this page', zh: '显示本页' } },
  json: {
    type: 'boolean',
    doc: { en: 'one JSON object a line, for machines', zh: '每行输出一个 JSON 对象，供程序读取' },
  },
  debug: { type: 'boolean', doc: { en: 'show the stack of an error', zh: '出错时显示调用栈' } },
  config: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'options from this file (default: inkstone.yaml, if there)',
      zh: '从此文件读取选项（默认：当前目录的 inkstone.yaml）',
    },
  },
  printConfig: {
    type: 'boolean',
    doc: {
      en: 'print every option with its value, as a file for --config',
      zh: '打印全部选项及取值，可作 --config 文件',
    },
  },
} as const satisfies OptionTable;
