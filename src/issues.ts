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
  const told = locales[language].localeError(issue as never);
  return typeof told === 'string' ? told : (told?.message ?? issue.message);
}
