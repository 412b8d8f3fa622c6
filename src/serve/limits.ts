/** How much a request may ask for. Checked before anything is queued. */

export const limits = {
  /** Bytes of a body, counted as they come. */
  bodyBytes: 1 << 20,
  /** Brackets open at once in a body: deeper ones break validators and copies. */
  depth: 64,
  /** Texts of one request. */
  texts: 16,
  /** Prompts of one request. */
  prompts: 32,
  stops: 16,
  stopLength: 256,
  logitBias: 1024,
  logprobs: 20,
  messages: 1024,
  /** Rules of moderation that one tenant may have. */
  rules: 200,
  ruleLength: 1000,
  /** Characters of the longest match: so much of a stream is held back. */
  ruleSpan: 200,
  ruleStates: 2000,
  /** Ids of a text that is looked into; the model's own limits are lower. */
  inspectTokens: 16_384,
  /** Looks inside one model that may wait for each other. */
  looks: 16,
  /** Bytes of a text to learn from, sent by the studio. */
  uploadBytes: 16 << 20,
  /** Characters of the notes on a run. */
  noteLength: 10_000,
  /** Bytes of a request's headers. */
  headerBytes: 16 << 10,
  /** Seconds that a client may take for its headers, the first of them included; and for its whole request. */
  headerSeconds: 10,
  requestSeconds: 30,
  /** Seconds that a connection may stay open after an answer, for the next request. */
  keepSeconds: 5,
  /** Seconds until a silent connection is asked whether anyone is still there; ten more without a word, and it is gone. */
  probeSeconds: 30,
  /** Seconds that a reader may leave a stream unread. */
  idleSeconds: 30,
  /** Seconds that an answer may take, its turn in the queue included; then it ends as it is. */
  answerSeconds: 600,
  /** What a busy server tells a client to wait. */
  retrySeconds: 2,
  /** What a template or a constraint may take before it is refused, and how many may wait for that. */
  sandboxMs: 800,
  /** Processor time for compiling a constraint, found in the sandbox. */
  compileMs: 400,
  sandboxMegabytes: 256,
  sandboxWaiting: 64,
  /** Constraints known to be cheap enough, and how long such a one may be as JSON. */
  knownConstraints: 256,
  knownConstraintLength: 16_384,
  tools: 128,
  /** Calls of tools in one text. */
  toolCalls: 8,
  /** Texts of one request for embeddings. */
  embeddings: 256,
  /** Passages that an answer may be made from, its sentences and tokens, and the window of an endpoint's model. */
  passages: 20,
  sentences: 20,
  answerTokens: 4096,
  answerContext: 2 ** 20,
  /** Characters of a style or a source, and of the right answer to a question. */
  styleLength: 500,
  correctionLength: 4000,
  /** Words of a summary, its sentences, and the parts of a text that a model sums up for one request. */
  summaryLength: 2_000,
  summarySentences: 100,
  summaryParts: 64,
  /** Papers of one request, characters of the name of one and of its title, and its pages. */
  papers: 64,
  paperName: 300,
  paperTitle: 1000,
  paperPages: 5000,
  /** Lines that are translated for one request, texts that are classified, words that are told of each, and guesses for a place. */
  translationLines: 2000,
  classifications: 256,
  decidingWords: 50,
  guesses: 50,
  /** Characters of a text whose terms are told, those terms, and places of each. */
  domainText: 100_000,
  domainTerms: 500,
  domainPlaces: 1000,
  /** Pictures of one request, pixels of a side, characters of their prompt, steps of each, and how much the prompt may lead. */
  drawings: 10,
  drawingSide: 1024,
  drawingPrompt: 4000,
  drawingSteps: 100,
  drawingGuidance: 100,
  /** Documents of one request, and those that a tenant may have; bytes of the key of one, which a row of an index must hold. */
  documents: 256,
  tenantDocuments: 100_000,
  documentKey: 1000,
  /** Turns of a conversation with the assistant, and how often results go back to its model. */
  assistantTurns: 200,
  assistantRounds: 16,
  /** Calls that an answer had made before it waited, and characters of what came of one, which is longer by a mark where it was cut. */
  madeCalls: 128,
  toolResult: 8001,
  /** Of a recommendation: the name of a reader or item, items of a taste, its words, items of the answer, their reasons, characters told of each. */
  readerName: 200,
  tasteItems: 256,
  tasteText: 20_000,
  recommendations: 100,
  recommendReasons: 20,
  recommendedText: 2_000,
  shownTitle: 80,
  /** Events of one request, those that a tenant may keep, and the last second of a time (the year 9999). */
  readerEvents: 256,
  tenantReaderEvents: 1_000_000,
  latestSecond: 253_402_300_799,
  /** Conversations with customers that a tenant may keep, and what is said in one, both sides together. */
  serviceConversations: 100_000,
  serviceTurns: 400,
  /** Bytes of a form with a file of speech, and its fields; seconds of its sound, and characters of a prompt for it. */
  formBytes: 25 << 20,
  formFields: 32,
  soundSeconds: 1800,
  listenPrompt: 2000,
  /** Bytes of a video, its seconds, and frames that are looked at. */
  videoBytes: 64 << 20,
  videoSeconds: 1800,
  videoFrames: 400,
  /** Files that are listened to at once, texts that are read aloud at once, characters of one and seconds of its sound. */
  listenings: 2,
  speakings: 4,
  spokenCharacters: 4096,
  spokenSeconds: 3600,
  /** Messages of one conversation that may wait for each other, and customers of a queue that are told at once. */
  serviceWaiting: 8,
  handOvers: 200,
  /** Characters of a text to learn from and of an answer; learners that a tenant may keep; texts and answers of one learner that may wait. */
  tutorText: 100_000,
  tutorAnswer: 2000,
  tutorLearners: 1000,
  tutorWaiting: 8,
  /** Files that are read at once, and documents of one; documents and passages of one page of the studio. */
  fileReadings: 2,
  fileDocuments: 10_000,
  documentPage: 100,
  passagePage: 60,
} as const;
