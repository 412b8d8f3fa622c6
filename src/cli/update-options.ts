/** The options of `inkstone update`. */

import type { OptionTable } from './command.ts';
import { corpusOptions } from './corpus-options.ts';
import { belowOne, positive } from './option-rules.ts';
import { data, seed } from './shared-options.ts';
import { trainOptions } from './train-options.ts';

const { steps, minutes, batchSize, lr, precision, saveEvery, evalEvery, offline } = trainOptions;

export const updateOptions = {
  data: {
    ...data,
    doc: {
      en: 'new text: a file, a folder, https://… or npm:NAME; what the run learned before, or was refused before, is left out',
      zh: '新文本：文件、目录、https:// 网址或 npm:包名；训练记录已学过的，或此前被拒绝的，自动略去',
    },
  },
  forget: {
    type: 'number',
    placeholder: 'share',
    default: 0.02,
    rule: belowOne,
    doc: {
      en: 'by so large a share the loss on each older text may rise above its best; with more the update is refused',
      zh: '每份旧文本上的损失最多比其最好成绩高出这么大的比例；超过则拒绝此次更新',
    },
  },
  replay: {
    type: 'number',
    placeholder: 'share',
    default: 0.5,
    rule: belowOne,
    doc: {
      en: 'so large a share of what is learned is older text, against forgetting; 0: none',
      zh: '学习内容中旧文本所占的比例，以防遗忘；0 为不掺入',
    },
  },
  ewc: {
    type: 'number',
    placeholder: 'strength',
    rule: positive,
    doc: {
      en: 'hold the numbers that matter to older text, against forgetting (elastic weight consolidation; try 10000)',
      zh: '保住对旧文本重要的参数，以防遗忘（弹性权重巩固，可先试 10000）',
    },
  },
  oldData: {
    type: 'string',
    placeholder: 'source',
    doc: {
      en: 'the text that the run learned first (default: as its folder says, read from where it was trained)',
      zh: '训练记录最初所学的文本（默认：按记录所写，从当初训练的目录读取）',
    },
  },
  again: {
    type: 'boolean',
    doc: {
      en: 'try text of updates that were refused or rolled back once more',
      zh: '再试一次此前被拒绝或撤回的更新中的文本',
    },
  },
  keep: {
    type: 'number',
    placeholder: 'n',
    rule: {
      test: (n: number) => Number.isSafeInteger(n) && n >= 2,
      words: { en: 'a whole number of at least 2', zh: '为不小于 2 的整数' },
    },
    doc: {
      en: 'checkpoints of the run that stay when one is promoted (default: all; so many updates can be taken back)',
      zh: '采用更新后保留多少个检查点（默认全部；由此决定能撤回几次更新）',
    },
  },
  list: {
    type: 'boolean',
    doc: { en: 'show the updates that there were', zh: '列出历次更新' },
  },
  rollback: {
    type: 'boolean',
    doc: {
      en: 'take the last promoted update back; its checkpoint is kept in its folder',
      zh: '撤回最近一次采用的更新；其检查点保留在该更新的目录中',
    },
  },
  dryRun: {
    type: 'boolean',
    doc: { en: 'say what would be learned, then stop', zh: '只说明将学什么，不真正更新' },
  },
  steps: {
    ...steps,
    doc: {
      en: 'steps of the training (default: as many as read all of it twice)',
      zh: '训练步数（默认：足以把全部内容读两遍）',
    },
  },
  minutes: {
    ...minutes,
    doc: { en: 'time of the training instead', zh: '改为按时间训练（分钟）' },
  },
  batchSize,
  lr,
  precision,
  saveEvery,
  evalEvery,
  ...corpusOptions,
  seed,
  offline,
} as const satisfies OptionTable;
