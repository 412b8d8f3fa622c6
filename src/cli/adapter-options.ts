/** The option of commands that run a model with adapters on it. */

import type { OptionRow } from './command.ts';

export const adapter = {
  type: 'string',
  placeholder: 'folder',
  doc: {
    en: 'write with this adapter, of inkstone tune or of PEFT; several joined by commas',
    zh: '带上此适配器写作，来自 inkstone tune 或 PEFT；多个以逗号连接',
  },
} as const satisfies OptionRow;
