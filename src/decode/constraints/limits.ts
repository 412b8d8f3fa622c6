/** What a constraint may ask for at most; beyond it, it is refused with an error that names the limit. */
export const limits = {
  /** Length of a regular expression, in UTF-16 code units. */
  regexLength: 16_384,
  /** Groups inside groups in a regular expression or grammar. */
  depth: 200,
  /** Length of a grammar, in UTF-16 code units. */
  grammarLength: 1_000_000,
  /** Rules of a grammar, those made from a schema included. */
  rules: 20_000,
  /** Objects and arrays inside each other in a schema. */
  schemaDepth: 200,
  /** Values in a schema: objects, arrays, strings, numbers. */
  schemaSize: 100_000,
  /** Length of a property's name in a schema, in UTF-16 code units. */
  keyLength: 500,
  /** Number of choices. */
  choices: 100_000,
  /** All choices together, in UTF-16 code units. */
  choicesLength: 4_000_000,
  /** States of the automaton, after repetitions are written out. */
  states: 100_000,
  /** Calls of rules that are open at the same time while a text is written. */
  openRules: 4_096,
  /** Automaton states entered to find one mask; below a twentieth of a second. */
  work: 200_000,
  /** Steps in finding out what a vocabulary that lacks some bytes can spell. */
  spellingWork: 2_000_000,
  /** Compiled constraints that are remembered for each tokenizer. */
  rememberedConstraints: 8,
  /** Length of a spec, as JSON, that is remembered. */
  rememberedLength: 100_000,
  /** Numbers in the sets of automaton states that are remembered; when full, all are forgotten and found again. */
  cachedCells: 2_000_000,
  /** Memory for masks that are remembered. */
  cachedMaskBytes: 32 * 2 ** 20,
} as const;
