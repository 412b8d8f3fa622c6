/** Changing a trained model: what is trained and what stays, adapters and their files, students under a teacher. */

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
export { type Ia3Options, ia3, ia3Defaults } from './ia3.ts';
export { type LoraOptions, lora, loraDefaults } from './lora.ts';
export { fromPeft, type PeftAdapter, type PeftConfig, toPeft } from './peft.ts';
export {
  type FlatParams,
  type SelectedParams,
  type SelectOptions,
  selectParams,
  withParams,
} from './select.ts';
