/** What a model folder may claim before it is refused. */

export const limits = {
  /** Bytes of a config or of an index of weight files. */
  jsonBytes: 64 * 1024 * 1024,
  /** Tokens of a context that a GGUF file may claim: tables of angles are made for all of them. */
  contextLength: 2 ** 21,
} as const;
