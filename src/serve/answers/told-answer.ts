/** An answer from documents as it is told: its sentences, what they cite and its passages, as the rules let them through. */

import {
  type Answer,
  type AskOptions,
  answerQuestion,
  type Citation,
  type Claim,
  type GivenPassage,
  quotedAnswer,
} from '../../apps/index.ts';
import type { DocumentView, Passage } from '../../retrieve/index.ts';
import type { Told } from '../moderation/moderate-quote.ts';
import type { QuoteWatch } from '../watch/watched-quotes.ts';

interface Place {
  readonly start: number;
  readonly end: number;
}
/** A text that a rule changed has no place: what stands there reads otherwise. */
export type Placed<Row extends Place> = Omit<Row, keyof Place> &
  Pick<Told, 'moderated'> & { readonly [Name in keyof Place]: number | null };

export interface ToldClaim extends Omit<Claim, 'citations'>, Pick<Told, 'moderated'> {
  readonly citations: readonly Placed<Citation>[];
}
type ToldOf<One> = One extends Answer
  ? Omit<One, 'claims' | 'passages'> & {
      readonly claims: readonly ToldClaim[];
      readonly passages: readonly Placed<GivenPassage>[];
    }
  : never;
export type ToldAnswer = ToldOf<Answer>;

export type ToldPart =
  | { readonly type: 'text-delta'; readonly text: string }
  | ({ readonly type: 'answer' } & ToldAnswer);

/**
 * Answers a question as the rules let it through. What a model writes they have looked at before it comes here; sentences that are
 * quoted come when all of them have been looked at. @throws `serve/blocked`, and what `answerQuestion` throws
 */
export async function* toldAnswer(
  question: string,
  options: AskOptions,
  quotes: QuoteWatch,
): AsyncGenerator<ToldPart, void> {
  const leave = quotes.begin();
  const isQuoted = options.writer === undefined;
  try {
    for await (const part of answerQuestion(quotes.ask(question), options)) {
      if (part.type === 'text-delta' && !isQuoted) yield part;
      if (part.type !== 'answer') continue;
      const told = tellAnswer(part, quotes);
      quotes.end(told.answer, { isSeen: !isQuoted });
      if (isQuoted && told.answer !== '') yield { type: 'text-delta', text: told.answer };
      yield { type: 'answer', ...told };
    }
  } finally {
    leave();
  }
}

/** A passage as the rules let it through; its key is its name, and stays. */
export const tellPassage = <Row extends Passage>(passage: Row, quotes: QuoteWatch): Placed<Row> =>
  placed(passage, quotes.tell(passage.text).whole, quotes);

/** Passages of a document as they follow each other; they stay where they are in it. */
export function tellDocument(view: DocumentView, quotes: QuoteWatch): DocumentView {
  const { stretch } = quotes.tell(view.shown.map(({ text }) => text).join(''));
  let at = 0;
  const shown = view.shown.map((passage) => {
    const start = at;
    at += passage.text.length;
    return { ...passage, headings: headingsOf(passage, quotes), ...stretch(start, at) };
  });
  return { ...view, ...namesOf(view, quotes), shown };
}

const namesOf = ({ title, source }: Pick<Passage, 'title' | 'source'>, quotes: QuoteWatch) => ({
  title: title === null ? null : wordsOf(title, quotes),
  source: wordsOf(source, quotes),
});

const headingsOf = ({ headings }: Pick<Passage, 'headings'>, quotes: QuoteWatch): string[] =>
  headings.map((heading) => wordsOf(heading, quotes));

const wordsOf = (text: string, quotes: QuoteWatch): string => quotes.tell(text).whole.text;

function placed<Row extends Passage>(
  passage: Row,
  { text, moderated }: Told,
  quotes: QuoteWatch,
): Placed<Row> {
  const headings = headingsOf(passage, quotes);
  return { ...passage, ...namesOf(passage, quotes), headings, text, ...placeOf(passage, moderated) };
}

const placeOf = ({ start, end }: Place, moderated: Told['moderated']) =>
  moderated ? { start: null, end: null, moderated } : { start, end };

/** A sentence in which a rule ends the text ends the answer, as it does where a model writes. */
function tellAnswer(answer: Answer, quotes: QuoteWatch): ToldAnswer {
  const texts = answer.passages.map(({ text }) => quotes.tell(text));
  const passages = answer.passages.map((passage, i) => placed(passage, texts[i].whole, quotes));
  const cite = (citation: Citation): Placed<Citation> => {
    const { start, end, passage: number } = citation;
    const from = answer.passages[number - 1].start;
    const { text: excerpt, moderated } = texts[number - 1].stretch(start - from, end - from);
    const { source } = passages[number - 1];
    return { ...citation, source, excerpt, ...placeOf(citation, moderated) };
  };
  const cited = answer.claims.map((claim) => ({ ...claim, citations: claim.citations.map(cite) }));
  if (answer.kind !== 'answer' || answer.by === 'model') return { ...answer, claims: cited, passages };
  const quoted = cited.map((claim): ToldClaim => {
    const [{ excerpt, moderated }] = claim.citations;
    return { ...claim, text: excerpt, ...(moderated && { moderated }) };
  });
  const ended = quoted.findIndex(({ moderated }) => moderated === 'block');
  const claims = ended < 0 ? quoted : quoted.slice(0, ended);
  const blocked = ended < 0 ? {} : ({ finish: 'blocked' } as const);
  return { ...answer, answer: quotedAnswer(claims), claims, passages, ...blocked };
}
