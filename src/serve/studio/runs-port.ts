/** What the runs of the studio need from outside: the folder where they lie, and a process that trains. */

import type { Language } from '../../language.ts';
import type { Work } from '../errors.ts';

/** A training as it is ordered. Whatever is left out follows from the preset, or from the minutes and this machine. */
export interface TrainOrder {
  /** As `train --data` takes it: a path, `npm:NAME` or a known corpus. */
  readonly data: string;
  readonly preset?: string;
  readonly minutes?: number;
  readonly steps?: number;
  readonly seed?: number;
  /** The name of a run to begin with. */
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

/** What an ordered training would be. */
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
}

/** A text that stands ready to learn from. */
export interface TextSource {
  readonly data: string;
  readonly title: Readonly<Record<Language, string>>;
}

/** A process and when it started, by which it is told from a later one of the same number. */
export interface ProcessMark {
  readonly pid: number;
  readonly started: string;
}

export interface StartedTraining extends ProcessMark {
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

export interface RunsPort {
  /** The folder whose folders are runs. */
  readonly folder: string;
  readonly sources: readonly TextSource[];
  readonly presets: readonly string[];
  /** Trains in the folder; what the process says goes to the end of the file `log`, in that language. */
  train(
    folder: string,
    order: TrainOrder,
    options: { readonly log: string; readonly lang: Language },
  ): StartedTraining;
  estimate(order: TrainOrder): Promise<RunEstimate>;
  /** The command line that does the same. */
  commandOf(folder: string, order: TrainOrder): string;
  /** The process that trains in the folder now. */
  ownerOf(folder: string): Promise<number | undefined>;
  isAlive(mark: ProcessMark): boolean;
  /** Numbers that the model of this configuration learns; undefined for one that is not ours. */
  parametersOf(config: unknown): number | undefined;
  /** What a run with this `config.json` is for when it is served; undefined for one that cannot be. */
  workOf(config: unknown): Work | undefined;
}
