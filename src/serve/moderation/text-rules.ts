/** Rules of moderation as two functions over whole texts, for who tries them out without a server. */

import type { NewRule } from '../../store/index.ts';
import { compileRule, createModerator } from './moderator.ts';

/** What is asked, and what is answered, as the rules that are on let it through. @throws for a pattern that is not good */
export function textRules(rules: readonly NewRule[]): {
  /** `undefined`: blocked. */
  readonly before: (text: string) => string | undefined;
  /** Up to where a rule blocks it. */
  readonly after: (text: string) => string;
} {
  const created = new Date();
  const compiled = rules
    .filter(({ isOn = true }) => isOn)
    .map((rule, i) =>
      compileRule({ replacement: '', isOn: true, isForAll: false, ...rule, id: String(i), created }),
    );
  const [before, after] = (['after', 'before'] as const).map((other) =>
    compiled.filter(({ rule }) => rule.stage !== other),
  );
  const moderated = (text: string, own: typeof compiled) => {
    const moderator = createModerator(own);
    const shown = [...moderator.push(text), ...moderator.end()].map((stretch) => stretch.text).join('');
    return { shown, isBlocked: moderator.isBlocked };
  };
  return {
    before(text) {
      const { shown, isBlocked } = moderated(text, before);
      return isBlocked ? undefined : shown;
    },
    after: (text) => moderated(text, after).shown,
  };
}
