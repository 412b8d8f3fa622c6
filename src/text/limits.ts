/** What a tokenizer file may hold at most; beyond it, loading is refused with an error that names the limit. */
export const limits = {
  /** Length of the file, in UTF-16 code units. The largest published files have about 35 million. */
  fileLength: 200_000_000,
  /** Largest token id plus one. The largest published vocabularies have about 260,000. */
  vocabSize: 2 ** 21,
  /** Number of merges. */
  merges: 2 ** 21,
  /** Number of added tokens, special ones included. */
  addedTokens: 65_536,
  /** Length of one token, in UTF-16 code units of its spelling. The longest published tokens have 256. */
  tokenLength: 4_096,
  /** Length of one piece of a Unigram or WordPiece vocabulary: a place of a text is compared with so many units at most. */
  pieceLength: 512,
  /** Length of all pieces of such a vocabulary together. The largest published ones have about 2 million. */
  spelledUnits: 2 ** 23,
  /** Bytes of a `Precompiled` normalizer. The published ones have about 240,000. */
  charsmapBytes: 2 ** 22,
  /** Text that a normalizer may make of one code unit, on average over a text. */
  normalGrowth: 64,
  /** Length of one pre-tokenizer pattern. */
  patternLength: 16_384,
  /** Groups inside groups in a pattern. */
  patternDepth: 32,
  /** Nodes and instructions of one compiled pattern, after `{n,m}` is written out. */
  patternSize: 16_384,
  /** Objects inside objects in parts that are kept but not read. */
  depth: 32,
  /** Length of a chat template. The largest published ones have about 20,000. */
  templateLength: 262_144,
  /** Stages of one pre-tokenizer, normalizer or decoder. */
  stages: 16,
} as const;
