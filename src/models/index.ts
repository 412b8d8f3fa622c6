/** Models: config, initialisation, forward pass, foreign names, and the contract that decoding stands on. */

export { type BigramStartOptions, startFromBigrams } from './bigram-start.ts';
export { type BiasConfig, type DecoderConfig, type DecoderOptions, decoderConfig } from './config.ts';
export * from './decoder.ts';
export {
  type ForeignFormat,
  type ForeignJson,
  foreignFormat,
  formatFor,
  fromForeign,
  fromForeignConfig,
  toForeign,
  toForeignConfig,
} from './foreign.ts';
export { type GgufMetadata, type GgufModel, openGgufModel, type SaveGgufOptions, saveGguf } from './gguf.ts';
export { ggufArchitectureFor } from './gguf-architectures.ts';
export * from './language-model.ts';
export * from './measure.ts';
export { type OnnxOptions, onnxGraph, saveOnnx } from './onnx.ts';
export * from './presets.ts';
export * from './storage.ts';
export {
  type NamedTensors,
  namedTensors,
  paramsFromFile,
  paramsFromTensors,
  tensorsToFile,
} from './weights.ts';
