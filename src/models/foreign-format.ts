/** What a foreign format must tell, and what the formats share. */

import type { DecoderConfig, DecoderOptions } from './config.ts';
import { fail } from './errors.ts';

export type ForeignJson = { readonly [key: string]: unknown };

/** One foreign tensor: ours, joined along the output axis, and turned to [in, out] where that is the custom. */
export interface ForeignName {
  readonly foreign: string;
  readonly ours: readonly string[];
  readonly transposed?: boolean;
  /** Queries, keys and values are joined for each key head apart, one key head behind the other. */
  readonly byKeyHead?: boolean;
  /** Foreign numbers are ours less this. */
  readonly shift?: number;
}

/** The names of tensors in a format. */
export interface ForeignNames {
  /** What may stand before every name but the head's, and is left out by some files. */
  readonly prefix: string;
  /** Buffers in files that are no parameters. */
  readonly ignored: RegExp;
  readonly names: (layer: string, ours: string, config: DecoderConfig) => readonly ForeignName[];
  readonly outerNames: readonly ForeignName[];
  /** The head's weight, which no prefix stands before, and which some files spell out though it is tied. */
  readonly head: string;
  /** Every layer has a bias there: those that we lack are written as zeros. */
  readonly hasBiases?: boolean;
}

export interface Format extends ForeignNames {
  readonly fromConfig: (json: ForeignJson) => DecoderOptions;
  readonly toConfig: (config: DecoderConfig) => ForeignJson;
}

/** The weight and the bias of one layer. */
export const pair = (foreign: string, ours: string): ForeignName[] =>
  ['weight', 'bias'].map((part) => ({ foreign: `${foreign}.${part}`, ours: [`${ours}.${part}`] }));

/** Refuses a foreign setting that our models cannot follow. */
export function requireValue(json: ForeignJson, key: string, supported: readonly unknown[]): void {
  if (supported.includes(json[key] ?? undefined)) return;
  const names = supported.filter((value) => value !== undefined).join(', ');
  throw fail('model/foreign-value', { key, got: json[key], supported: names });
}

/** What few formats can say: the fields, and what they must be elsewhere. */
const unusual = {
  logitSoftcap: 0,
  embeddingScale: 1,
  qkNorm: false,
  window: 0,
  attentionScale: undefined,
  attentionSoftcap: undefined,
  block: undefined,
  globalEvery: undefined,
  localRotaryBase: undefined,
  attentionBlock: undefined,
  attentionStride: undefined,
  linearAttention: undefined,
  prefix: undefined,
  experts: undefined,
  crossAttention: undefined,
  headScale: undefined,
  headBias: undefined,
} as const;

/** Checks that none but the `said` of the unusual fields is used, and gives the check for the rest. */
export function expressible(
  format: string,
  config: DecoderConfig,
  said: readonly (keyof typeof unusual)[] = [],
) {
  const needs = (key: string, expected: string, holds: boolean, got: unknown): void => {
    if (!holds) throw fail('model/foreign-export', { format, key, expected, got });
  };
  for (const [key, usual] of Object.entries(unusual) as [keyof typeof unusual, unknown][]) {
    if (!said.includes(key)) needs(key, `${usual ?? 'its default'}`, config[key] === usual, config[key]);
  }
  return needs;
}
