/** Changing a trained model: what of it is trained, adapters, students under a teacher, weights that go or are rounded. */

export {
  type Adapter,
  type AdapterLayer,
  type AdapterMethod,
  type AdapterParams,
  chooseLayers,
  linearWeights,
  mergeAdapter,
  targetNames,
  withAdapter,
} from './adapter.ts';
export {
  type DistillationMaps,
  type DistillationOptions,
  type DistillationWay,
  distillationMaps,
  distilledLoss,
  hiddenStateLoss,
  type Reading,
  type Student,
  softTargetLoss,
  type Teacher,
  type TokenRows,
} from './distillation.ts';
export { type AdapterBase, loadAdapter, paramsFingerprint, saveAdapter } from './folder.ts';
export { gptq } from './gptq.ts';
export { type Ia3Options, ia3, ia3Defaults } from './ia3.ts';
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
  type SelectedParams,
  type SelectOptions,
  selectParams,
  withParams,
} from './select.ts';
