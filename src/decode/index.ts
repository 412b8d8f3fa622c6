/** Decoding: from a model's logits to text. Sees the contracts of `types.ts`, never a model. */

export {
  type BeamSearchOptions,
  beamSampling,
  beamSearch,
  type DiverseBeamSearchOptions,
  diverseBeamSearch,
} from './beam-search.ts';
export { classifierFreeGuidance, type GuidanceOptions } from './classifier-free-guidance.ts';
export { collectTexts, type GeneratedText } from './collect.ts';
export { type Companion, withCompanion } from './companion.ts';
export {
  type CompileOptions,
  type Constraint,
  type ConstraintState,
  compileConstraint,
} from './constraints/constraint.ts';
export type { JsonWhitespace } from './constraints/json-syntax.ts';
export { limits as constraintLimits } from './constraints/limits.ts';
export type { ConstraintSpec, JsonSchemaSpec } from './constraints/spec.ts';
export { type ToolCallsSpec, type ToolSchema, toolCallForm } from './constraints/tool-calls.ts';
export { type ContrastiveDecodingOptions, contrastiveDecoding } from './contrastive-decoding.ts';
export { type ContrastiveSearchOptions, contrastiveSearch } from './contrastive-search.ts';
export { detectWatermark, type WatermarkEvidence } from './detect-watermark.ts';
export {
  type DoubleModel,
  type FunctionModelOptions,
  functionModel,
  type MarkovModelOptions,
  markovModel,
  type ScriptedModelOptions,
  scriptedModel,
  scriptedTexts,
} from './doubles.ts';
export {
  createEngine,
  type Engine,
  type EngineLoad,
  type EngineOptions,
  type EngineRequest,
} from './engine.ts';
export { fromSource, sourceReader } from './from-source.ts';
export { type GenerateTokensOptions, generateTokens } from './generate-tokens.ts';
export { type GuardOptions, guarded } from './guard.ts';
export { REPAIR_ACTIONS, type RepairAction } from './guard-repair.ts';
export {
  type GuardableRequest,
  type GuardTextOptions,
  guardText,
  TEXT_REPAIR_ACTIONS,
  type TextRepairAction,
} from './guard-text.ts';
export {
  type CountScope,
  createHistory,
  type DecodeStep,
  type History,
  type HistoryOptions,
  type StateMaker,
  type TextState,
} from './history.ts';
export { logSumExp } from './log-softmax.ts';
export { type LookBackSearchOptions, lookBackSearch } from './look-back-search.ts';
export { nextTurn } from './next-turn.ts';
export { createPrefixCache, type PrefixCache, type PrefixCacheOptions } from './prefix-cache.ts';
export { PRESETS, type Preset, type PresetRow } from './presets.ts';
export type { ProcessorName, ProcessorOptions, ProcessorSettings, Spelled } from './processor-options.ts';
export { PROCESSORS, type ProcessorRow } from './processor-rows.ts';
export { checkNamedIds, collectProcessors, PROCESSOR_ORDER } from './processor-table.ts';
export * from './processors.ts';
export { type Rule, type RuleSet, ruleModel } from './rule-model.ts';
export { defaultRules } from './rule-set.ts';
export { greedy, type Sampler, sample } from './samplers.ts';
export { greedySearch, sampling } from './sampling.ts';
export { type ScoredToken, scoreTokens } from './score-tokens.ts';
export { type ChosenScore, createScorer, type IdScore } from './scores.ts';
export { selectBorder, topIds } from './select.ts';
export {
  type PromptLookupOptions,
  promptLookup,
  type SpeculativeOptions,
  speculative,
} from './speculative.ts';
export { createStopMatcher, type StopMatcher } from './stop-strings.ts';
export {
  type DecodeEvent,
  type DecodeTask,
  type FinishEvent,
  type LoopRepairedEvent,
  offerToken,
  type Reply,
  runStep,
  type StepCall,
  type Strategy,
  type TokenEvent,
  type Verdict,
} from './strategy.ts';
export { describeStrategies, parseStrategy, strategyUsage } from './strategy-spec.ts';
export {
  type StrategyArgument,
  type StrategyRow,
  type StrategySpecOptions,
  strategies,
} from './strategy-table.ts';
export { type Task, type TaskPreset, taskPreset, taskPresets } from './task-presets.ts';
export {
  createTextModel,
  type GenerationOptions,
  type GenerationRequest,
  type Prompt,
  withVocabulary,
} from './text-model.ts';
export { createToolCallReader, type ToolCallPart, type ToolCallReader } from './tool-call-reader.ts';
export {
  type TuneCandidate,
  type TuneEvent,
  type TuneOptions,
  type TuneParts,
  type TuneSpace,
  type TuneStatistics,
  tuneDecoding,
} from './tune.ts';
export { type Variation, type VariedText, type VaryOptions, varyText } from './vary-text.ts';
export { sequenceBreakers, withTokenizer } from './with-tokenizer.ts';
