/** What the server's API speaks of. */

import type { Work } from '../../../src/serve/errors.ts';
import type { RunStatus, RunSummary } from '../../../src/serve/studio/run-folders.ts';
import type {
  RunEstimate as Estimate,
  TrainOrder as Order,
  TextSource,
} from '../../../src/serve/studio/runs-port.ts';
import type { Language } from '../words.ts';

export type { RunStatus, RunSummary, TextSource, Work };

/** A model that is served. */
export interface Model {
  readonly id: string;
  /** What it is for. */
  readonly work: Work;
  readonly isReady: boolean;
  /** Of models behind another endpoint neither is known. */
  readonly contextLength?: number;
  readonly vocabSize?: number;
  /** Where it really is, when not here. */
  readonly host?: string;
  /** The run that it was loaded from, where the server knows it. */
  readonly run?: ModelOrigin;
}

/** Who listens, or who reads aloud; `host` where that is not the server itself. */
export interface SpeechEngine {
  readonly id: string;
  readonly host?: string;
}

export interface SpeechEngines {
  readonly listener: SpeechEngine | null;
  readonly speaker: SpeechEngine | null;
}

/** A kit of a field that the server has. */
export interface Kit {
  readonly id: string;
  readonly title: { readonly en: string; readonly zh: string };
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

/** A training as it is ordered, beside its text. */
export type TrainOrder = Omit<Order, 'data'>;

export interface RunEstimate extends Estimate {
  readonly command: string;
}

export interface Machine {
  readonly cpu: number;
  readonly cores: number;
  readonly processor: string;
  readonly memoryBytes: number;
  readonly memoryTotalBytes: number;
}
