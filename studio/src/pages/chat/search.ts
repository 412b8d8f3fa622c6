/** What the address of the chat page holds. */

import { compact, type RawSearch, textOf } from '../../parts/search.ts';

export interface ChatSearch {
  readonly model?: string;
  /** The conversation. */
  readonly id?: string;
}

export const chatSearch = (raw: RawSearch): ChatSearch =>
  compact({ model: textOf(raw, 'model'), id: textOf(raw, 'id') });
