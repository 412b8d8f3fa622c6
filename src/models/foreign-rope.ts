/** How Hugging Face's configs say that rotary positions are stretched. */

import type { RotaryConfig } from '../nn/index.ts';
import { type ForeignJson, requireValue } from './foreign-format.ts';

/** How a foreign config stretches rotary positions. */
export function scalingOf(rope: ForeignJson): Pick<RotaryConfig, 'scaling'> {
  const type = rope.rope_type ?? rope.type ?? 'default';
  requireValue({ rope_type: type }, 'rope_type', ['default', 'linear', 'llama3']);
  const factor = rope.factor as number;
  if (type === 'linear') return { scaling: { kind: 'linear', factor } };
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

/** The same in foreign words. */
export function ropeOf(scaling: RotaryConfig['scaling']): ForeignJson {
  if (scaling?.kind === 'linear') return { rope_type: 'linear', factor: scaling.factor };
  if (scaling?.kind !== 'llama3') return { rope_type: 'default' };
  return {
    rope_type: 'llama3',
    factor: scaling.factor,
    low_freq_factor: scaling.lowFrequency,
    high_freq_factor: scaling.highFrequency,
    original_max_position_embeddings: scaling.originalContext,
  };
}
