/** The door of the retrieve room: texts kept in collections, and found by words, by meaning, or by both. */

export { type Analyzer, type AnalyzerOptions, createAnalyzer } from './analyzer.ts';
export {
  type Bm25Index,
  type Bm25Options,
  bm25Index,
  bm25Scorer,
  countTerms,
  idfs,
  type TermStatistics,
} from './bm25.ts';
export type { Collection, NewDocument, PutOptions, PutReport, TermHolders } from './collection.ts';
export type {
  DocumentInfo,
  DocumentPassage,
  DocumentView,
  ListDocumentsOptions,
  ReadPassagesOptions,
} from './document-list.ts';
export { type Ranked, reciprocalRankFusion, weightedFusion } from './fusion.ts';
export { type HnswOptions, hnswIndex } from './hnsw.ts';
export {
  type CollectionInfo,
  type CollectionParts,
  type CollectionSettings,
  type Library,
  library,
} from './library.ts';
export { porterStem } from './porter.ts';
export type { Fusion, Passage, Rerank, SearchMode, SearchOptions } from './search.ts';
export { type Scored, topScores } from './top.ts';
export {
  exactIndex,
  type Metric,
  type VectorIndex,
  type VectorRows,
  vectorRows,
} from './vectors.ts';
