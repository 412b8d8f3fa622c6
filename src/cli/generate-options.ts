/** Options of `inkstone generate`. */

import type { Task } from '../decode/index.ts';
import type { OptionTable } from './command.ts';
import { constraintOptions } from './constraint-options.ts';
import { probability, wholePositive } from './option-rules.ts';
import { samplingOptions } from './sampling-options.ts';
import { activations, weights } from './serve-options.ts';
import { seed } from './shared-options.ts';

/** NOTE By name only: the help must not load the decoder. A task left out does not compile. */
const tasks: { readonly [Name in Task]: true } = {
  translation: true,
  code: true,
  summary: true,
  answer: true,
  chat: true,
  story: true,
  poetry: true,
};

export const generateOptions = {
  prompt: { type: 'string', default: '', doc: { en: 'the beginning', zh: '开头' } },
  strategy: {
    type: 'string',
    placeholder: 'spec',
    default: 'sample',
    doc: {
      en: 'how the text is searched for: greedy, top-p:0.9, beam:4, …',
      zh: '文本的搜索方法：greedy、top-p:0.9、beam:4……',
    },
  },
  task: {
    type: 'string',
    choices: Object.keys(tasks) as (keyof typeof tasks)[],
    doc: {
      en: 'options that suit a task, from low (translation) to high (poetry); what is given beside comes first',
      zh: '适合某项任务的选项，从低（translation）到高（poetry）；另外给出的选项优先',
    },
  },
  guard: {
    type: 'boolean',
    doc: {
      en: 'take back loops before anyone sees them, and write on',
      zh: '在显示之前收回循环并改写',
    },
  },
  ...samplingOptions,
  processorPreset: {
    type: 'string',
    choices: ['hf', 'vllm', 'llama.cpp'],
    doc: {
      en: 'whose order and conventions of all these hold',
      zh: '以上各项按哪个项目的次序与约定执行',
    },
  },
  ...constraintOptions,
  maxTokens: {
    type: 'number',
    default: 200,
    rule: wholePositive,
    doc: { en: 'at most so many tokens', zh: '最多生成的词元数' },
  },
  stop: { type: 'string', doc: { en: 'end before this text', zh: '遇到此文本即止' } },
  vary: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'change the finished text at random: each line of the file has words that may stand for one another, "big | large"',
      zh: '随机改写写成的文本：文件每行列出可互换的词，如“大 | 巨”',
    },
  },
  varyRate: {
    type: 'number',
    rule: probability,
    doc: { en: 'share of such places that are changed (default 0.5)', zh: '其中改动的比例（默认 0.5）' },
  },
  weights,
  activations,
  adapter: {
    type: 'string',
    placeholder: 'folder',
    doc: {
      en: 'write with this adapter, of inkstone tune or of PEFT; several joined by commas',
      zh: '带上此适配器写作，来自 inkstone tune 或 PEFT；多个以逗号连接',
    },
  },
  extend: {
    type: 'string',
    placeholder: 'way:factor',
    doc: {
      en: 'a context so many times as long as was trained on: none, linear, ntk or yarn, as in yarn:4',
      zh: '把上下文扩展到训练时的若干倍：none、linear、ntk 或 yarn，如 yarn:4',
    },
  },
  endless: {
    type: 'string',
    placeholder: 'sinks[+window]',
    doc: {
      en: 'a text of any length in bounded memory: so many first tokens stay, the last ones slide, as in 4 or 4+252 (default window: the rest of the context)',
      zh: '以固定内存处理任意长的文本：开头若干词元常驻，其余滑动，如 4 或 4+252（默认窗口：上下文的其余部分）',
    },
  },
  n: { type: 'number', default: 1, rule: wholePositive, doc: { en: 'how many texts', zh: '生成几篇' } },
  seed,
} as const satisfies OptionTable;
