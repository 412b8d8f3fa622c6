/** The door of the recommend room: items for readers, from what the items say and what was read; measured beside popularity. */

export { neighbours, popularity, recentPopularity } from './by-readers.ts';
export { byTerms } from './by-terms.ts';
export {
  byVectors,
  type EmbedOptions,
  embedTexts,
  type ItemVectors,
  itemVectors,
} from './by-vectors.ts';
export { type EventColumns, type ReaderEvent, readEvents, readWhen } from './events.ts';
export { fused } from './fused.ts';
export { checkId, type Item, type ItemColumns, readItems } from './items.ts';
export { createLexicon, type Lexicon } from './lexicon.ts';
export { limits as recommendLimits } from './limits.ts';
export {
  describeEvents,
  type FoundScores,
  type MakeRecommender,
  type Measured,
  type MeasureOptions,
  type MethodScores,
  measureRecommenders,
} from './measure.ts';
export {
  type Explanation,
  type Judgement,
  type MemoryOptions,
  type ReadReason,
  type Recommender,
  type RecommendMethod,
  recommendMethods,
  type Taste,
  type TasteRead,
  type WordReason,
} from './method.ts';
export {
  buildRecommender,
  growLearnt,
  type LearnOptions,
  type Learnt,
  learnMethods,
  type MethodParts,
  parseMethods,
} from './methods.ts';
export { orderOf, type RankOptions, rankItems } from './rank.ts';
export {
  logOf,
  type RatingScale,
  type Read,
  type ReadingLog,
  ratingScale,
  readingLog,
  weightOf,
} from './reading-log.ts';
export {
  itemPlace,
  type Recommendation,
  type Recommendations,
  type RecommendOptions,
  recommend,
  type Shelf,
  tasteOf,
  type Wish,
} from './recommend.ts';
export { type Split, type SplitEvents, type SplitOptions, splitEvents, splits } from './split-events.ts';
export {
  checkRecommenderFolder,
  feedbackPlace,
  loadRecommender,
  type RecommenderSettings,
  readFeedback,
  type SavedRecommender,
  saveRecommender,
} from './storage.ts';
export type { TermRow, Vocabulary } from './term-rows.ts';
export { byTowers, type TowerOptions, type Towers, trainTowers } from './two-towers.ts';
export { wordEmbedder } from './word-embedder.ts';
