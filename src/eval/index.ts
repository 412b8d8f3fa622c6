/** Evaluation: what a model does, why it repeats itself, and which way of decoding fits it. Sees only the contracts. */

export { type Anisotropy, anisotropy, similarityMatrix } from './anisotropy.ts';
export { type NgramModel, type NgramOptions, ngramLanguageModel, ngramModel } from './baseline/kneser-ney.ts';
export type { BeamWidth, Causes, Learning } from './causes.ts';
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
export { type CorpusRepeats, corpusRepeats } from './corpus-repeats.ts';
export { type Cure, nameOf } from './cure.ts';
export { type Continuation, type DecodePromptsOptions, decodePrompts } from './decode-prompts.ts';
export { type EntropyCollapse, type EntropyPlace, entropyAlong, entropyCollapse } from './entropy.ts';
export { type Finding, findCauses } from './findings.ts';
export {
  type InductionHead,
  type InductionOptions,
  type InductionReport,
  inductionHeads,
} from './induction-heads.ts';
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
export { type InspectTable, inspectTables, shownPiece, toCsv } from './inspect/inspect-tables.ts';
export { inspectTokens, type TextReading, type TokenReading } from './inspect/inspect-tokens.ts';
export { type Why, type WhyOptions, type WhyToken, whyThisToken } from './inspect/inspect-why.ts';
export { defaultStrategies, type LabEvent, type LabOptions, type LabReport, runLab } from './lab.ts';
export { type LabPageOptions, labPage } from './lab-page.ts';
export { type LabPlot, labPlots } from './lab-plots.ts';
export type { Estimate, LabRow, LabText } from './lab-rows.ts';
export { type LabColumn, labColumns, labTable, unchangedRows } from './lab-table.ts';
export { type LabView, type LabViewRow, labView } from './lab-view.ts';
export { type ReadText, type ReadTextsOptions, readTexts } from './read-texts.ts';
export { type Recall, recallPassages } from './recall.ts';
export {
  type Reinforcement,
  type SelfReinforcementOptions,
  selfReinforcement,
} from './self-reinforcement.ts';
export {
  bootstrapInterval,
  holm,
  type Interval,
  pairedPermutationTest,
  type ResampleOptions,
} from './significance.ts';
