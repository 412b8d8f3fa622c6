/** Word vectors: learned from text, saved and read. */

export {
  type Cooccurrences,
  cooccurrences,
  type GloveOptions,
  type GloveState,
  gloveState,
  gloveStep,
  trainGlove,
} from './glove.ts';
export { loadWordVectors, parseVectorText, saveWordVectors, vectorText } from './vector-files.ts';
export { type WordCorpus, wordCorpus } from './word-corpus.ts';
export { type TrainedVectors, trainWord2Vec, type Word2VecOptions, type WordVectors } from './word2vec.ts';
