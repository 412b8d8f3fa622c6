/** The door of the apps room: questions answered from documents, with citations. */

export type { Answer, AnswerPart, Citation, Claim, Freshness, GivenPassage } from './answer.ts';
export type { AnswerPrompt } from './answer-prompt.ts';
export { type AskOptions, answerQuestion, answerWhole } from './answer-question.ts';
export { type AnswerWriter, promptTokens } from './answer-writer.ts';
export { type Correction, correctAnswer, forgetCorrection } from './corrections.ts';
export { MOST_QUESTION_CHARACTERS } from './question.ts';
