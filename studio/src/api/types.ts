/** What the server's API speaks of. */

import type { Language } from '../words.ts';

/** A model that is served. */
export interface Model {
  readonly id: string;
  readonly isReady: boolean;
  /** Of models behind another endpoint neither is known. */
  readonly contextLength?: number;
  readonly vocabSize?: number;
  /** Where it really is, when not here. */
  readonly host?: string;
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

/** A way of writing, as the server's table describes it. */
export interface StrategyRow {
  readonly name: string;
  readonly doc: Readonly<Record<Language, string>>;
  readonly args: readonly { readonly name: string; readonly rule: string; readonly byDefault: number }[];
  readonly settings: readonly string[];
}

export type RunStatus = 'preparing' | 'running' | 'finished' | 'stopped' | 'failed';

export interface RunSummary {
  readonly name: string;
  readonly status: RunStatus;
  readonly cause?: string;
  readonly source?: string;
  readonly parameters?: number;
  readonly seed?: number;
  readonly minutes?: number;
  readonly steps?: number;
  readonly step?: number;
  readonly fraction?: number;
  readonly seconds?: number;
  readonly etaSeconds?: number;
  readonly tokensPerSecond?: number;
  readonly loss?: number;
  readonly heldOutLoss?: number;
  readonly bitsPerCharacter?: number;
  readonly notes: string;
  readonly changedAt: number;
  readonly hasModel: boolean;
}

export interface RunDetail extends RunSummary {
  readonly config: Readonly<Record<string, unknown>> | null;
  readonly log: string;
  readonly command?: string;
}

export interface StepColumns {
  step: number[];
  loss: number[];
  lr: number[];
  gradNorm: number[];
  tokensPerSecond: number[];
  seconds: number[];
}

export interface Evaluation {
  readonly step: number;
  readonly heldOutLoss: number;
  readonly bitsPerCharacter: number;
}

export interface Sample {
  readonly step: number;
  readonly opening?: string;
  readonly text: string;
  /** In percent. */
  readonly rep4: number;
}

export interface RunMetrics {
  readonly columns: StepColumns;
  readonly evaluations: readonly Evaluation[];
  readonly samples: readonly Sample[];
  readonly offset: number;
}

/** A training as it is ordered. */
export interface TrainOrder {
  readonly preset?: string;
  readonly minutes?: number;
  readonly steps?: number;
  readonly seed?: number;
  readonly init?: string;
  readonly tokenizer?: 'characters';
  readonly vocabSize?: number;
  readonly layers?: number;
  readonly width?: number;
  readonly heads?: number;
  readonly contextLength?: number;
  readonly batchSize?: number;
  readonly lr?: number;
  readonly precision?: 'f32' | 'bf16';
  readonly cure?: string;
}

export interface RunEstimate {
  readonly layers: number;
  readonly heads: number;
  readonly width: number;
  readonly contextLength: number;
  readonly vocabSize: number;
  readonly parameters: number;
  readonly memoryBytes: number;
  readonly seconds: number;
  readonly tokens: number;
  readonly command: string;
}

export interface TextSource {
  readonly data: string;
  readonly title: Readonly<Record<Language, string>>;
}

export interface Machine {
  readonly cpu: number;
  readonly cores: number;
  readonly processor: string;
  readonly memoryBytes: number;
  readonly memoryTotalBytes: number;
}
