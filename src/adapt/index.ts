/** Changing a trained model: what of it is trained, adapters, students under a teacher, weights that go or are rounded. */

export {
  type Adapter,
  type AdapterLayer,
  type AdapterMethod,
  type AdapterParams,
  chooseLayers,
  linearAdapters,
  linearWeights,
  mergeAdapter,
  stackedAdapters,
  withAdapter,
} from './adapter.ts';
export { type BottleneckOptions, bottleneck } from './bottleneck.ts';
export {
  type DistillationMaps,
  type DistillationOptions,
  type DistillationWay,
  distillationMaps,
  distilledLoss,
  type Reading,
  type Student,
  type Teacher,
  type TokenRows,
} from './distillation.ts';
export { type AdapterBase, isMergeable, loadAdapter, paramsFingerprint, saveAdapter } from './folder.ts';
export { foreignHead, hasForeignHead } from './foreign-head.ts';
export { gptq } from './gptq.ts';
export {
  type AskOptions,
  askHead,
  type HeadAnswer,
  type HeadModel,
  type LabelAnswer,
  type NumberAnswer,
  type SpanAnswer,
  type WordsAnswer,
} from './head-answers.ts';
export {
  type HeadExample,
  type HeadFeature,
  type HeadFrame,
  type HeadReading,
  headBatch,
  headFeatures,
  type PlacedWord,
  placedWords,
  type QuestionExample,
  type TextExample,
  type WordsExample,
} from './head-features.ts';
export { type Ia3Options, ia3 } from './ia3.ts';
export {
  type InputNorms,
  type InputProducts,
  inputNorms,
  inputProducts,
  type ReadWith,
} from './layer-inputs.ts';
export { type LoraOptions, lora, loraDefaults } from './lora.ts';
export { fromPeft, type PeftAdapter, type PeftConfig, toPeft } from './peft.ts';
export {
  needsNorms,
  type Pruning,
  parsePruning,
  pruneNeurons,
  pruneWeights,
  sparsityOf,
} from './pruning.ts';
export {
  type FlatParams,
  type SelectOptions,
  selectParams,
  withParams,
} from './select.ts';
export {
  learnedTokens,
  type PromptEncoder,
  type SoftPrompt,
  type SoftPromptMethod,
  type SoftPromptOptions,
  type SoftPromptShape,
  type SoftPromptTraining,
  softPrompt,
  softPromptMethods,
} from './soft-prompt.ts';
export { softPromptFromPeft, softPromptToPeft } from './soft-prompt-peft.ts';
export {
  type HeadBatch,
  type HeadConfig,
  type HeadParams,
  type HeadPooling,
  type HeadTask,
  headLoss,
  headSpec,
  isNumeric,
  runHead,
  type StatesOf,
} from './task-head.ts';
