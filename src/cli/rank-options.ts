/** Options of a training that mpirun started as several processes. */

import type { OptionTable } from './command.ts';

export const rankOptions = {
  divide: {
    type: 'string',
    choices: ['data', 'sharded'],
    doc: {
      en: 'how the ranks of mpirun divide the work: each takes its rows of a batch (data, default), or keeps only its part of the state of the optimizer as well (sharded)',
      zh: 'mpirun 的各进程如何分工：各处理每批中自己的行（data，默认），或此外只保留优化器状态中自己的一份（sharded）',
    },
  },
} as const satisfies OptionTable;
