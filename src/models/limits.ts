/** What a model folder may claim before it is refused. */

export const limits = {
  /** Bytes of a config or of an index of weight files. */
  jsonBytes: 64 * 1024 * 1024,
} as const;
