/** What the address of the chat page holds. */

import { flagOf, numberOf, type RawSearch, searchOf, textOf } from '../../parts/search.ts';

export interface ChatSearch {
  readonly model?: string;
  /** The conversation. */
  readonly id?: string;
  readonly strategy?: string;
  readonly guard?: true;
  readonly tokens?: number;
}

export const chatSearch = (raw: RawSearch): ChatSearch =>
  searchOf({
    model: textOf(raw, 'model'),
    id: textOf(raw, 'id'),
    strategy: textOf(raw, 'strategy'),
    guard: flagOf(raw, 'guard'),
    tokens: numberOf(raw, 'tokens'),
  });
