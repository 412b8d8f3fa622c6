/** What the server's API speaks of. */

/** A model that is served. */
export interface Model {
  readonly id: string;
  readonly isReady: boolean;
  readonly contextLength: number;
  readonly vocabSize: number;
  /** The run that it was loaded from, where the server knows it. */
  readonly run?: ModelOrigin;
}

export interface ModelOrigin {
  readonly parameters: number;
  /** What it learned from. */
  readonly source: string;
  readonly heldOutLoss?: number;
  readonly bitsPerCharacter?: number;
  readonly step?: number;
}
