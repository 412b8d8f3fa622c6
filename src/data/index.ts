export { type AnswerExample, type AnswerRowsOptions, answerCount, answerRows } from './answer-rows.ts';
export {
  type Augmentation,
  type AugmentOptions,
  augmentations,
  augmenter,
  deleteWords,
  insertSynonyms,
  parseSynonyms,
  replaceSynonyms,
  type Synonyms,
  swapWords,
} from './augment.ts';
export {
  type Batch,
  type Batches,
  batchRows,
  type CreateBatchesOptions,
  createBatches,
  cutRows,
} from './batches.ts';
export {
  type Canary,
  type CanaryFormat,
  canaryText,
  drawCanaries,
  MOST_CANARIES,
  parseCanaryFormat,
  placeCanaries,
  secretCount,
  secretOf,
} from './canaries.ts';
export {
  type Cleaner,
  type CleaningReport,
  type CleaningRule,
  type CountKind,
  cleanDocuments,
  codeRules,
  countCharacters,
  createCleaner,
  describeCleaning,
  type GeneralRulesOptions,
  generalRules,
  type RuleReport,
} from './clean.ts';
export { type Corpus, type CorpusName, corpora, defaultCorpus, openCorpus } from './corpora.ts';
export { counterfactual, parseWordPairs, type WordPairs } from './counterfactual.ts';
export {
  type CorpusDocument,
  chunkDocuments,
  type Documents,
  type DuplicateReport,
  dropExactDuplicates,
  splitTail,
} from './documents.ts';
export { type ExampleRowOptions, type ExampleRows, exampleRows } from './example-rows.ts';
export { type InfillRowOptions, infillRows, middleRows } from './infill-rows.ts';
export {
  type LanguageDetector,
  languageDetector,
  languageRule,
  languageSample,
  NO_LANGUAGE,
} from './language-rule.ts';
export { type MaskingOptions, maskedRows, masker, PADDING, wordJoins } from './masked.ts';
export { type Bands, bandChance, bandHasher, bandsFor } from './min-hash.ts';
export {
  type MixedRows,
  mixRows,
  mixTexts,
  SMALLEST_SHARE,
  sizeBytes,
  temperatureShares,
} from './mixture.ts';
export {
  dropNearDuplicates,
  type NearDuplicateOptions,
  type NearDuplicatePair,
  type NearDuplicateReport,
  nearDuplicateLimits,
} from './near-duplicates.ts';
export {
  excludeOverlap,
  indexOverlap,
  type OverlapIndex,
  type OverlapReport,
  overlapRule,
} from './overlap.ts';
export { type PairRowsOptions, pairRows, type TokenPair } from './pairs.ts';
export {
  isBankCard,
  isResidentId,
  maskPersonal,
  type PersonalKind,
  personalKinds,
  personalRule,
} from './personal.ts';
export { poemRules, readPoems } from './poems.ts';
export { c4Quality, gopherQuality, type QualityRules, qualityRules } from './quality.ts';
export { gopherThresholds, repetitionRules } from './repetition-rules.ts';
export {
  type DocumentRowOptions,
  documentRows,
  IGNORE,
  prefixRows,
  type RowSource,
  sequenceRows,
  windowRows,
} from './rows.ts';
export { jaccard, shingleLengths, shinglesOf } from './shingles.ts';
export { kFold, type SplitOptions, splitByHash, splitByShares } from './split.ts';
export { type ConlluOptions, conllu } from './tags/conllu.ts';
export { type TagCount, type TagCounts, tagCounter } from './tags/tag-counts.ts';
export {
  type NamedEntity,
  type TaggedLanguage,
  type TaggedSentence,
  type TaggedWord,
  type UniversalTag,
  universalTags,
} from './tags/tagged.ts';
export { type TextTagger, textTagger } from './tags/text-tagger.ts';
export {
  openTokenShard,
  type ShardInfo,
  shardLimits,
  type TokenShard,
  writeTokenShard,
} from './token-shards.ts';
export {
  concatTokens,
  encodeDocuments,
  type TokenArray,
  type TokenCorpus,
  type TokenSource,
  tokenArray,
  tokenizeDocuments,
} from './tokens.ts';
export { wordLineLimits } from './word-lines.ts';
export { parseWordList, wordFinder, wordListLimits, wordListRule } from './word-list.ts';
