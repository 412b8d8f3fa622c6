/** The option that chooses what a model is made of. NOTE By name only: the help must not load the models. */

import type { CellKind } from '../nn/index.ts';
import type { OptionTable } from './command.ts';

const cells: { readonly [Name in CellKind]: true } = { rnn: true, gru: true, lstm: true };

/** Whether the architecture is a recurrent one. */
export const isCell = (name: string | undefined): name is CellKind =>
  name !== undefined && Object.hasOwn(cells, name);

export const architectureOptions = {
  architecture: {
    type: 'string',
    choices: ['transformer', ...(Object.keys(cells) as CellKind[])],
    doc: {
      en: 'what the model is made of: attention (default), or recurrent cells, which read with a state of fixed size',
      zh: '模型由什么构成：注意力（默认），或以固定大小的状态逐词阅读的循环单元',
    },
  },
} as const satisfies OptionTable;
