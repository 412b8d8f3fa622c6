/** The repetition problem: what repetition is, and how much of it there is. Knows text and ids, never a model. */

export {
  type AuditOptions,
  auditRepetition,
  type DeduplicateOptions,
  type DeduplicationReport,
  deduplicateCorpus,
  type LoopingDocument,
  type RepetitionAudit,
} from './audit.ts';
export { type CleanOptions, type CleanResult, cleanRepetition, type Removal } from './clean.ts';
export { distinctTokens, tokenCounts, unigramEntropy, zipfCoefficient } from './distribution.ts';
export { type Generations, parseGenerations } from './generations.ts';
export {
  type AcrossPrompts,
  acrossPrompts,
  type PieceRepetition,
  type PromptEcho,
  promptEcho,
  type SamePrompt,
  samePrompt,
  sectionRepetition,
  sentenceRepetition,
} from './levels.ts';
export {
  createLoopDetector,
  LOOP_THRESHOLD,
  type Loop,
  type LoopDetector,
  type LoopDetectorOptions,
} from './loop-detector.ts';
export {
  type CoverageOptions,
  degenerateByCoverage,
  type EndLoop,
  endLoop,
  endsInLoop,
  ngramCoverage,
} from './loops.ts';
export {
  type CorpusRepetition,
  type CorpusRepetitionOptions,
  corpusRepetition,
  countNgrams,
  distinctNgrams,
  type Ids,
  type NgramCount,
  seqRep,
} from './ngrams.ts';
export { type PredictionRepeats, predictionRepeats } from './predictions.ts';
export type { CountBucket, LevelRepetition, Offender } from './repeat-counter.ts';
export {
  type Coverage,
  createRepetitionIndex,
  type RepetitionIndex,
  type SuffixRange,
} from './repetition-index.ts';
export {
  type CountAndShare,
  type MeasureOptions,
  measureIds,
  measureTexts,
  type RepetitionReport,
} from './report.ts';
export { referenceBleu, selfBleu } from './self-bleu.ts';
export { comparableWords, comparisonKey } from './sentences.ts';
export { type DetectLoopsOptions, detectLoops, type TextLoop } from './text-loops.ts';
export {
  classifyToken,
  createVocabulary,
  guessUnit,
  locateText,
  splitText,
  type TokenClass,
  type TokenUnit,
} from './tokens.ts';
