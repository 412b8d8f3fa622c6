/** The options of `inkstone code`, and that of a training that learns to fill in. */

import type { OptionTable } from './command.ts';
import { positive, probability, wholeFromZero, wholePositive } from './option-rules.ts';
import { askOptions } from './retrieval-options.ts';

export const infillOptions = {
  fim: {
    type: 'number',
    rule: probability,
    doc: {
      en: 'the share of texts by which it learns to fill in the middle, 0.5 as a rule; the others are learned as they are',
      zh: '用于学习中间填充的文本比例，一般取 0.5；其余照原样学习',
    },
  },
} as const satisfies OptionTable;

export const codeOptions = {
  model: {
    ...askOptions.model,
    doc: {
      en: 'who writes: a run, a model folder, a .gguf file, or URL#MODEL of an endpoint (key: INKSTONE_REMOTE_KEY)',
      zh: '由谁写：训练目录、模型目录、.gguf 文件，或接口的 URL#模型名（密钥：INKSTONE_REMOTE_KEY）',
    },
  },
  at: {
    type: 'string',
    verbs: ['complete'],
    placeholder: 'line:column',
    doc: {
      en: 'where the cursor stands, both from 1 on (default: the end of the file)',
      zh: '光标位置，均从 1 数起（默认：文件末尾）',
    },
  },
  until: {
    type: 'string',
    verbs: ['complete'],
    choices: ['statement', 'block', 'model'],
    doc: {
      en: 'where it ends at the latest: behind the statement (default), behind the block or function around the cursor, or where the model ends (default with --lines)',
      zh: '最迟在哪里结束：语句之后（默认）、光标所在的块或函数之后，或由模型决定（给出 --lines 时的默认）',
    },
  },
  lines: {
    type: 'number',
    verbs: ['complete', 'measure'],
    rule: wholePositive,
    doc: {
      en: 'complete: lines at most; measure: how many are taken out and filled in (default 200)',
      zh: 'complete：最多几行；measure：取出多少行来填（默认 200）',
    },
  },
  language: {
    type: 'string',
    verbs: ['write'],
    default: 'ts',
    doc: { en: 'in which it is written: ts, js, py, go, …', zh: '用哪种语言写：ts、js、py、go……' },
  },
  to: {
    type: 'string',
    verbs: ['translate'],
    placeholder: 'language',
    doc: { en: 'into which language: python, ts, go, …', zh: '译成哪种语言：python、ts、go……' },
  },
  out: {
    type: 'string',
    verbs: ['write', 'translate'],
    placeholder: 'file',
    doc: { en: 'also write the code here', zh: '并将代码写入此文件' },
  },
  command: {
    type: 'string',
    verbs: ['repair'],
    placeholder: 'command',
    doc: {
      en: 'what fails, as "node app.ts" or "npx tsc --noEmit {file}": a program and its words without a shell, one of which is the file; it is run on a copy with what the model wrote, with your rights',
      zh: '出错的命令，如 "node app.ts" 或 "npx tsc --noEmit {file}"：一个程序及其参数，不经 shell，其中一个是该文件；它会以你的权限在含有模型所写代码的副本上运行',
    },
  },
  rounds: {
    type: 'number',
    verbs: ['repair'],
    default: 3,
    rule: wholePositive,
    doc: { en: 'corrections at most', zh: '最多改几次' },
  },
  timeout: {
    type: 'number',
    verbs: ['repair'],
    default: 30,
    rule: positive,
    doc: {
      en: 'seconds after which the command is killed, with what it started (but for a process that leaves its group)',
      zh: '命令运行多少秒后连同其启动的进程一并终止（脱离进程组者除外）',
    },
  },
  write: {
    type: 'boolean',
    verbs: ['repair'],
    doc: {
      en: 'put the repaired code into the file without asking; without, a person at the terminal is asked',
      zh: '不询问就把修好的代码写回文件；不给则询问终端前的人',
    },
  },
  data: {
    type: 'string',
    verbs: ['measure'],
    placeholder: 'source',
    doc: {
      en: "code that the model has not seen (default: the held-out side of the run's own data)",
      zh: '模型没见过的代码（默认：该次训练数据的留出部分）',
    },
  },
  maxTokens: {
    type: 'number',
    verbs: ['complete', 'write', 'translate', 'repair'],
    rule: wholePositive,
    doc: {
      en: 'tokens that the model may write at a time (default: 128 to complete, else what there is room for)',
      zh: '模型每次最多写多少词元（默认：补全 128，其余看上下文余量）',
    },
  },
  contextTokens: {
    ...askOptions.contextTokens,
  },
  seed: {
    type: 'number',
    verbs: ['repair', 'measure'],
    default: 1337,
    rule: wholeFromZero,
    doc: { en: 'seed of every random number', zh: '所有随机数的种子' },
  },
  offline: {
    type: 'boolean',
    verbs: ['measure'],
    doc: { en: 'use only what was fetched before', zh: '只用已下载的内容' },
  },
} as const satisfies OptionTable;
