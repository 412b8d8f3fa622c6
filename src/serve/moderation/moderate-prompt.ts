/** Rules applied to what is asked, before anything is written. */

import type { Tokenizer } from '../../types.ts';
import { type CompiledRule, createModerator } from './moderator.ts';

export interface ModeratedPrompt {
  readonly ids: readonly number[];
  readonly isBlocked: boolean;
  readonly matched: ReadonlySet<CompiledRule['rule']>;
}

/**
 * A prompt as the rules let it through. Only text between special tokens is looked at and replaced: a replacement never
 * becomes a special token, nor does the text around it.
 */
export function moderatePrompt(
  ids: readonly number[],
  rules: readonly CompiledRule[],
  tokenizer: Tokenizer,
): ModeratedPrompt {
  const special = new Set(tokenizer.specialTokens.values());
  const matched = new Set<CompiledRule['rule']>();
  const out: number[] = [];
  let isBlocked = false;
  for (let at = 0; at < ids.length; ) {
    if (special.has(ids[at])) {
      out.push(ids[at++]);
      continue;
    }
    let end = at;
    while (end < ids.length && !special.has(ids[end])) end++;
    const moderator = createModerator(rules);
    const stretches = [...moderator.push(tokenizer.decode(ids.slice(at, end))), ...moderator.end()];
    for (const rule of moderator.matched) matched.add(rule);
    isBlocked ||= moderator.isBlocked;
    const isChanged = stretches.some((stretch) => stretch.isReplaced);
    const text = stretches.map((stretch) => stretch.text).join('');
    out.push(...(isChanged ? tokenizer.encode(text) : ids.slice(at, end)));
    at = end;
  }
  return { ids: out, isBlocked, matched };
}
