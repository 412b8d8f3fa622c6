/** Rules applied to what is asked, before anything is written. */

import type { Tokenizer } from '../../types.ts';
import { fail } from '../errors.ts';
import { type CompiledRule, createModerator } from './moderator.ts';

/** Hears of each rule that matches. */
type OnMatch = (rule: CompiledRule['rule']) => void;

/** A text as the rules let it through. @throws `serve/blocked` */
export function moderateText(text: string, rules: readonly CompiledRule[], onMatch: OnMatch): string {
  const moderator = createModerator(rules, onMatch);
  const stretches = [...moderator.push(text), ...moderator.end()];
  if (moderator.isBlocked) throw fail('serve/blocked', undefined);
  return stretches.map((stretch) => stretch.text).join('');
}

/**
 * A prompt as the rules let it through. Only text between special tokens is looked at and replaced: a replacement never
 * becomes a special token, nor does the text around it. @throws `serve/blocked`
 */
export function moderatePrompt(
  ids: readonly number[],
  rules: readonly CompiledRule[],
  { tokenizer, onMatch }: { readonly tokenizer: Tokenizer; readonly onMatch: OnMatch },
): number[] {
  const special = new Set(tokenizer.specialTokens.values());
  const out: number[] = [];
  for (let at = 0; at < ids.length; ) {
    if (special.has(ids[at])) {
      out.push(ids[at++]);
      continue;
    }
    let end = at;
    while (end < ids.length && !special.has(ids[end])) end++;
    const own = ids.slice(at, end);
    const text = tokenizer.decode(own);
    const passed = moderateText(text, rules, onMatch);
    out.push(...(passed === text ? own : tokenizer.encode(passed)));
    at = end;
  }
  return out;
}
