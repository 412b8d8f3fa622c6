/** What a model folder may claim before it is refused. */

export const limits = {
  /** Bytes of a config or of an index of weight files. */
  jsonBytes: 64 * 1024 * 1024,
  /** Tokens of a context, and with the features of a head, that a GGUF file may claim: tables of angles grow to as many. */
  contextLength: 2 ** 21,
  contextAngles: 2 ** 28,
} as const;
