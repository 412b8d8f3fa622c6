/** The options of `inkstone ladder`. */

import type { OptionTable } from './command.ts';
import { data, seed } from './shared-options.ts';
import { trainOptions } from './train-options.ts';

const { steps, minutes, contextLength, batchSize, lr, offline, textColumn } = trainOptions;

export const ladderOptions = {
  data,
  sizes: {
    type: 'string',
    placeholder: 'list',
    default: '1x16,1x32,2x48,3x64,4x96',
    doc: {
      en: 'layers x width of each model, joined by commas; the curve is fitted to all but the largest, and must predict that one',
      zh: '各模型的 层数x宽度，以逗号连接；曲线由除最大者之外的模型拟合，并须预测最大者',
    },
  },
  steps: {
    ...steps,
    doc: {
      en: 'updates of each size, so that all read the same number of tokens (default: 200)',
      zh: '每种大小的更新步数，各模型因而读同样多的词元（默认：200）',
    },
  },
  minutes: {
    ...minutes,
    doc: {
      en: 'time of each size instead: the larger then read fewer tokens',
      zh: '改为每种大小训练多少分钟：较大的模型因而读到较少的词元',
    },
  },
  preset: {
    type: 'string',
    placeholder: 'name',
    default: 'shakespeare-cpu',
    doc: { en: 'the model and recipe of which only the size is changed', zh: '模型与配方，只改动其大小' },
  },
  contextLength,
  batchSize,
  lr,
  out: {
    type: 'string',
    placeholder: 'folder',
    default: 'ladder',
    doc: {
      en: 'where the trainings, their losses and curve.svg are kept; the same command again goes on there',
      zh: '存放各次训练、损失与 curve.svg 的目录；再次运行同一命令即从那里继续',
    },
  },
  seed,
  textColumn,
  offline,
} as const satisfies OptionTable;
