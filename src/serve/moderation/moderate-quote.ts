/** Rules applied to a text that is quoted: what is told of it, and of each stretch of it. */

import type { RuleAction } from '../../store/index.ts';
import { type CompiledRule, createModerator } from './moderator.ts';

/** What is told of a text. */
export interface Told {
  readonly text: string;
  /** What a rule did to it: some of it reads otherwise, or it ends where a rule ends it. Without, it is as it was. */
  readonly moderated?: Exclude<RuleAction, 'flag'>;
}

export interface Quoted {
  /** The whole of it. */
  readonly whole: Told;
  /** What the whole tells of the stretch between two places of the text as it was, in UTF-16 units. */
  stretch(start: number, end: number): Told;
}

/** Goes over the text once: no stretch tells what the whole hides, nor the other way round. */
export function moderateQuote(
  text: string,
  rules: readonly CompiledRule[],
  onMatch: (rule: CompiledRule['rule']) => void,
): Quoted {
  const moderator = createModerator(rules, onMatch);
  const shown = [...moderator.push(text), ...moderator.end()];
  const stretch = (start: number, end: number): Told => {
    let [told, at, isRewritten] = ['', 0, false];
    for (const { text: piece, read, isReplaced } of shown) {
      const next = at + read;
      if (at < end && next > start) {
        told += isReplaced ? piece : piece.slice(Math.max(0, start - at), end - at);
        isRewritten ||= isReplaced;
      }
      at = next;
    }
    if (moderator.isBlocked && end > at) return { text: told, moderated: 'block' };
    return { text: told, ...(isRewritten && { moderated: 'rewrite' }) };
  };
  return { whole: stretch(0, text.length), stretch };
}
