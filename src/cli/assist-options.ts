/** Options of `inkstone assist`. */

import type { OptionTable } from './command.ts';
import { wholePositive } from './option-rules.ts';
import { askOptions } from './retrieval-options.ts';
import { listener, speaker } from './speech-options.ts';

const notes = {
  type: 'string',
  placeholder: 'folder',
  default: '.inkstone/assistant',
  doc: {
    en: 'where facts, reminders and messages to send are kept, a file each',
    zh: '事实、提醒与待发消息的存放目录，每条一个文件',
  },
} as const;

const tools = {
  type: 'string',
  placeholder: 'file',
  doc: {
    en: 'your own tools: a YAML or JSON file (name, description, and a command or url), or an ES module that exports them',
    zh: '自己的工具：YAML 或 JSON 文件（name、description，以及 command 或 url），或导出工具的 ES 模块',
  },
} as const;

const mcp = {
  type: 'string',
  placeholder: 'command|url',
  doc: {
    en: 'a Model Context Protocol server whose tools are taken too: an address, or a command line without quotes (several: in the file of --tools)',
    zh: '同时使用某个 MCP 服务器的工具：网址，或不带引号的命令行（多个请写在 --tools 文件里）',
  },
} as const;

const weather = {
  type: 'string',
  placeholder: 'url',
  doc: {
    en: 'where the weather is asked, with the place in it: http://host/weather?q={place}',
    zh: '天气查询地址，含地点占位：http://host/weather?q={place}',
  },
} as const;

export const assistOptions = {
  ask: {
    type: 'string',
    placeholder: 'words',
    doc: { en: 'one question; without, a conversation on the terminal', zh: '只问一句；不给则在终端对话' },
  },
  audio: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'one question, spoken in this file (.wav, or with ffmpeg any other)',
      zh: '只问一句：此文件中的语音（.wav；装有 ffmpeg 时可为其他格式）',
    },
  },
  voice: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'with --ask or --audio: also write the answer as speech to this file',
      zh: '与 --ask 或 --audio 同用：并将回答的语音写入此文件',
    },
  },
  speaker,
  listener,
  tools,
  mcp,
  index: {
    type: 'string',
    placeholder: 'index',
    doc: { en: 'documents to look in, made by inkstone index', zh: '可供查找的文档，由 inkstone index 建立' },
  },
  collection: askOptions.collection,
  weather,
  yes: {
    type: 'boolean',
    doc: {
      en: 'say yes to every call that has effects (reminders, messages, your own tools); else each is asked about',
      zh: '对每次有副作用的调用（提醒、消息、自己的工具）都同意；否则逐次询问',
    },
  },
  notes,
  list: {
    type: 'string',
    choices: ['fact', 'reminder', 'message'],
    doc: { en: 'only show the notes of a kind', zh: '只列出某类记录' },
  },
  forget: {
    type: 'string',
    placeholder: 'id',
    doc: { en: 'with --list: forget this note', zh: '与 --list 同用：删去此条' },
  },
  maxRounds: {
    type: 'number',
    default: 6,
    rule: wholePositive,
    doc: { en: 'how often results go back to the model', zh: '工具结果最多交回模型几次' },
  },
  maxTokens: { ...askOptions.maxTokens, default: 512 },
} as const satisfies OptionTable;
