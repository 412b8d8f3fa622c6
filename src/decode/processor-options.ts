/** Options that edit the logits, under the names that the library, the command line and `inkstone.yaml` share. */

import type { Constraint } from './constraints/constraint.ts';
import type { ConstraintSpec } from './constraints/spec.ts';
import type { Preset } from './presets.ts';
import type * as made from './processors.ts';

/**
 * A value with several settings: the settings by name, a number for the first of them, or text with the first ones in
 * order, such as `0.8:1.75:2`.
 */
export type Spelled<Settings> = number | string | Settings;

/** The settings of each processor that has some; the first is the one that a bare number gives. */
export interface ProcessorSettings {
  repetitionPenalty: { readonly theta: number } & made.PenaltyOptions;
  frequencyPenalty: { readonly alpha: number } & made.PenaltyOptions;
  presencePenalty: { readonly alpha: number } & made.PenaltyOptions;
  dry: { readonly multiplier: number } & Omit<made.DryOptions, 'breakers'> & {
      /** Ids, sequences of ids, or text where a tokenizer is known. */
      readonly breakers?: readonly (number | string | readonly number[])[];
    };
  noRepeatNgram: { readonly n: number } & made.NoRepeatNgramOptions;
  badWords: { readonly words: readonly (string | readonly number[])[] } & made.BadWordsOptions;
  lookBack: { readonly alpha: number } & made.LookBackOptions;
  noise: { readonly scale: number } & made.NoiseOptions;
  dynamicTemperature: made.DynamicTemperatureOptions;
  xtc: { readonly probability: number } & made.XtcOptions;
  mirostat: { readonly tau: number } & made.MirostatOptions;
  watermark: { readonly key: string } & made.WatermarkOptions;
}

/** Options that edit the logits. What is left out, or has its neutral value, costs nothing. */
export interface ProcessorOptions {
  /** Whose order and conventions hold. Default: the order of `PROCESSOR_ORDER`, which is Hugging Face's with more in it. */
  readonly preset?: Preset;
  /** What form the text must have: compiled, or a spec where a tokenizer is known. Runs before all others. */
  readonly constraint?: Constraint | ConstraintSpec;
  /** Your own processors; they run next, unless a preset says otherwise. */
  readonly processors?: readonly made.LogitsProcessor[];
  /** id → what to add to its logit; −∞ bans. */
  readonly logitBias?: ReadonlyMap<number, number> | Readonly<Record<number, number>>;
  /** > 0; 1 is off. With `{ theta, includePrompt: false }` only the completion counts. */
  readonly repetitionPenalty?: Spelled<ProcessorSettings['repetitionPenalty']>;
  /** Per earlier occurrence in the completion; 0 is off. */
  readonly frequencyPenalty?: Spelled<ProcessorSettings['frequencyPenalty']>;
  /** For any earlier occurrence in the completion; 0 is off. */
  readonly presencePenalty?: Spelled<ProcessorSettings['presencePenalty']>;
  /** Punishes tokens that would make a repeat longer: 0.8 is usual; 0 is off. */
  readonly dry?: Spelled<ProcessorSettings['dry']>;
  /** No n-gram of this size twice, prompt included; 0 is off. */
  readonly noRepeatNgram?: Spelled<ProcessorSettings['noRepeatNgram']>;
  /** Words, or sequences of ids, that must not stand in the text. */
  readonly badWords?: readonly (string | readonly number[])[] | ProcessorSettings['badWords'];
  /** No end before this many tokens; 0 is off. */
  readonly minTokens?: number;
  /** The completion begins with this text or these ids. */
  readonly forcedPrefix?: string | readonly number[];
  /** Greedy except where a repeat threatens: the distance in nats; 0 is off. */
  readonly lookBack?: Spelled<ProcessorSettings['lookBack']>;
  /** Standard deviation of random numbers added to all logits; 0 is off. */
  readonly noise?: Spelled<ProcessorSettings['noise']>;
  /** 1 is off; 0 means greedy: filters that cannot change the likeliest token are left out. */
  readonly temperature?: number;
  /** A temperature between `min` and `max` that follows the entropy: `0.5:1.5`. */
  readonly dynamicTemperature?: string | ProcessorSettings['dynamicTemperature'];
  /** In units of the logits' standard deviation, 1 is usual; 0 is off. */
  readonly topNSigma?: number;
  /** Share of the entropy, 0.4 is usual; 0 is off. */
  readonly topH?: number;
  /** 0 is off. */
  readonly topK?: number;
  /** 1 is off. */
  readonly topP?: number;
  /** 0 is off. */
  readonly minP?: number;
  /** 1 is off. */
  readonly typicalP?: number;
  /** Least probability, 3e-4 is usual; 0 is off. */
  readonly epsilonCutoff?: number;
  /** Least probability, lower where the model is uncertain, 3e-4 is usual; 0 is off. */
  readonly etaCutoff?: number;
  /** Probability of leaving out the top choices, 0.5 is usual; 0 is off. */
  readonly xtc?: Spelled<ProcessorSettings['xtc']>;
  /** Bits of surprise a token, 5 is usual; 0 is off. */
  readonly mirostat?: Spelled<ProcessorSettings['mirostat']>;
  /** A key, or `key:delta:gamma:context`: what is written can be told from other text by `detectWatermark`. */
  readonly watermark?: Spelled<ProcessorSettings['watermark']>;
}

/** The name of a processor. */
export type ProcessorName = Exclude<keyof ProcessorOptions, 'preset'>;
