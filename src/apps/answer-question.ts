/** Answers a question from documents: by a model that cites them, or by quoting their sentences; or says that they do not tell. */

import type { Collection, SearchOptions } from '../retrieve/index.ts';
import type { FinishReason } from '../types.ts';
import type { Answer, AnswerPart, Citation, Claim, Freshness, GivenPassage } from './answer.ts';
import { answerPrompt, isRefusal, mayBeRefusal } from './answer-prompt.ts';
import { type AnswerWriter, answerTokens, fitPassages, fitTerms } from './answer-writer.ts';
import { checkClaims } from './check-claims.ts';
import { checkShare, checkWhole } from './check-option.ts';
import { readCitations, settledPart } from './citations.ts';
import { bestSentences } from './extract.ts';
import { type Expand, type FoundPassages, findPassages } from './find-passages.ts';
import { checkQuestion } from './question.ts';
import { coverage, readText } from './term-weights.ts';

export interface AskOptions {
  /** Where the answer is looked for; at least one, and all made with the same settings. */
  readonly collections: readonly Collection[];
  /** Writes the answer; without, sentences of the passages are quoted. */
  readonly writer?: AnswerWriter | undefined;
  /** Passages at most. Default 5. */
  readonly top?: number | undefined;
  /** How much of what is asked for a passage must hold, by the weight of the terms. Default 0.4. */
  readonly minMatch?: number | undefined;
  /** A passage whose vector is so near is enough, too. Default: only words count. */
  readonly minSimilarity?: number | undefined;
  /** How much of a sentence a passage must hold to support it. Default 0.5. */
  readonly minSupport?: number | undefined;
  /** Sentences of the answer at most. Default 3. */
  readonly maxSentences?: number | undefined;
  /** How a model shall write, in free words. */
  readonly style?: string | undefined;
  /** Tokens of a model's answer at most. Default 256; never more than a quarter of its window. */
  readonly maxTokens?: number | undefined;
  readonly search?: SearchOptions | undefined;
  /** The question in other words, in which its answer may stand. */
  readonly expand?: Expand | undefined;
  /** Words of the field, each with what it means, for a model to go by; as many as a small part of its window holds. */
  readonly terms?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A model that ends at nothing is not listened to for longer, in characters. */
const MOST_ANSWER_CHARACTERS = 16_384;
/** Passages that are shown where the answer is not in the documents. */
const NEAREST = 3;

/**
 * Answers from what the collections hold at this moment. The text streams as it will stand in the answer, whose last part is
 * whole: its sentences, each with the passages behind it.
 *
 * @throws `apps/question`, `apps/option`, `apps/window`; what the search and the model throw.
 * @example
 * for await (const part of answerQuestion('what do whales sing?', { collections: [notes] })) {
 *   if (part.type === 'answer') console.log(part.kind, part.answer, part.claims);
 * }
 */
export async function* answerQuestion(
  question: string,
  options: AskOptions,
): AsyncGenerator<AnswerPart, void> {
  checkQuestion(question);
  const { top = 5, minMatch = 0.4, maxSentences = 3, minSupport = 0.5, writer } = options;
  checkWhole('answer', 'top', top);
  checkWhole('answer', 'maxSentences', maxSentences);
  checkShare('answer', 'minMatch', minMatch);
  checkShare('answer', 'minSupport', minSupport);
  const { collections, minSimilarity, search, expand, signal } = options;
  const how = { top, minMatch, minSimilarity, search, expand, signal };
  const found = await findPassages(question, collections, how);
  const rules = { ...options, maxSentences, minSupport };
  const by = writer ? 'model' : 'extract';
  const unanswered = (reason: 'no-match' | 'model', passages: readonly GivenPassage[]): AnswerPart => ({
    type: 'answer',
    kind: 'not-in-documents',
    question,
    by,
    reason,
    answer: '',
    claims: [],
    passages: passages.slice(0, NEAREST),
    freshness: freshnessOf(passages),
  });
  if (!found.isFound) yield unanswered('no-match', found.passages);
  else if (writer) yield* writeAnswer(question, found, { ...rules, writer, unanswered });
  else yield* quoteAnswer(question, found, { ...rules, unanswered });
}

/** The whole answer, without the parts that come before it. */
export async function answerWhole(question: string, options: AskOptions): Promise<Answer> {
  for await (const part of answerQuestion(question, options)) {
    if (part.type === 'answer') {
      const { type: _, ...answer } = part;
      return answer;
    }
  }
  throw new Error('an answer has no end');
}

interface Rules extends AskOptions {
  readonly maxSentences: number;
  readonly minSupport: number;
  unanswered(reason: 'no-match' | 'model', passages: readonly GivenPassage[]): AnswerPart;
}

async function* quoteAnswer(
  question: string,
  { passages, topic, weights }: FoundPassages,
  { collections, maxSentences, unanswered }: Rules,
): AsyncGenerator<AnswerPart, void> {
  const [{ analyze }] = collections;
  const quotes = bestSentences(passages, { topic, weights, analyze, most: maxSentences });
  // Nothing but headings.
  if (quotes.length === 0) {
    yield unanswered('no-match', passages);
    return;
  }
  yield { type: 'passages', passages };
  const claims = quotes.map(({ text, start, end, passage }): Claim => {
    const { number, key, source } = passage;
    const cited = { passage: number, key, source, start, end, excerpt: text, support: 1 };
    return { text, citations: [{ ...cited, by: 'mark' }], supported: true };
  });
  const answer = quotedAnswer(claims);
  yield { type: 'text-delta', text: answer };
  yield {
    ...{ type: 'answer', kind: 'answer', question, by: 'extract', answer, claims, passages },
    ...{ unknownCitations: [], freshness: freshnessOf(passages) },
  };
}

/** The text of an answer whose sentences are quoted, each with the mark of its passage. */
export const quotedAnswer = (
  claims: readonly { readonly text: string; readonly citations: readonly Pick<Citation, 'passage'>[] }[],
): string => claims.map(({ text, citations: [{ passage }] }) => `${text} [${passage}]`).join('\n');

async function* writeAnswer(
  question: string,
  { passages: found, topic, weights }: FoundPassages,
  options: Rules & { readonly writer: AnswerWriter },
): AsyncGenerator<AnswerPart, void> {
  const { collections, writer, maxSentences, minSupport, style, signal, unanswered } = options;
  const [{ analyze }] = collections;
  const maxTokens = answerTokens(writer, options.maxTokens ?? 256);
  const terms = await fitTerms(options.terms ?? [], {
    writer,
    promptOf: (some) => answerPrompt(question, [], { maxSentences, style, terms: some }),
  });
  const promptOf = (list: readonly GivenPassage[]) =>
    answerPrompt(question, list, { maxSentences, style, terms });
  const rank = (sentence: string) => coverage(topic, readText(sentence, analyze), weights);
  const passages = await fitPassages(found, { writer, maxTokens, promptOf, rank });
  yield { type: 'passages', passages };

  let written = '';
  let shown = '';
  let finish: FinishReason = 'stop';
  const read = (text: string) => readCitations(text, passages.length, maxSentences);
  const enough = new AbortController();
  const both = AbortSignal.any([enough.signal, ...(signal ? [signal] : [])]);
  try {
    // NOTE: after enough it is read on to its end, which says how many tokens there were.
    for await (const part of writer.write(promptOf(passages), { maxTokens, signal: both })) {
      if (enough.signal.aborted) continue;
      if (part.type === 'finish') {
        if (part.reason === 'error') throw part.error;
        finish = part.reason;
      }
      if (part.type !== 'text-delta') continue;
      written = (written + part.text).slice(0, MOST_ANSWER_CHARACTERS + 1);
      const { text, plain, isCut } = read(settledPart(written));
      if (!mayBeRefusal(plain) && !isRefusal(plain)) {
        if (text.length > shown.length) yield { type: 'text-delta', text: text.slice(shown.length) };
        shown = text;
      }
      if (!isCut && written.length <= MOST_ANSWER_CHARACTERS) continue;
      finish = isCut ? 'stop' : 'length';
      enough.abort();
    }
  } catch (error) {
    // A model that throws when it is told to stop has stopped.
    if (!enough.signal.aborted) throw error;
  }
  signal?.throwIfAborted();
  const { text, plain, sentences, unknown } = read(written);
  const isSilent = finish !== 'blocked' && !/[\p{L}\p{N}]/u.test(plain);
  // What was shown stays an answer, whatever follows.
  if (shown === '' && (isSilent || isRefusal(plain))) {
    yield unanswered('model', passages);
    return;
  }
  if (text.length > shown.length) yield { type: 'text-delta', text: text.slice(shown.length) };
  const claims = await checkClaims(sentences, passages, { collections, minSupport });
  yield {
    ...{ type: 'answer', kind: 'answer', question, by: 'model', answer: text, claims, passages },
    ...{ unknownCitations: unknown, finish, freshness: freshnessOf(passages) },
  };
}

/** Of all the documents behind an answer. */
function freshnessOf(passages: readonly GivenPassage[]): Freshness {
  const times = (name: 'changed' | 'checked') =>
    passages.flatMap((passage) => passage[name]?.getTime() ?? []);
  const [checked, changed] = [times('checked'), times('changed')];
  return {
    asOf: checked.length > 0 && checked.length === passages.length ? new Date(Math.min(...checked)) : null,
    newestChange: changed.length > 0 ? new Date(Math.max(...changed)) : null,
  };
}
