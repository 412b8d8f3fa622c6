/** The door of the apps room: questions answered from documents, with citations; texts summed up. */

export type { Answer, AnswerPart, Citation, Claim, Freshness, GivenPassage } from './answer.ts';
export type { AnswerPrompt } from './answer-prompt.ts';
export { type AskOptions, answerQuestion, answerWhole } from './answer-question.ts';
export { type AnswerWriter, promptTokens } from './answer-writer.ts';
export { type Correction, correctAnswer, forgetCorrection } from './corrections.ts';
export { MOST_QUESTION_CHARACTERS } from './question.ts';
export { lengthOf } from './summary/extract-summary.ts';
export {
  type LexRankOptions,
  lexRank,
  pickDiverse,
  type SentenceVector,
  sentenceVector,
} from './summary/sentence-graph.ts';
export { type SummarizeOptions, summarize, summaryOf } from './summary/summarize.ts';
export {
  type ExtractedSummary,
  type Summary,
  type SummaryMethod,
  type SummaryPart,
  type SummaryProgress,
  type SummarySentence,
  summaryMethods,
  type WrittenSummary,
} from './summary/summary.ts';
export type { KeptParts } from './summary/write-summary.ts';
