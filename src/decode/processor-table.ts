/** Which processors there are, and the one order in which they run: that of Hugging Face transformers 5. */

import type { LogitsProcessor } from './processors.ts';
import * as make from './processors.ts';

/** Options that edit the logits. What is left out, or has its neutral value, costs nothing. */
export interface ProcessorOptions {
  /** Your own processors; they run first. */
  readonly processors?: readonly LogitsProcessor[];
  /** id → what to add to its logit; −∞ bans. */
  readonly logitBias?: ReadonlyMap<number, number> | Readonly<Record<number, number>>;
  /** > 0; 1 is off. With `{ theta, includePrompt: false }` only the completion counts. */
  readonly repetitionPenalty?: number | ({ readonly theta: number } & make.RepetitionPenaltyOptions);
  /** Per earlier occurrence in the completion; 0 is off. */
  readonly frequencyPenalty?: number;
  /** For any earlier occurrence in the completion; 0 is off. */
  readonly presencePenalty?: number;
  /** No n-gram of this size twice, prompt included; 0 is off. */
  readonly noRepeatNgram?: number;
  /** 1 is off; 0 means greedy: filters that cannot change the likeliest token are left out. */
  readonly temperature?: number;
  /** 0 is off. */
  readonly topK?: number;
  /** 1 is off. */
  readonly topP?: number;
  /** 0 is off. */
  readonly minP?: number;
  /** 1 is off. */
  readonly typicalP?: number;
}

type Row<Value> = {
  /** The processors for this value; none if it is neutral. */
  readonly build: (value: Value) => readonly LogitsProcessor[];
  /** Whether it can change which token is the likeliest. */
  readonly reorders: boolean;
};

/** Runs from top to bottom. A new option without a row does not compile. */
const TABLE: { readonly [Option in keyof ProcessorOptions]-?: Row<NonNullable<ProcessorOptions[Option]>> } = {
  processors: { build: (own) => own, reorders: true },
  logitBias: { build: (bias) => [make.logitBias(biasEntries(bias))], reorders: true },
  repetitionPenalty: {
    build: (option) => {
      const { theta, ...rest } = typeof option === 'number' ? { theta: option } : option;
      return unless(1, theta, () => make.repetitionPenalty(theta, rest));
    },
    reorders: true,
  },
  frequencyPenalty: { build: (alpha) => unless(0, alpha, make.frequencyPenalty), reorders: true },
  presencePenalty: { build: (alpha) => unless(0, alpha, make.presencePenalty), reorders: true },
  noRepeatNgram: { build: (n) => unless(0, n, make.noRepeatNgram), reorders: true },
  temperature: { build: (t) => (t === 0 ? [] : unless(1, t, make.temperature)), reorders: false },
  topK: { build: (k) => unless(0, k, make.topK), reorders: false },
  topP: { build: (p) => unless(1, p, make.topP), reorders: false },
  minP: { build: (p) => unless(0, p, make.minP), reorders: false },
  typicalP: { build: (mass) => unless(1, mass, make.typicalP), reorders: true },
};

function unless(
  neutral: number,
  value: number,
  build: (value: number) => LogitsProcessor,
): LogitsProcessor[] {
  return value === neutral ? [] : [build(value)];
}

/** The names of the processor options, in the order in which they are applied. */
export const PROCESSOR_ORDER = Object.keys(TABLE) as readonly (keyof ProcessorOptions)[];

/** Collects the enabled processors in order, and checks their options. */
export function collectProcessors(options: ProcessorOptions): LogitsProcessor[] {
  const isGreedy = options.temperature === 0;
  return PROCESSOR_ORDER.flatMap((option) => {
    const row = TABLE[option] as Row<unknown>;
    const value = options[option];
    const built = value === undefined ? [] : row.build(value);
    return isGreedy && !row.reorders ? [] : built;
  });
}

/** The pairs of a bias given as a map or as an object. */
export function biasEntries(bias: NonNullable<ProcessorOptions['logitBias']>): [id: number, bias: number][] {
  if (bias instanceof Map) return [...bias];
  return Object.entries(bias).map(([id, value]) => [Number(id), value as number]);
}
