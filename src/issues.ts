/** What a schema says of a value that it refuses, in the reader's language. */

import type { z } from 'zod';
import en from 'zod/v4/locales/en.js';
import zhCN from 'zod/v4/locales/zh-CN.js';
import type { Language } from './language.ts';

export type Issue = z.core.$ZodIssue;

const locales = { en: en(), zh: zhCN() };

/** For a rule of our own: `z.refine(check, ruleOf({ en, zh }))`. */
export const ruleOf = (words: Readonly<Record<Language, string>>) => ({ params: { words } });

/** The rule that was broken. NOTE The value must have been parsed with `reportInput`: the sentence may name what came. */
export function issueReason(issue: Issue, language: Language): string {
  const own = issue.code === 'custom' ? issue.params?.words?.[language] : undefined;
  if (own !== undefined) return own;
  if (issue.code === 'invalid_union') {
    // Of several forms the one that the value came nearest to says more than that it is none of them.
    const firsts = issue.errors.flatMap(([first]) => (first && first.path.length > 0 ? [first] : []));
    const nearest = firsts.sort((one, other) => other.path.length - one.path.length).at(0);
    const colon = language === 'zh' ? '：' : ': ';
    if (nearest) return `${nearest.path.join('.')}${colon}${issueReason(nearest, language)}`;
  }
  const told = locales[language].localeError(issue as never);
  return typeof told === 'string' ? told : (told?.message ?? issue.message);
}
