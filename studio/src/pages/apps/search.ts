/** What the address of the apps page holds. Whose answers a learner's are does not stand in it: that is for each reader. */

import { type RawSearch, searchOf, textOf } from '../../parts/search.ts';

export interface AppsSearch {
  /** Who decides, answers or asks; without, rules and quotes. */
  readonly model?: string;
  /** What the assistant is asked: it stands in the field, and is not sent by itself. */
  readonly q?: string;
  /** Of customers: what waits for a person, in place of a conversation. */
  readonly view?: 'queue';
  /** The conversation with a customer. */
  readonly id?: string;
  /** What is learnt. */
  readonly lesson?: string;
}

export const appsSearch = (raw: RawSearch): AppsSearch =>
  searchOf({
    model: textOf(raw, 'model'),
    q: textOf(raw, 'q'),
    view: textOf(raw, 'view') === 'queue' ? 'queue' : undefined,
    id: textOf(raw, 'id'),
    lesson: textOf(raw, 'lesson'),
  });
