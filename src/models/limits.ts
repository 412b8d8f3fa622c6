/** What a model folder may claim before it is refused. */

export const limits = {
  /** Bytes of a config or of an index of weight files. */
  jsonBytes: 64 * 1024 * 1024,
  /** Tokens of a context, and with the features of a head, that a GGUF file may claim: a table of angles is made for all. */
  contextLength: 2 ** 21,
  contextAngles: 2 ** 28,
} as const;
