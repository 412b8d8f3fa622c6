/** What the address of the writing page holds: enough to write the same text again. */

import { flagOf, numberOf, type RawSearch, searchOf, textOf } from '../../parts/search.ts';

export interface WriteSearch {
  readonly model?: string;
  readonly prompt?: string;
  /** As the command line spells it: `top-p:0.9`. */
  readonly strategy?: string;
  /** The second of two strategies side by side. */
  readonly beside?: string;
  readonly guard?: true;
  readonly seed?: number;
  readonly tokens?: number;
}

export const writeSearch = (raw: RawSearch): WriteSearch =>
  searchOf({
    model: textOf(raw, 'model'),
    prompt: textOf(raw, 'prompt'),
    strategy: textOf(raw, 'strategy'),
    beside: textOf(raw, 'beside'),
    guard: flagOf(raw, 'guard'),
    seed: numberOf(raw, 'seed'),
    tokens: numberOf(raw, 'tokens'),
  });
