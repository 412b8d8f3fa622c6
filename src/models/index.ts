/** Models: config, initialisation, forward pass, foreign names, and the contract that decoding stands on. */

export type { SourceMemory } from './attend-sources.ts';
export { type BigramStartOptions, startFromBigrams } from './bigram-start.ts';
export { type BiasConfig, type DecoderConfig, type DecoderOptions, decoderConfig } from './config.ts';
export * from './decoder.ts';
export * from './encoder.ts';
export {
  type EncoderBlock,
  type EncoderConfig,
  type EncoderOptions,
  encoderConfig,
} from './encoder-config.ts';
export {
  type EncoderDecoderParams,
  encoderDecoderSpec,
  encodeSource,
  initEncoderDecoder,
  lookAtMemory,
  type PairBatch,
  pairLogits,
  pairLoss,
  type SourceBatch,
} from './encoder-decoder.ts';
export {
  type EncoderDecoderConfig,
  type EncoderDecoderOptions,
  encoderDecoderConfig,
  isEncoderDecoderConfig,
} from './encoder-decoder-config.ts';
export { type EncoderDecoderModel, encoderDecoderModel, sourceMemory } from './encoder-decoder-model.ts';
export {
  type LoadedEncoderDecoder,
  loadEncoderDecoder,
  saveEncoderDecoder,
} from './encoder-decoder-storage.ts';
export { embedTokens, encoderEmbedder } from './encoder-embedder.ts';
export { type EncoderFrame, encoderFrame } from './encoder-frame.ts';
export { type LoadedEncoder, loadEncoder, saveEncoder } from './encoder-storage.ts';
export {
  createEndlessModel,
  type EndlessLanguageModel,
  type EndlessModelOptions,
} from './endless-model.ts';
export { type Extension, type ExtensionKind, extended, extensionKinds } from './extend.ts';
export { fillMask, type Guess } from './fill-mask.ts';
export {
  type ForeignFormat,
  type ForeignJson,
  foreignFormat,
  foreignLayers,
  formatFor,
  fromForeign,
  fromForeignConfig,
  toForeign,
  toForeignConfig,
} from './foreign.ts';
export {
  type ForeignEncoder,
  fromForeignEncoder,
  isForeignEncoder,
  toForeignEncoder,
  toForeignEncoderConfig,
} from './foreign-bert.ts';
export {
  type ForeignEncoderDecoder,
  fromForeignEncoderDecoder,
  isForeignEncoderDecoder,
  toForeignEncoderDecoder,
  toForeignEncoderDecoderConfig,
} from './foreign-encoder-decoder.ts';
export {
  fromForeignRwkv,
  fromForeignRwkvConfig,
  toForeignRwkv,
  toForeignRwkvConfig,
} from './foreign-rwkv.ts';
export { type GgufMetadata, type GgufModel, openGgufModel, type SaveGgufOptions, saveGguf } from './gguf.ts';
export { ggufArchitectureFor } from './gguf-architectures.ts';
export { type GradientReach, gradientReach, requireCells } from './gradient-reach.ts';
export * from './kept-weights.ts';
export * from './language-model.ts';
export * from './measure.ts';
export { type OnnxOptions, onnxGraph, saveOnnx } from './onnx.ts';
export * from './presets.ts';
export { type MaskedReader, maskedReader } from './pseudo-likelihood.ts';
export * from './recurrent.ts';
export {
  isRecurrentConfig,
  type RecurrentConfig,
  type RecurrentKind,
  type RecurrentOptions,
  recurrentConfig,
  recurrentKinds,
} from './recurrent-config.ts';
export {
  createRecurrentModel,
  type RecurrentLanguageModel,
  type RecurrentModelOptions,
} from './recurrent-model.ts';
export { openRwkv, type RwkvFolder, saveRwkv } from './rwkv-storage.ts';
export {
  isSentenceFolder,
  type Pooling,
  readSentenceModules,
  type SentenceModules,
} from './sentence-modules.ts';
export type { SizedSequence } from './sequences.ts';
export type { SinkWindow } from './sink-past.ts';
export { spectralNorm, spectralRadius } from './spectral.ts';
export {
  type DecoderFolder,
  isDecoderFolder,
  type LoadedDecoder,
  loadDecoder,
  openDecoder,
  readJson,
  readWeights,
  type SaveDecoderOptions,
  saveDecoder,
  type WeightDtype,
  writeModel,
} from './storage.ts';
export {
  encoderDecoderFromFile,
  encoderDecoderFromTensors,
  encoderFromFile,
  encoderFromTensors,
  type NamedTensors,
  namedTensors,
  paramsFromFile,
  paramsFromTensors,
  recurrentFromFile,
  recurrentFromTensors,
  tensorsFromFile,
  tensorsToFile,
  treeFromTensors,
} from './weights.ts';
