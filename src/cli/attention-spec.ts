/** What `--attention` says: `full`, `linear`, `window:256`, `block:64`, `strided:64`. */

import type { DecoderOptions } from '../models/index.ts';
import { fail } from './errors.ts';

/** The field of a decoder's config that each kind sets. */
const fields = { window: 'window', block: 'attentionBlock', strided: 'attentionStride' } as const;

type Kind = keyof typeof fields;
export type AttentionSettings = Pick<DecoderOptions, (typeof fields)[Kind] | 'linearAttention'>;

/** @throws for another kind, or a size that is no whole number of at least 2. */
export function parseAttention(spec: string): AttentionSettings {
  if (spec === 'full') return {};
  if (spec === 'linear') return { linearAttention: true };
  const [, kind = '', size] = spec.match(/^(\w+):(\d+)$/) ?? [];
  if (Object.hasOwn(fields, kind) && Number(size) >= 2) return { [fields[kind as Kind]]: Number(size) };
  const kinds = ['full', 'linear', ...Object.keys(fields).map((name) => `${name}:64`)];
  throw fail('cli/value', {
    command: 'train',
    option: '--attention',
    rule: `like ${kinds.join(', ')}, with a size of at least 2`,
    zhRule: `形如 ${kinds.join('、')}，数值不小于 2`,
    got: spec,
  });
}
