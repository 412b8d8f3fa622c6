/** Texts that are quoted to a request, and that no model writes: under the rules, and written down. */

import type { Rule } from '../../store/index.ts';
import { moderateText } from '../moderation/moderate-prompt.ts';
import { moderateQuote, type Quoted } from '../moderation/moderate-quote.ts';
import type { CompiledRule } from '../moderation/moderator.ts';
import {
  looksAtAnswers,
  looksAtPrompts,
  matchesOf,
  reviewFlags,
  type Watched,
  type Watching,
} from './watched-model.ts';

export interface QuoteWatch {
  /** The answer begins; what is returned ends it, and its row of the log. */
  begin(): () => void;
  /** What is asked for, as the rules let it through. @throws `serve/blocked` */
  ask(text: string): string;
  /** A text that is quoted, as the rules let it through. */
  tell(text: string): Quoted;
  /** What is answered is written down, and shown to a person where a rule wants it. `isSeen`: the work of a model saw to it already. */
  end(output: string, options?: { readonly isSeen: boolean }): void;
}

/** `watched`: none of mere reading, which is not written down. */
export function watchQuotes(
  rules: readonly CompiledRule[],
  watched?: Watched & Pick<Watching, 'recorder'>,
): QuoteWatch {
  const before = rules.filter(looksAtPrompts);
  const after = rules.filter(looksAtAnswers);
  const onMatch = watched ? matchesOf(watched) : () => {};
  const flags = new Set<Rule>();
  const flagged = new Set<string>();
  let asked = '';
  return {
    begin: () => watched?.trace.begin() ?? (() => {}),
    ask(text) {
      if (watched) watched.trace.prompt = text;
      asked = moderateText(text, before, onMatch);
      return asked;
    },
    tell(text) {
      let isFlagged = false;
      const quoted = moderateQuote(text, after, (rule) => {
        onMatch(rule);
        if (rule.action !== 'flag') return;
        flags.add(rule);
        isFlagged = true;
      });
      if (isFlagged) flagged.add(quoted.whole.text);
      return quoted;
    },
    end(output, { isSeen } = { isSeen: false }) {
      if (!watched) return;
      if (isSeen) moderateQuote(output, after, (rule) => flags.delete(rule));
      else watched.trace.output = output;
      const shown = [...(output ? [output] : []), ...flagged].join('\n\n');
      reviewFlags({ model: watched.trace.model, prompt: asked, output: shown }, [...flags], watched);
    },
  };
}
