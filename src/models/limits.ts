/** What a model folder may claim before it is refused, and how long a text may be that has no other end. */

export const limits = {
  /** Bytes of a config or of an index of weight files. */
  jsonBytes: 64 * 1024 * 1024,
  /** Tokens of a context, and with the features of a head, that a GGUF file may claim: tables of angles grow to as many. */
  contextLength: 2 ** 21,
  contextAngles: 2 ** 28,
  /** How many times longer a context may be made. */
  extensionFactor: 1024,
  /** Tokens of a sequence of a recurrent model, unless another number is given. */
  recurrentTokens: 8192,
} as const;
