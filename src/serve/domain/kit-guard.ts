/** The warnings of domain kits as rules: what is answered in the place of a model, what is put below an answer, what may not stand in one. */

import { type DomainKit, type KitReader, languageOf, readKit } from '../../apps/index.ts';
import type { Rule } from '../../store/index.ts';
import { fail } from '../errors.ts';
import { compilePattern, type Matcher } from '../moderation/matcher.ts';
import { type CompiledRule, createModerator } from '../moderation/moderator.ts';

/** What a kit says to a question, or of an answer. */
export interface KitDecision {
  readonly kit: string;
  readonly rule: string;
  readonly action: 'urgent' | 'refuse' | 'notice';
  readonly text: string;
  /** The row of the audit log. */
  readonly row: Rule;
}

export interface KitGuard {
  readonly readers: readonly KitReader[];
  /** What is said in the place of an answer, by any kit or one of these; urgent things before all others. */
  ask(question: string, kits?: readonly string[]): KitDecision | undefined;
  /** What stands below an answer: a notice of each kit whose field the question or the answer is of, in the language of the question. */
  notices(question: string, answer: string): KitDecision[];
  /** Of what a model writes. */
  readonly rules: readonly CompiledRule[];
  /** A text as those rules let it through; `onMatch` hears once of each pattern that changed it. */
  rewrite(text: string, onMatch?: (rule: Rule) => void): string;
}

export interface KitGuardOptions {
  /** Numbers or names to call, in free words: they stand where a kit has `{{numbers}}`. */
  readonly numbers?: string | undefined;
  /** Below which answers a notice stands: all of them, or those of the field (default). */
  readonly notice?: 'field' | 'always' | undefined;
}

/** Characters of a long message that are looked at: so many from its beginning, and as many up to its end. */
const LOOKED_AT = 4000;

const created = new Date(0);

interface AskRule {
  readonly kit: string;
  readonly matchers: readonly Matcher[];
  readonly decision: (language: 'en' | 'zh') => KitDecision;
  readonly isUrgent: boolean;
}

/** @throws `serve/kit-pattern` for a pattern that is not good, with the rule it belongs to */
export function createKitGuard(
  kits: readonly DomainKit[],
  { numbers, notice = 'field' }: KitGuardOptions = {},
): KitGuard {
  const readers = kits.map(readKit);
  const asked: AskRule[] = [];
  const rules: CompiledRule[] = [];
  for (const kit of kits) {
    for (const { name, on, action, say, patterns } of kit.rules) {
      const compile = (pattern: string): Matcher => {
        try {
          return compilePattern({ kind: 'regex', pattern: `(?i:${pattern})` });
        } catch (error) {
          const reason = (error as Error).message;
          throw fail('serve/kit-pattern', { kit: kit.name, rule: name, pattern, reason }, error);
        }
      };
      for (const language of on === 'answer' ? (['en', 'zh'] as const) : []) {
        for (const [i, pattern] of patterns[language].entries()) {
          const row = ruleRow(kit, name, 'rewrite', say[language]);
          const matcher = compile(pattern);
          rules.push({
            rule: { ...row, id: `${row.id}/${language}/${i}`, pattern },
            // One more, to see whether a word ends there.
            matcher: { span: matcher.span + 1, endOf: (text, at) => endOfWords(matcher, text, at) },
          });
        }
      }
      if (action === 'rewrite') continue;
      asked.push({
        kit: kit.name,
        matchers: [...patterns.en, ...patterns.zh].map(compile),
        isUrgent: action === 'urgent',
        decision: (language) => {
          const text = withNumbers(say[language], numbers, language);
          return { kit: kit.name, rule: name, action, text, row: ruleRow(kit, name, 'block', text) };
        },
      });
    }
  }
  // Help that is urgent goes before a refusal, whichever kit has it.
  asked.sort((a, b) => Number(b.isUrgent) - Number(a.isUrgent));
  return {
    readers,
    rules,
    ask(question, only) {
      const text = lookedAt(question);
      const speaks = ({ kit, matchers }: AskRule): boolean =>
        (only === undefined || only.includes(kit)) && matchers.some((one) => standsIn(one, text));
      return asked.find(speaks)?.decision(languageOf(question));
    },
    rewrite(text, onMatch) {
      const moderator = createModerator(rules, onMatch);
      return [...moderator.push(text), ...moderator.end()].map((stretch) => stretch.text).join('');
    },
    notices: (question, answer) =>
      readers
        .filter(
          (reader) => notice === 'always' || [question, answer].some((text) => reader.isInside(ends(text))),
        )
        .map(({ kit }) => {
          const text = kit.notice[languageOf(question === '' ? answer : question)];
          const row = ruleRow(kit, 'notice', 'rewrite', text);
          return { kit: kit.name, rule: 'notice', action: 'notice', text, row };
        }),
  };
}

const ruleRow = ({ name: kit }: DomainKit, name: string, action: Rule['action'], text: string): Rule => ({
  ...{ id: `kit/${kit}/${name}`, name: `${kit}/${name}`, kind: 'regex', pattern: '', action },
  ...{
    replacement: text,
    stage: action === 'block' ? 'before' : 'after',
    isOn: true,
    isForAll: true,
    created,
  },
});

/** In the brackets of the language. */
function withNumbers(text: string, numbers: string | undefined, language: 'en' | 'zh'): string {
  const own = numbers?.trim();
  // A function: what the operator writes may hold a `$`.
  return text.replaceAll('{{numbers}}', () => (own ? (language === 'zh' ? `（${own}）` : ` (${own})`) : ''));
}

const ends = (text: string): string =>
  text.length <= 2 * LOOKED_AT ? text : `${text.slice(0, LOOKED_AT)}\n${text.slice(-LOOKED_AT)}`;

/** As patterns are written: one kind of space and apostrophe. NOTE cut twice: NFKC makes up to 18 characters of one. */
const lookedAt = (text: string): string =>
  ends(ends(text).normalize('NFKC'))
    .replace(/[‘’ʼ`]/g, "'")
    .replace(/\s+/g, ' ');

const LATIN = /[\p{Script=Latin}\p{Nd}]/u;
const isInWord = (text: string, at: number): boolean =>
  at > 0 && at < text.length && LATIN.test(text[at - 1]) && LATIN.test(text[at]);

/** Where a match ends that begins and ends at the border of a word; -1 without one. */
function endOfWords(matcher: Matcher, text: string, at: number): number {
  if (isInWord(text, at)) return -1;
  const end = matcher.endOf(text, at);
  return end < 0 || isInWord(text, end) ? -1 : end;
}

function standsIn(matcher: Matcher, text: string): boolean {
  for (let at = 0; at < text.length; at++) if (endOfWords(matcher, text, at) > 0) return true;
  return false;
}
