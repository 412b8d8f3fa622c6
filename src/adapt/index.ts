/** Changing a trained model: what is trained and what stays, adapters, and their files. */

export {
  type Adapter,
  type AdapterLayer,
  type AdapterMethod,
  type AdapterParams,
  chooseLayers,
  linearAdapters,
  linearWeights,
  mergeAdapter,
  withAdapter,
} from './adapter.ts';
export { type AdapterBase, loadAdapter, paramsFingerprint, saveAdapter } from './folder.ts';
export { type Ia3Options, ia3 } from './ia3.ts';
export { type LoraOptions, lora } from './lora.ts';
export { fromPeft, type PeftAdapter, type PeftConfig, toPeft } from './peft.ts';
export {
  type FlatParams,
  type SelectOptions,
  selectParams,
  withParams,
} from './select.ts';
