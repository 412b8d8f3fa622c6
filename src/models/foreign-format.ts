/** What a foreign format must tell, and what the formats share. */

import type { DecoderConfig, DecoderOptions } from './config.ts';
import { fail } from './errors.ts';

export type ForeignJson = { readonly [key: string]: unknown };

/** One foreign tensor: ours, joined along the output axis, and turned to [in, out] where that is the custom. */
export interface ForeignName {
  readonly foreign: string;
  readonly ours: readonly string[];
  readonly transposed?: boolean;
}

/** The names of tensors in a format. */
export interface ForeignNames {
  /** What may stand before every name but the head's, and is left out by some files. */
  readonly prefix: string;
  /** Buffers in files that are no parameters. */
  readonly ignored: RegExp;
  readonly names: (layer: string, ours: string) => readonly ForeignName[];
  readonly outerNames: readonly ForeignName[];
  /** Readers want every bias: those we lack are written as zeros. */
  readonly everyBias?: boolean;
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

/** Checks what no foreign format can say, and gives the check for the rest. */
export function expressible(format: string, config: DecoderConfig) {
  const needs = (key: string, expected: string, holds: boolean, got: unknown): void => {
    if (!holds) throw fail('model/foreign-export', { format, key, expected, got });
  };
  needs('logitSoftcap', '0', !config.logitSoftcap, config.logitSoftcap);
  needs('embeddingScale', '1', config.embeddingScale === 1, config.embeddingScale);
  return needs;
}
