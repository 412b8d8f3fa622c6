/** An answer from documents under domain kits: the question in the kit's words, what a kit answers itself, and the notice beside it. */

import { type AskOptions, type KitReader, languageOf, usedTerms } from '../../apps/index.ts';
import type { ToldAnswer, ToldPart } from '../answers/told-answer.ts';
import type { AppContext } from '../app.ts';
import { noteDecision } from './guard-model.ts';
import type { KitDecision, KitGuard } from './kit-guard.ts';

/** What a kit did to an answer. */
export interface Warned {
  /** The kit's rule that answered in the place of the documents. */
  readonly warning?: Pick<KitDecision, 'kit' | 'rule' | 'action'>;
  /** What belongs below the answer. */
  readonly notices?: readonly string[];
}

/** Terms that a model is told of. */
const MOST_TERMS = 5;

/** What the readers add to a question: its other words, and what its terms mean. */
export function kitQuestion(
  readers: readonly KitReader[],
  question: string,
): Pick<AskOptions, 'expand' | 'terms'> {
  const language = languageOf(question);
  const terms = readers.flatMap((reader) => usedTerms(reader.terms(question)));
  return {
    expand: (asked) => readers.flatMap((reader) => reader.expand(asked)),
    terms: terms
      .slice(0, MOST_TERMS)
      .map(({ term, names: [name] }) => `${name}${language === 'zh' ? '：' : ': '}${term.means[language]}`),
  };
}

/** What a kit answers in the place of the documents. */
const decidedAnswer = (question: string, { text, kit, rule, action }: KitDecision): ToldAnswer & Warned => ({
  ...{
    kind: 'answer',
    by: 'extract',
    question,
    answer: text,
    claims: [],
    passages: [],
    unknownCitations: [],
  },
  ...{ freshness: { asOf: null, newestChange: null }, finish: 'stop', warning: { kit, rule, action } },
});

/** The parts of an answer, with what the kits say; the same parts where there is no kit. */
export async function* warnedAnswer(
  c: AppContext,
  question: string,
  guard: KitGuard | undefined,
  answer: () => AsyncGenerator<ToldPart, void>,
): AsyncGenerator<ToldPart & Warned, void> {
  if (!guard) {
    yield* answer();
    return;
  }
  const decision = guard.ask(question);
  if (decision) {
    const trace = c.get('trace');
    const end = trace?.begin();
    try {
      noteDecision(c, decision);
      if (trace) Object.assign(trace, { prompt: question, output: decision.text });
      yield { type: 'text-delta', text: decision.text };
      yield { type: 'answer', ...decidedAnswer(question, decision) };
    } finally {
      end?.();
    }
    return;
  }
  for await (const part of answer()) {
    if (part.type !== 'answer' || part.kind !== 'answer') {
      yield part;
      continue;
    }
    const notices = guard.notices(question, part.answer);
    for (const notice of notices) noteDecision(c, notice);
    yield { ...part, ...(notices.length > 0 && { notices: notices.map(({ text }) => text) }) };
  }
}
