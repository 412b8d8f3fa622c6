/** The door of the text room: tokenizers (train, encode, decode, load, save) and the streaming detokenizer. */

export type { AddedToken } from './added-tokens.ts';
export { type EncodeBatchOptions, type EncodedBatch, encodeBatch } from './batch.ts';
export { bpeTokenizer } from './bpe.ts';
export type { BpeOptions } from './bpe-options.ts';
export {
  type CharacterOptions,
  characterTokenizer,
  type TrainCharactersOptions,
  trainCharacters,
} from './characters.ts';
export {
  type Chat,
  type ChatMessage,
  type ChatTemplate,
  type ChatTemplateOptions,
  type ChatTemplateSource,
  createChatTemplate,
} from './chat-template.ts';
export { createDetokenizer } from './detokenizer.ts';
export { fromGgufVocabulary, type GgufVocabulary, toGgufVocabulary } from './gguf-vocabulary.ts';
export { type CharacterTest, type PatternNode, parsePattern } from './pattern-parse.ts';
export type { PreTokenizerStage } from './pre-tokenizer.ts';
export { fromRanks, type RankOptions } from './ranks.ts';
export { readChatTemplate } from './read-chat-template.ts';
export { type LoadTokenizerOptions, loadTokenizer } from './read-tokenizer.ts';
export { fingerprint, type SavableTokenizer, saveTokenizer } from './save.ts';
export { encodeParts, type SpecialToken, special } from './special.ts';
export { type PatternName, patternSources } from './split.ts';
export { type TokenizerStats, tokenizerStats } from './stats.ts';
export type { NormalizerName, TokenizerFile } from './tokenizer-file.ts';
export { type TrainBpeOptions, type TrainBpeProgress, trainBpe } from './train-bpe.ts';
