/** Sums up a text of any length: by its own sentences, or by a model. */

import { type Analyzer, createAnalyzer } from '../../retrieve/index.ts';
import type { AnswerWriter } from '../answer-writer.ts';
import { checkWhole } from '../check-option.ts';
import { fail } from '../errors.ts';
import { languageOf } from '../prompt-text.ts';
import { checkQuestion } from '../question.ts';
import { extractSentences, MOST_SENTENCES } from './extract-summary.ts';
import type { Summary, SummaryMethod, SummaryPart } from './summary.ts';
import { type KeptParts, writeSummary } from './write-summary.ts';

export interface SummarizeOptions {
  /** Default: `map-reduce` with a writer, `extract` without. */
  readonly method?: SummaryMethod | undefined;
  /** The model that writes. */
  readonly writer?: AnswerWriter | undefined;
  /** Sentences at most, and 1000 in any case; a model is asked to keep to it. Default 5, where no length is given. */
  readonly sentences?: number | undefined;
  /** Words, and Chinese characters, at most; a model is asked to keep to it. */
  readonly length?: number | undefined;
  /** What the summary shall be about. Default: all that matters. */
  readonly question?: string | undefined;
  /** Tokens of each text of a model at most. Default 512; never more than a quarter of its window. */
  readonly maxTokens?: number | undefined;
  /** Parts that a model may be given at most. Default: as many as the text has. */
  readonly mostParts?: number | undefined;
  /** Summaries of parts from before, and where new ones are kept. */
  readonly kept?: KeptParts | undefined;
  /** Of sentences that are quoted: how they are made into terms. Default: `createAnalyzer()`. */
  readonly analyze?: Analyzer | undefined;
  /** Of sentences that are quoted: those of fewer words with a meaning are left out, if there are others. Default 5. */
  readonly leastTerms?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const SENTENCES = 5;

/**
 * The summary of a text, after its progress and, as it is written, its text. Quoted sentences need seconds for a novel; a model
 * gets the text in parts that fit, by exact counts where its tokenizer is known, and as many rounds as the summaries of the parts
 * need to fit into one prompt.
 *
 * @throws `apps/no-text`, `apps/no-model`, `apps/option`, `apps/question`, `apps/summary-window`, `apps/summary-grows`,
 * `apps/summary-parts`; what the model throws
 * @example
 * for await (const part of summarize(novel, { sentences: 3 })) if (part.type === 'summary') console.log(part.summary);
 */
export async function* summarize(
  text: string,
  options: SummarizeOptions = {},
): AsyncGenerator<SummaryPart, void> {
  const { writer, length, question, maxTokens = 512, signal } = options;
  const { method = writer ? 'map-reduce' : 'extract' } = options;
  const sentences = options.sentences ?? (length === undefined ? SENTENCES : undefined);
  if (sentences !== undefined) checkWhole('summary', 'sentences', sentences, MOST_SENTENCES);
  if (length !== undefined) checkWhole('summary', 'length', length);
  checkWhole('summary', 'maxTokens', maxTokens);
  if (question !== undefined) checkQuestion(question);
  if (!/[\p{L}\p{N}]/u.test(text)) throw fail('apps/no-text', undefined);
  const lang = languageOf(question ?? text);
  if (method !== 'extract') {
    if (!writer) throw fail('apps/no-model', { method });
    const { kept, mostParts } = options;
    const rules = { lang, sentences, length, question };
    yield* writeSummary(text, { method, writer, rules, maxTokens, mostParts, kept, signal });
    return;
  }
  const { analyze = createAnalyzer(), leastTerms } = options;
  const extracting = extractSentences(text, { analyze, sentences, length, question, leastTerms, signal });
  let next = await extracting.next();
  for (; !next.done; next = await extracting.next()) yield { type: 'progress', ...next.value };
  const { sentences: found, parts } = next.value;
  const summary = found.map((sentence) => sentence.text).join('\n');
  if (summary !== '') yield { type: 'text-delta', text: summary };
  yield { type: 'summary', method, summary, lang, question: question ?? null, parts, sentences: found };
}

/** The whole summary, without what is told before it. */
export async function summaryOf(text: string, options: SummarizeOptions = {}): Promise<Summary> {
  for await (const part of summarize(text, options)) {
    if (part.type !== 'summary') continue;
    const { type: _, ...summary } = part;
    return summary;
  }
  throw new Error('a summary has no end');
}
