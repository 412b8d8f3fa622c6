/** What a file may claim before it is refused. Every parser of this room reads its limits here. */

export const limits = {
  /** Bytes of a safetensors header; the reference implementation refuses more, too. */
  safetensorsHeaderBytes: 100_000_000,
  /** Tensors in one safetensors file. */
  safetensorsTensors: 1_000_000,
  /** Dimensions of one tensor. */
  safetensorsRank: 32,
  /** Bytes of a GGUF header: most of it is the vocabulary (14 MB for one of 262,144 tokens). */
  ggufHeaderBytes: 256 * 1024 * 1024,
  /** Keys, and tensors, of one GGUF file. */
  ggufKeys: 65_536,
  ggufTensors: 1_000_000,
  /** Bytes of a key or of a tensor's name. */
  ggufNameBytes: 65_535,
  /** Arrays inside arrays in a GGUF file. */
  ggufArrayDepth: 4,
  /** Axes of a tensor in a GGUF file; the reference implementation has no more. */
  ggufRank: 4,
  /** The largest distance to which tensors of a GGUF file may be aligned. */
  ggufAlignment: 65_536,
  /** Bytes of a checkpoint's manifest. */
  manifestBytes: 1_000_000,
  /** Files in one checkpoint. */
  checkpointFiles: 10_000,
  /** Entries in a history of sign-offs. */
  signOffs: 10_000,
  /** Bytes of one line in a JSON-lines file. */
  jsonLineBytes: 64 * 1024 * 1024,
  /** Bytes of a text or JSON file that is read whole (a JavaScript string holds at most 2²⁹ − 24 UTF-16 units). */
  textFileBytes: 500_000_000,
  /** Characters of a tune in ABC notation; the longest of 12,762 that were looked at has 2,439. */
  tuneCharacters: 20_000,
  /** Words of a sentence in columns: more of them is a file without empty lines. */
  sentenceWords: 10_000,
  /** Bytes of one row of a CSV or TSV file. */
  csvRowBytes: 4 * 1024 * 1024,
  /** Bytes of an HTML page; its tree takes many times more. */
  htmlBytes: 20_000_000,
  /** Bytes of a PDF, a Word document or an EPUB. */
  bookBytes: 500_000_000,
  /** Bytes of a picture, its pixels, and those of a side: more than a camera makes. */
  imageBytes: 100_000_000,
  imagePixels: 50_000_000,
  imageSide: 32_768,
  /** Seconds of a sound, its channels, and samples a second. */
  soundSeconds: 4 * 3600,
  soundChannels: 32,
  soundRates: { least: 1000, most: 384_000 },
  /** Bytes of a file of sound or video that is read from a disk. */
  soundBytes: 1024 ** 3,
  videoBytes: 64 * 1024 ** 3,
  /** Seconds of a video, and frames that are taken out of it. */
  videoSeconds: 4 * 3600,
  videoFrames: 5000,
  /** How long a program may take for a sound or a video, and how much longer for each second of it. */
  mediaMs: 60_000,
  mediaMsPerSecond: 2_000,
  /** Pages of a PDF. */
  pdfPages: 20_000,
  /** Entries of a zip archive (Word, EPUB). */
  zipEntries: 20_000,
  /** Bytes of all entries of a zip archive that are taken out, after decompression. */
  zipUnpackedBytes: 500_000_000,
  /** Bytes of a Parquet file's footer, and of one row group's columns that are read. */
  parquetFooterBytes: 64 * 1024 * 1024,
  parquetGroupBytes: 1024 ** 3,
  /** Bytes of a record's header in a WARC file, and of a record that is read; a longer one is passed over. */
  warcHeaderBytes: 64 * 1024,
  warcRecordBytes: 24_000_000,
  /** Elements inside elements of a MediaWiki dump; it has five. */
  xmlDepth: 32,
  /** Characters of a wiki page that is read (MediaWiki itself takes 2 MB), and of a title. */
  wikiPageCharacters: 8_000_000,
  wikiTitleCharacters: 2_000,
  /** Bytes of a WARC file or a MediaWiki dump after decompression. */
  unpackedStreamBytes: 1024 ** 4,
  /** Characters of one document of a foreign format: as bytes, escaped, they must still fit into one string. */
  foreignDocumentCharacters: 100_000_000,
  /** How long the process that reads foreign formats may be silent, and its heap. */
  parserSilenceMs: 60_000,
  parserHeapMegabytes: 2048,
  /** Bytes of what a URL leads to, and how often it may lead elsewhere. */
  webBytes: 8 * 1024 ** 3,
  webRedirects: 5,
  /** Bytes of one answer of a hub that lists files, and how many of them are asked for. */
  hubListBytes: 32 * 1024 * 1024,
  hubListPages: 1_000,
  /** Files in a folder of sources. */
  folderFiles: 1_000_000,
  /** Entries of a package archive. */
  archiveEntries: 200_000,
  /** Bytes of a package archive as received. */
  archivePackedBytes: 4 * 1024 ** 3,
  /** Bytes of a package archive after decompression. */
  archiveUnpackedBytes: 16 * 1024 ** 3,
  /** Bytes of a path inside an archive or checkpoint. */
  pathBytes: 1024,
} as const;
