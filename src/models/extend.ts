/** A trained model for texts longer than those it was trained on: its positions stretched, its weights as they are. */

import type { RotaryConfig } from '../nn/index.ts';
import type { DecoderConfig } from './config.ts';
import { fail } from './errors.ts';
import { limits } from './limits.ts';

export interface Extension {
  readonly kind: ExtensionKind;
  /** So many times the context it was trained on. */
  readonly factor: number;
}

type Scaling = NonNullable<RotaryConfig['scaling']>;

/** What becomes of rotary positions. */
const scalings = {
  /** They go on as they are; so do ALiBi's, which are made for it (Press et al. 2022), and any that need no table. */
  none: () => undefined,
  /** Position interpolation (Chen et al. 2023). */
  linear: (factor) => ({ kind: 'linear', factor }),
  /** A larger base (bloc97 2023, "NTK-aware"). */
  ntk: (factor) => ({ kind: 'ntk', factor }),
  /** By parts, with sharper scores (Peng et al. 2024). */
  yarn: (factor, originalContext) => ({ kind: 'yarn', factor, originalContext }),
} as const satisfies {
  readonly [kind: string]: (factor: number, originalContext: number) => Scaling | undefined;
};

export type ExtensionKind = keyof typeof scalings;
export const extensionKinds = Object.keys(scalings) as readonly ExtensionKind[];

/**
 * The config of the same weights with a context `factor` times as long.
 * @throws for positions that were learnt for a place each, that are stretched already, or that are not rotary, but for `none`.
 */
export function extended(config: DecoderConfig, { kind, factor }: Extension): DecoderConfig {
  const { contextLength, positions } = config;
  const { extensionFactor: most } = limits;
  if (!(factor >= 1 && factor <= most)) throw fail('model/extend-factor', { factor, most });
  const longer = { ...config, contextLength: Math.floor(contextLength * factor) };
  if (positions.kind === 'learned') throw fail('model/extend-learned', { contextLength });
  if (kind === 'none') return longer;
  if (positions.kind !== 'rotary') throw fail('model/extend-positions', { kind, positions: positions.kind });
  if (positions.scaling) throw fail('model/extend-twice', { kind, scaling: positions.scaling.kind });
  return { ...longer, positions: { ...positions, scaling: scalings[kind](factor, contextLength) } };
}
