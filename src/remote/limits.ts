/** What an endpoint may cost us: a server that lies or stalls is cut off. */
export const limits = {
  /** Bytes of one streamed answer. */
  bodyBytes: 64 << 20,
  /** Bytes of an answer that is an error. */
  errorBytes: 64 << 10,
  /** Between two pieces of an answer. The first may take as long. */
  idleMs: 120_000,
  /** Calls of tools in one text, and characters of the arguments of one. */
  calls: 32,
  callCharacters: 64 << 10,
  /** Characters of a server's own message that we repeat. */
  messageLength: 300,
};
