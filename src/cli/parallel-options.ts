/** Option of a training that mpirun started as several processes. */

import type { OptionTable } from './command.ts';

export const parallelOptions = {
  parallel: {
    type: 'string',
    choices: ['data', 'sharded'],
    doc: {
      en: 'under mpirun: each rank takes its rows of a batch (data, default), and keeps only its part of the state of the optimizer (sharded)',
      zh: '在 mpirun 下：每个进程处理每批中自己的行（data，默认），并且只保留优化器状态中自己的一份（sharded）',
    },
  },
} as const satisfies OptionTable;
