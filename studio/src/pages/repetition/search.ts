/** What the address of this page holds. */

import { numberOf, type RawSearch, searchOf, textOf } from '../../parts/search.ts';

export interface RepetitionSearch {
  readonly model?: string;
  readonly prompts?: number;
  readonly tokens?: number;
  readonly seed?: number;
  /** Only where it is off. */
  readonly guard?: 'off';
}

export const repetitionSearch = (raw: RawSearch): RepetitionSearch =>
  searchOf({
    model: textOf(raw, 'model'),
    prompts: numberOf(raw, 'prompts'),
    tokens: numberOf(raw, 'tokens'),
    seed: numberOf(raw, 'seed'),
    guard: textOf(raw, 'guard') === 'off' ? 'off' : undefined,
  });
