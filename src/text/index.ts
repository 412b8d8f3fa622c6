/** The door of the text room: tokenizers (train, encode, decode, load, save) and the streaming detokenizer. */

export type { AddedToken } from './added-tokens.ts';
export { type AnswerTokens, type AnswerTokensOptions, answerTokens } from './answer-tokens.ts';
export type { TextParts } from './assemble.ts';
export { type EncodeBatchOptions, type EncodedBatch, encodeBatch } from './batch.ts';
export { bpeTokenizer } from './bpe.ts';
export type { BpeOptions } from './bpe-options.ts';
export { type CharacterBpeOptions, characterBpeTokenizer } from './character-bpe.ts';
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
export type { Component } from './components.ts';
export { createDetokenizer } from './detokenizer.ts';
export { emptyWords } from './empty-words.ts';
export { type ExtendOptions, type Extension, extendTokenizer, type NewToken } from './extend.ts';
export { fromGgufVocabulary, type GgufVocabulary, toGgufVocabulary } from './gguf-vocabulary.ts';
export {
  type Infilling,
  infillIds,
  infillingOf,
  infillPrompt,
  infillTokens,
  type Surroundings,
} from './infill.ts';
export { jiebaSegmenter, loadJieba } from './jieba.ts';
export type { TrainingProgress } from './pacer.ts';
export {
  type EncodedPairs,
  type EncodePairsOptions,
  encodePairs,
  type TextPair,
  type Truncation,
} from './pairs.ts';
export { type CharacterTest, type PatternNode, parsePattern } from './pattern-parse.ts';
export type { PreTokenizerStage } from './pre-tokenizer.ts';
export { fromRanks, type RankOptions } from './ranks.ts';
export { readChatTemplate } from './read-chat-template.ts';
export { type LoadTokenizerOptions, loadTokenizer } from './read-tokenizer.ts';
export { fingerprint, type SavableTokenizer, saveTokenizer } from './save.ts';
export { eachSegment } from './segments.ts';
export { sentenceEnds, splitSections, splitSentences, type TextPiece } from './sentences.ts';
export { encodeParts, type SpecialToken, special } from './special.ts';
export { type PatternName, patternSources } from './split.ts';
export { type SpokenSentence, spokenSentences, spokenText } from './spoken.ts';
export { numberInChinese, sayNumbers } from './spoken-numbers.ts';
export { type TokenizerStats, tokenizerStats } from './stats.ts';
export { type PairTemplate, readTemplate, type TemplatePart } from './template.ts';
export type { NormalizerName, TokenizerFile } from './tokenizer-file.ts';
export { type TrainBpeOptions, trainBpe } from './train-bpe.ts';
export { type TrainUnigramOptions, trainUnigram } from './train-unigram.ts';
export { type TrainWordPieceOptions, trainWordPiece } from './train-word-piece.ts';
export { type UnigramOptions, unigramTokenizer } from './unigram.ts';
export { type WordPieceOptions, wordPieceTokenizer } from './word-piece.ts';
export {
  type ChineseSegmenter,
  type WordSegmenter,
  type WordSegmenterOptions,
  wordSegmenter,
} from './words.ts';
