/** Options of `inkstone domain`, and `--kit` of what answers. */

import type { OptionTable } from './command.ts';
import { kitNumbers, kitOption } from './kit-options.ts';
import { share, wholePositive } from './option-rules.ts';
import { data, seed } from './shared-options.ts';
import { trainOptions } from './train-options.ts';
import { tuneOptions } from './tune-options.ts';

const { steps, batchSize, lr } = trainOptions;
const adapting = ['adapt'] as const;
const own = <Row extends object>(row: Row) => ({ ...row, verbs: adapting });

export const domainOptions = {
  kit: { ...kitOption, verbs: ['terms', 'tokenizer', 'adapt', 'test'] },
  kitNumbers: { ...kitNumbers, verbs: ['check'] },
  trials: {
    verbs: ['check'],
    type: 'string',
    placeholder: 'file',
    doc: {
      en: "trials of your own (yaml or json, as in a kit) in the place of the kit's",
      zh: '用自己的样例（yaml 或 json，格式同领域包）代替包内的样例',
    },
  },
  to: {
    verbs: ['glossary'],
    type: 'string',
    choices: ['zh', 'en'],
    default: 'zh',
    doc: { en: 'the language that terms are translated into', zh: '术语译成哪种语言' },
  },
  translation: {
    verbs: ['terms'],
    type: 'string',
    placeholder: 'file',
    doc: {
      en: "a translation of the file, line for line: terms that it does not say in the kit's words are shown",
      zh: '该文件的译文，逐行对应：列出没有按领域包用语译出的术语',
    },
  },
  tokens: {
    verbs: ['tokenizer'],
    type: 'number',
    default: 2000,
    rule: wholePositive,
    doc: { en: 'new tokens at most', zh: '最多新增多少个词元' },
  },
  data: { ...data, verbs: ['adapt'] },
  method: {
    verbs: adapting,
    type: 'string',
    choices: ['lora', 'full'],
    default: 'lora',
    doc: {
      en: 'an adapter beside the model, or all of its numbers',
      zh: '在模型旁加适配器，或训练全部参数',
    },
  },
  replay: {
    verbs: adapting,
    type: 'number',
    default: 0.2,
    placeholder: 'share',
    rule: share,
    doc: {
      en: 'so large a share of the old text comes along, against forgetting',
      zh: '掺入这么大比例的旧文本，以防遗忘',
    },
  },
  oldData: own(tuneOptions.oldData),
  rank: own(tuneOptions.rank),
  steps: own(steps),
  minutes: own(tuneOptions.minutes),
  batchSize: own(batchSize),
  lr: own(lr),
  textColumn: own(tuneOptions.textColumn),
  offline: own(tuneOptions.offline),
  language: {
    verbs: ['test'],
    type: 'string',
    choices: ['both', 'en', 'zh'],
    default: 'both',
    doc: { en: 'in which language the test is put', zh: '用哪种语言测试' },
  },
  limit: {
    verbs: ['test'],
    type: 'number',
    rule: wholePositive,
    doc: { en: 'only so many items of each part', zh: '每部分只用这么多题' },
  },
  shots: {
    verbs: ['test'],
    type: 'number',
    default: 0,
    rule: {
      test: (n: number) => Number.isInteger(n) && n >= 0 && n <= 20,
      words: { en: 'a whole number from 0 to 20', zh: '为 0 到 20 的整数' },
    },
    doc: { en: 'how many solved examples stand before each item', zh: '每题之前放多少个解好的示例' },
  },
  out: {
    verbs: ['copy', 'glossary', 'tokenizer', 'adapt', 'test'],
    type: 'string',
    placeholder: 'path',
    doc: {
      en: 'where it is written; of adapt the folder of the adapter or the run (default: named after the data and the kit)',
      zh: '写到哪里；adapt 为适配器或训练记录的目录（默认按数据与领域包命名）',
    },
  },
  seed: { ...seed, verbs: ['adapt', 'test'] },
} as const satisfies OptionTable;
