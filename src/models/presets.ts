/** Named configs. Anything in them can be changed on the way: the vocabulary usually is. */

import { nearest } from '../errors.ts';
import { type DecoderConfig, type DecoderOptions, decoderConfig } from './config.ts';
import { fail } from './errors.ts';

const table = {
  /** For tests: a few thousand parameters. */
  nano: { vocabSize: 64, contextLength: 32, width: 32, layers: 2, heads: 2 },
  /** nanoGPT's CPU config for Tiny Shakespeare. */
  'shakespeare-cpu': { vocabSize: 65, contextLength: 64, width: 128, layers: 4, heads: 4 },
  /** nanoGPT's GPU config for Tiny Shakespeare. */
  shakespeare: { vocabSize: 65, contextLength: 256, width: 384, layers: 6, heads: 6, dropout: 0.2 },
  /** Classical Chinese poems, one character or so a token. */
  poem: { vocabSize: 6000, contextLength: 128, width: 256, layers: 6, heads: 8, norm: { bias: true } },
  /** GPT-2, 124 million parameters (Radford et al. 2019). */
  'gpt2-small': {
    vocabSize: 50257,
    contextLength: 1024,
    width: 768,
    layers: 12,
    heads: 12,
    activation: 'geluTanh',
    bias: true,
  },
} as const satisfies { readonly [name: string]: DecoderOptions };

export type PresetName = keyof typeof table;
export const presetNames = Object.keys(table) as readonly PresetName[];

/**
 * The config of a preset, with changes.
 *
 * @example preset('poem', { vocabSize: tokenizer.vocabSize })
 */
export function preset(name: string, changes: Partial<DecoderOptions> = {}): DecoderConfig {
  if (!Object.hasOwn(table, name)) {
    throw fail('model/preset', { name, known: presetNames.join(', '), near: nearest(name, presetNames) });
  }
  return decoderConfig({ ...table[name as PresetName], ...changes });
}
