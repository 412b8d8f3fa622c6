/** How Hugging Face's configs say that rotary positions are stretched. */

import type { RotaryConfig } from '../nn/index.ts';
import { fail } from './errors.ts';
import { type ForeignJson, requireValue } from './foreign-format.ts';

/** How a foreign config stretches rotary positions. */
export function scalingOf(rope: ForeignJson): Pick<RotaryConfig, 'scaling'> {
  const type = rope.rope_type ?? rope.type ?? 'default';
  requireValue({ rope_type: type }, 'rope_type', ['default', 'linear', 'llama3', 'yarn']);
  const factor = rope.factor as number;
  if (type === 'linear') return { scaling: { kind: 'linear', factor } };
  if (type === 'yarn') return { scaling: yarnOf(rope) };
  if (type !== 'llama3') return {};
  return {
    scaling: {
      kind: 'llama3',
      factor,
      lowFrequency: rope.low_freq_factor as number,
      highFrequency: rope.high_freq_factor as number,
      originalContext: rope.original_max_position_embeddings as number,
    },
  };
}

/** What YaRN's fields say; those of DeepSeek's variant are refused, and the context trained on must be there. */
function yarnOf(rope: ForeignJson): RotaryConfig['scaling'] {
  for (const key of ['mscale', 'mscale_all_dim']) requireValue(rope, key, [undefined]);
  requireValue(rope, 'truncate', [undefined, true]);
  const number = (key: string) => (rope[key] ?? undefined) as number | undefined;
  const originalContext = number('original_max_position_embeddings');
  if (!originalContext) {
    const supported = 'the context that was trained on';
    throw fail('model/foreign-value', { key: 'original_max_position_embeddings', got: undefined, supported });
  }
  const [fastTurns, slowTurns, attentionFactor] = ['beta_fast', 'beta_slow', 'attention_factor'].map(number);
  return {
    kind: 'yarn',
    factor: rope.factor as number,
    originalContext,
    ...(fastTurns !== undefined && { fastTurns }),
    ...(slowTurns !== undefined && { slowTurns }),
    ...(attentionFactor !== undefined && { attentionFactor }),
  };
}

/** The same in foreign words. */
export function ropeOf(scaling: RotaryConfig['scaling']): ForeignJson {
  if (scaling?.kind === 'linear') return { rope_type: 'linear', factor: scaling.factor };
  if (scaling?.kind === 'yarn') {
    const { factor, originalContext, fastTurns, slowTurns, attentionFactor } = scaling;
    return {
      rope_type: 'yarn',
      factor,
      original_max_position_embeddings: originalContext,
      ...(fastTurns !== undefined && { beta_fast: fastTurns }),
      ...(slowTurns !== undefined && { beta_slow: slowTurns }),
      ...(attentionFactor !== undefined && { attention_factor: attentionFactor }),
    };
  }
  if (scaling?.kind !== 'llama3') return { rope_type: 'default' };
  return {
    rope_type: 'llama3',
    factor: scaling.factor,
    low_freq_factor: scaling.lowFrequency,
    high_freq_factor: scaling.highFrequency,
    original_max_position_embeddings: scaling.originalContext,
  };
}
