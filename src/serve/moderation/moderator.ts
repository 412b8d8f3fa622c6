/** Rules applied to a text that grows: what may be shown of it by now, and what matched. */

import type { Rule, RuleAction } from '../../store/index.ts';
import { compilePattern, type Matcher } from './matcher.ts';

export interface CompiledRule {
  readonly rule: Rule;
  readonly matcher: Matcher;
}

export const compileRule = (rule: Rule): CompiledRule => ({ rule, matcher: compilePattern(rule) });

/** A stretch of the text that may be shown: as it was, or a replacement. */
export interface Stretch {
  readonly text: string;
  /** Code units of the text that came in which it stands for. */
  readonly read: number;
  readonly isReplaced: boolean;
}

export interface Moderator {
  /** Takes the next text; what may be shown now. The rest is held back: a match could begin there. */
  push(text: string): Stretch[];
  /** At the end: the rest. */
  end(): Stretch[];
  /** Whether a rule has ended the text. Nothing comes after that. */
  readonly isBlocked: boolean;
  /** Rules that matched so far. */
  readonly matched: ReadonlySet<Rule>;
}

/** The strictest of several actions. */
export const strictness: { readonly [Action in RuleAction]: number } = { flag: 1, rewrite: 2, block: 3 };

/**
 * Goes from character to character. Where rules match at one place the strictest acts, then the one with the longest match. A place is
 * decided only when no longer match could come, so that a text in pieces is treated like the same text whole. `onMatch`
 * hears once of each rule that matches.
 */
export function createModerator(rules: readonly CompiledRule[], onMatch?: (rule: Rule) => void): Moderator {
  const hold = Math.max(0, ...rules.map(({ matcher }) => matcher.span));
  const matched = new Set<Rule>();
  let pending = '';
  /** What stands before it, as much as a border of words needs. */
  let before = '';
  let isBlocked = false;

  const match = (rule: Rule): void => {
    if (matched.has(rule)) return;
    matched.add(rule);
    onMatch?.(rule);
  };

  /** What stands at a place: the strictest rule with the end of its match. */
  const strictestAt = (
    text: string,
    at: number,
  ): { readonly rule: Rule; readonly end: number } | undefined => {
    let found: { readonly rule: Rule; readonly end: number } | undefined;
    for (const { rule, matcher } of rules) {
      const end = matcher.endOf(text, at + before.length) - before.length;
      if (end < 0) continue;
      if (rule.action === 'flag') match(rule);
      const more = found ? strictness[rule.action] - strictness[found.rule.action] : 1;
      if (more > 0 || (more === 0 && end > found!.end)) found = { rule, end };
    }
    return found;
  };

  const take = (isEnd: boolean): Stretch[] => {
    const out: Stretch[] = [];
    const text = before + pending;
    let shown = 0;
    let at = 0;
    const show = (): void => {
      if (at > shown) out.push({ text: pending.slice(shown, at), read: at - shown, isReplaced: false });
    };
    while (!isBlocked && at < pending.length && (isEnd || pending.length - at >= hold)) {
      const found = strictestAt(text, at);
      if (!found || found.rule.action === 'flag') {
        at += pending.codePointAt(at)! > 0xffff ? 2 : 1;
        continue;
      }
      const { rule, end } = found;
      match(rule);
      show();
      if (rule.action === 'block') isBlocked = true;
      else out.push({ text: rule.replacement, read: end - at, isReplaced: true });
      shown = at = end;
    }
    if (!isBlocked) show();
    if (at > 0) before = pending[at - 1];
    pending = isBlocked ? '' : pending.slice(at);
    return out;
  };

  return {
    push(text) {
      if (isBlocked) return [];
      pending += text;
      return take(false);
    },
    end: () => take(true),
    get isBlocked() {
      return isBlocked;
    },
    matched,
  };
}
