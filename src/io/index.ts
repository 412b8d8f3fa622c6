export { type ByteSink, type FileContent, writeFileAtomic } from './atomic.ts';
export { userCacheFolder } from './cache-folder.ts';
export {
  type Checkpoint,
  checkpointFolder,
  latestCheckpoint,
  loadCheckpoint,
  moveCheckpoint,
  pruneCheckpoints,
  type SaveCheckpointOptions,
  type SkippedCheckpoint,
  saveCheckpoint,
} from './checkpoint.ts';
export { type ColumnOptions, labelNames, usualColumn } from './columns.ts';
export { encodeWav, toPcm16 } from './encode-wav.ts';
export { describeFileError, type FileStatus, type Files, nodeFiles, type OpenFile } from './files.ts';
export {
  type FolderKind,
  type FolderLock,
  folderOwner,
  lockFolder,
  nodeProcesses,
  type ProcessTable,
} from './folder-lock.ts';
export {
  type GgufContent,
  type GgufFile,
  type GgufTensor,
  ggufContent,
  openGguf,
  writeGguf,
} from './gguf.ts';
export { dequantize, type QuantizableType, quantizableTypes, quantize } from './gguf-blocks.ts';
export type { GgufTensorInfo } from './gguf-header.ts';
export { type GgufType, type GgufValue, ggufTypes } from './gguf-types.ts';
export type { HubOptions } from './hub.ts';
export { encodePng, imageNames, type PngTexts, readImage } from './images.ts';
export {
  type JsonLinesWriter,
  type OpenJsonLinesOptions,
  openJsonLines,
  readJsonLines,
} from './json-lines.ts';
export { limits } from './limits.ts';
export {
  encodeSound,
  extractFrames,
  type FrameOptions,
  hasFfmpeg,
  type MediaInfo,
  probeMedia,
  type ReadSoundOptions,
  readSound,
  type SoundFormat,
  SPEECH_RATE,
  soundFormatOf,
  soundFormats,
  soundOfBytes,
  type VideoFrame,
  writableFormats,
} from './media.ts';
export { type NpmConfigPlaces, type NpmOptions, readNpmConfig } from './npm-config.ts';
export {
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxNode,
  type OnnxTensor,
  type OnnxType,
  type OnnxValue,
  writeOnnx,
} from './onnx.ts';
export type { Skipped } from './parsers.ts';
export { checkFileName, unsafePath } from './paths.ts';
export { withPngTexts } from './png-texts.ts';
export { type FileRecord, readRecords, textFieldOf } from './records.ts';
export { resample, resampleInTurns } from './resample.ts';
export { findProgram, type ProgramOptions, runProgram } from './run-program.ts';
export {
  openSafetensors,
  type ReadSafetensorsOptions,
  readSafetensors,
  type Safetensors,
  type SafetensorsFile,
  safetensorsContent,
  type TensorArray,
  type TensorData,
  type TensorsToWrite,
  writeSafetensors,
} from './safetensors.ts';
export { dtypes, type FileDtype, type TensorInfo } from './safetensors-header.ts';
export { type Picture, scaleImage } from './scale-image.ts';
export {
  addSignOff,
  changedSince,
  type FileHashes,
  hashFiles,
  readSignOffs,
  type SignOff,
} from './sign-off.ts';
export { type AfterCrash, type Fault, type SimulatedFiles, simulateFiles } from './simulated-files.ts';
export type { DownloadProgress } from './source-package.ts';
export { type OpenSourceOptions, openSource, type Source, type SourceFile } from './sources.ts';
export { startWorker } from './start-worker.ts';
export { readTaggedSentences, type TaggedSentence } from './tagged-words.ts';
export {
  type BookTune,
  splitTunebook,
  type TuneToLearn,
  tuneKey,
  tuneMetre,
  tuneRhythm,
  tuneToLearn,
  unitOf,
} from './tunebook.ts';
export { decodeUtf8 } from './utf8.ts';
export { isWav, readWav } from './wav.ts';
export { fetchJson, type RequestOptions } from './web-request.ts';
export { wikitextToText } from './wikitext.ts';
