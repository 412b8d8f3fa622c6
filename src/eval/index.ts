/** Evaluation: what a model does, why it repeats itself, and which way of decoding fits it. Sees only the contracts. */

export { type Anisotropy, anisotropy, similarityMatrix } from './anisotropy.ts';
export { type NgramModel, type NgramOptions, ngramLanguageModel, ngramModel } from './baseline/kneser-ney.ts';
export {
  type BenchmarkOptions,
  type BenchmarkResult,
  type BenchmarkScore,
  runBenchmark,
} from './benchmark/benchmark.ts';
export {
  type BenchmarkModel,
  localBenchmarkModel,
  type Pair,
  type PairLikelihood,
  remoteBenchmarkModel,
} from './benchmark/model.ts';
export { type ShotOptions, shotPrompt } from './benchmark/prompt.ts';
export {
  type AskedTask,
  type BenchmarkItem,
  type BenchmarkTask,
  benchmarkTask,
} from './benchmark/task.ts';
export type { BeamWidth, Causes, Learning } from './causes.ts';
export {
  candidatesFor,
  type ModelCandidate,
  type ModelClass,
  type ModelName,
  type ModelOrigin,
  modelCandidates,
} from './choice/choice-candidates.ts';
export {
  type ChoiceFacts,
  type ChoiceLanguage,
  type ChoiceTask,
  type ProfileOptions,
  profileTexts,
  type TextFacts,
} from './choice/choice-facts.ts';
export {
  type ChoiceRule,
  choiceRules,
  holds,
  type RuleCondition,
  type RuleId,
  type RuleSource,
} from './choice/choice-rules.ts';
export {
  type ChoiceLimits,
  chooseModel,
  type ModelChoice,
  type ModelCost,
  type ModelTrial,
  type Obstacle,
  rankByTrials,
  type TrialFigures,
} from './choice/choose-model.ts';
export {
  type CodedTokens,
  decodeTokens,
  encodeTokens,
  type TokenCoderOptions,
} from './coding/code-tokens.ts';
export {
  type ExtendedHammingWord,
  extendedHammingDecode,
  extendedHammingEncode,
  type HammingBytes,
  type HammingWord,
  hammingDecode,
  hammingDecodeBytes,
  hammingEncode,
  hammingEncodeBytes,
} from './coding/hamming.ts';
export {
  type PackedText,
  type Packer,
  type PackOptions,
  packText,
  type UnpackOptions,
  unpackText,
} from './coding/pack-text.ts';
export { packedLimits, shortHash } from './coding/packed-file.ts';
export {
  type RangeDecoder,
  type RangeEncoder,
  rangeDecoder,
  rangeEncoder,
  TOTAL_FREQUENCY,
} from './coding/range-coder.ts';
export { type TokenShares, tokenShares } from './coding/token-shares.ts';
export {
  type ComparedModel,
  type CompareEvent,
  type CompareOptions,
  type CompareReport,
  compareModels,
  type ModelRow,
  usualStrategies,
  type WrittenRow,
} from './compare/compare-models.ts';
export { comparePage } from './compare/compare-page.ts';
export { comparePlots } from './compare/compare-plots.ts';
export {
  type CompareLine,
  compareVerdict,
  type ModelColumn,
  modelColumns,
  modelLines,
  writtenColumns,
  writtenLines,
} from './compare/compare-table.ts';
export { type DecodingSpeedOptions, decodingSpeed } from './compare/decoding-speed.ts';
export { type DocumentScore, type ScoreDocumentsOptions, scoreDocuments } from './compare/score-documents.ts';
export {
  corpusDiversity,
  type DiversityOptions,
  type DiversityReport,
  type DiversityRow,
  isShortLined,
  MATTR_WINDOW,
  movingTypeTokenRatio,
} from './corpus-diversity.ts';
export { type CorpusRepeats, corpusRepeats } from './corpus-repeats.ts';
export { type Cure, nameOf } from './cure.ts';
export { type Continuation, type DecodePromptsOptions, decodePrompts } from './decode-prompts.ts';
export { type EntropyCollapse, type EntropyPlace, entropyAlong, entropyCollapse } from './entropy.ts';
export { type Finding, findCauses } from './findings.ts';
export { gradientPlot, gradientTable, type ReachRow } from './gradient-view.ts';
export {
  type InductionHead,
  type InductionOptions,
  type InductionReport,
  inductionHeads,
} from './induction-heads.ts';
export {
  type BlockEntropy,
  blockEntropies,
  entropyOfCounts,
  millerMadow,
} from './information/block-entropy.ts';
export {
  type ConditionalRow,
  type ConditionalTable,
  conditionalTable,
} from './information/conditional-table.ts';
export {
  type HeldOutRate,
  type HeldOutRateOptions,
  heldOutRate,
  matchLengthRate,
} from './information/entropy-rate.ts';
export {
  type GrowthPoint,
  heapsLaw,
  rankCounts,
  type VocabularyGrowth,
  vocabularyGrowth,
} from './information/growth.ts';
export {
  type MutualInformation,
  mutualInformation,
  type NeighbourOptions,
  type NeighbourPair,
  neighbourPairs,
  shuffledRows,
} from './information/mutual-information.ts';
export { type NamedStatistics, statisticsPlots, unitWords } from './information/statistics-plots.ts';
export {
  countGrams,
  countPairs,
  type GramCounts,
  type PairCount,
  type PairTable,
  type SymbolText,
  type SymbolUnit,
  symbolsOf,
} from './information/symbols.ts';
export {
  type NamedPair,
  type TextStatistics,
  type TextStatisticsOptions,
  textStatistics,
} from './information/text-statistics.ts';
export {
  type InspectAnswers,
  type InspectKind,
  type InspectQuestions,
  type InspectRequest,
  inspect,
} from './inspect/inspect.ts';
export {
  type AttentionMaps,
  type AttentionWindow,
  attentionMaps,
  type HeadMap,
  type HeadScores,
  type HeadWeights,
  headWeights,
} from './inspect/inspect-attention.ts';
export { type BeamNode, type BeamTree, type BeamTreeOptions, beamTree } from './inspect/inspect-beams.ts';
export { type ExpertUse, expertUses, usesByLayer } from './inspect/inspect-experts.ts';
export {
  type FilterOptions,
  type FilterStage,
  type FilterStages,
  inspectFilters,
} from './inspect/inspect-filters.ts';
export { type LensLayer, type LensOptions, type LensPlace, logitLens } from './inspect/inspect-lens.ts';
export { inspectLimits } from './inspect/inspect-limits.ts';
export {
  type EmbeddingDot,
  type EmbeddingMap,
  embeddingMap,
  type Neighbour,
  nearestTokens,
} from './inspect/inspect-map.ts';
export { type Choice, type Expectation, type Piece, pieceOf } from './inspect/inspect-pieces.ts';
export { inspectPlots } from './inspect/inspect-plots.ts';
export { spectraPlot, spectraTable, type WeightSpectrum, weightSpectrum } from './inspect/inspect-spectra.ts';
export { type InspectTable, inspectTables, shownPiece, toCsv } from './inspect/inspect-tables.ts';
export { inspectTokens, type TextReading, type TokenReading } from './inspect/inspect-tokens.ts';
export { type Why, type WhyOptions, type WhyToken, whyThisToken } from './inspect/inspect-why.ts';
export { defaultStrategies, type LabEvent, type LabOptions, type LabReport, runLab } from './lab.ts';
export { type LabPageOptions, labPage } from './lab-page.ts';
export { type LabPlot, labPlots } from './lab-plots.ts';
export type { Estimate, LabRow, LabText } from './lab-rows.ts';
export { type LabColumn, labColumns, labTable, unchangedRows } from './lab-table.ts';
export { type LabView, type LabViewRow, labView } from './lab-view.ts';
export {
  type BitsByLengthOptions,
  bitsByLength,
  type LengthReader,
  type LengthReport,
  type LengthRow,
} from './length/bits-by-length.ts';
export * from './length/length-views.ts';
export {
  type PasskeyOptions,
  type PasskeyReader,
  type PasskeyReport,
  type PasskeyRow,
  type PasskeyShape,
  type PasskeyText,
  passkeyAccuracy,
  passkeyText,
  passkeyTexts,
} from './length/passkey.ts';
export {
  type ReadStreamOptions,
  readStream,
  type StreamReader,
  type StreamRow,
} from './length/read-stream.ts';
export {
  measureWriting,
  predictWriting,
  type WritingCost,
  type WritingOptions,
} from './length/writing-cost.ts';
export {
  type AnswerOptions,
  type AnswerRules,
  type AnswerScore,
  answerScore,
  isExactAnswer,
} from './metrics/answers.ts';
export {
  type BleuOptions,
  type BleuScore,
  type BleuSmoothing,
  bleuSignature,
  corpusBleu,
  sentenceBleu,
} from './metrics/bleu.ts';
export { type BleuTokenizer, bleuTokenizers } from './metrics/bleu-tokenizers.ts';
export { type ChrfOptions, chrfSignature, corpusChrf, sentenceChrf } from './metrics/chrf.ts';
export {
  type ClassificationScores,
  type ClassScore,
  type ConfusionMatrix,
  classificationScores,
  confusionMatrix,
  countLabels,
  type LabelPairs,
  type LabelScore,
  scoresOfCounts,
} from './metrics/classification.ts';
export {
  areEntityLabels,
  type Entity,
  type EntityScores,
  entitiesOf,
  entityScores,
} from './metrics/entities.ts';
export { characterErrorRate, type ErrorRate, wordErrorRate } from './metrics/error-rate.ts';
export {
  compareRecords,
  type EvalComparison,
  type EvalProgress,
  type EvalReport,
  type EvalTask,
  type EvaluateOptions,
  evalTasks,
  evaluateRecords,
  guessTask,
  type MetricScore,
  type ScoreDifference,
} from './metrics/evaluate.ts';
export {
  type FaithfulnessCounts,
  faithfulnessCounter,
  type HeldCount,
} from './metrics/faithfulness.ts';
export type { EvalRecord, FieldNames } from './metrics/fields.ts';
export { type FluencyOptions, type FluencyScore, fluencyJudge } from './metrics/fluency.ts';
export {
  type Gap,
  type GapName,
  type GroupGaps,
  type GroupRate,
  type GroupRow,
  gapNames,
  groupGaps,
  groupNames,
  type RateName,
  rateNames,
} from './metrics/group-gaps.ts';
export {
  type DatedLabel,
  type LabelShare,
  type LabelTrend,
  labelTrend,
  type Period,
  periods,
  readDay,
} from './metrics/label-trend.ts';
export { trendPlot, trendTable } from './metrics/label-trend-view.ts';
export { type LikelihoodName, likelihoodScores, type ScoredText } from './metrics/likelihood.ts';
export { type MetricRow, metricRow, metricTable } from './metrics/metric-table.ts';
export { mostFrequent } from './metrics/most-frequent.ts';
export { passAtK } from './metrics/pass-at-k.ts';
export {
  type Judgements,
  type RankingOptions,
  type RankingScore,
  type RankingScores,
  type Rankings,
  rankByScore,
  rankingScore,
  rankingScores,
} from './metrics/ranking.ts';
export { meanRanks, pearson, type RegressionScores, regressionScores } from './metrics/regression.ts';
export {
  type OverlapScore,
  type RougeName,
  type RougeOptions,
  type RougeScores,
  type RougeUnit,
  rouge,
  rougeNames,
} from './metrics/rouge.ts';
export { type Attack, type AttackCategory, readAttacks } from './probes/attacks.ts';
export {
  type BiasReport,
  type HiddenTokenModel,
  type ProbeBiasOptions,
  probeBias,
} from './probes/bias.ts';
export { type BiasItem, type BiasKind, type BiasRecord, readBiasItems } from './probes/bias-items.ts';
export {
  type BiasOutcome,
  type BiasRow,
  type BiasScore,
  biasScores,
  isSignedScore,
} from './probes/bias-scores.ts';
export {
  type CanaryExposure,
  type ExposureOptions,
  type ExposureReport,
  measureExposure,
} from './probes/exposure.ts';
export {
  type AttackAnswer,
  type AttackMessage,
  type AttackOutcome,
  type AttackResult,
  type AttackRow,
  type AttackTarget,
  type ProbeSecurityOptions,
  probeSecurity,
  type SecurityReport,
  type TextRules,
} from './probes/security.ts';
export { usualAttacks } from './probes/usual-attacks.ts';
export { type ReadText, type ReadTextsOptions, readTexts } from './read-texts.ts';
export {
  type AnsweredQuestion,
  type AskingOptions,
  type ChainSample,
  type ChainTemplate,
  measureReasoning,
  type ReasoningMethod,
  type ReasoningMethodOptions,
  type ReasoningRow,
  reasoningMethods,
  sampleChains,
} from './reasoning/measure.ts';
export { type SumTask, type SumTaskOptions, sumTasks, sumTexts } from './reasoning/sum-tasks.ts';
export { type Recall, recallPassages } from './recall.ts';
export { expectedImprovement, normalShare } from './search/expected-improvement.ts';
export {
  fitKernel,
  type GaussianProcess,
  gaussianProcess,
  type KernelParameters,
} from './search/gaussian-process.ts';
export {
  type Measurement,
  rankTrials,
  type SearchOptions,
  search,
  type Trial,
} from './search/search.ts';
export {
  type Dimension,
  formatSpace,
  parseSpace,
  type SearchSpace,
  type Setting,
  type Settings,
} from './search/space.ts';
export { type SearchStrategy, searchStrategies } from './search/strategies.ts';
export {
  type Reinforcement,
  type SelfReinforcementOptions,
  selfReinforcement,
} from './self-reinforcement.ts';
export {
  bootstrapInterval,
  holm,
  type Interval,
  middleOf,
  type PairedDifference,
  pairedBootstrap,
  pairedPermutationTest,
  type ResampleOptions,
  resamples,
  wilsonInterval,
} from './significance.ts';
export { fitSizeCurve, type SizeCurve, type SizePoint } from './size-curve.ts';
export { deviationOf } from './spread.ts';
export { type WordMap, wordMap, wordMapPlot } from './word-vectors/word-map.ts';
export {
  type SimilarWord,
  type WordSpace,
  type WordTable,
  wordAnalogy,
  wordNeighbours,
  wordSimilarity,
  wordSpace,
} from './word-vectors/word-neighbours.ts';
export {
  type QuestionScore,
  questionScore,
  type RelatedScore,
  relatedScore,
} from './word-vectors/word-scores.ts';
