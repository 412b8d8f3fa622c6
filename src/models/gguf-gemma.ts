/**
 * Gemma's class in GGUF files, as llama.cpp reads it (`llama-model.cpp`): what its graphs fix, and the keys for the rest. Files hold
 * the norms' weights whole, unlike Hugging Face's.
 */

import type { GgufValue } from '../io/index.ts';
import type { RotaryConfig } from '../nn/index.ts';
import type { DecoderConfig, DecoderOptions } from './config.ts';
import { expressible } from './foreign-format.ts';

/**
 * Members by what their graphs fix: the layers from one that sees everything to the next (0: all do), the rotary base of the others,
 * and how many layers the largest member has, which divides products by √(width/heads) instead of √headSize.
 */
const members = {
  gemma: { period: 0 },
  gemma2: { period: 2, largest: 46, window: 4096, attentionSoftcap: 50, logitSoftcap: 30 },
  gemma3: { period: 6, largest: 62, localBase: 10_000 },
} as const satisfies { readonly [name: string]: Member };

interface Member {
  readonly period: number;
  readonly largest?: number;
  readonly localBase?: number;
  /** Where a file does not say. */
  readonly window?: number;
  readonly attentionSoftcap?: number;
  readonly logitSoftcap?: number;
}

export type GgufGemmaName = keyof typeof members;

export const isGgufGemma = (name: string): name is GgufGemmaName => Object.hasOwn(members, name);

const keys = {
  window: 'attention.sliding_window',
  period: 'attention.sliding_window_pattern',
  localBase: 'rope.freq_base_swa',
  attentionSoftcap: 'attn_logit_softcapping',
  logitSoftcap: 'final_logit_softcapping',
} as const;

type Sizes = Pick<DecoderConfig, 'width' | 'layers' | 'heads' | 'headSize'>;

/** What products of queries and keys are multiplied by; `undefined`: 1/√headSize. */
function scaleOf({ largest }: Member, { width, layers, heads, headSize }: Sizes): number | undefined {
  const size = layers === largest ? width / heads : headSize;
  return size === headSize ? undefined : 1 / Math.sqrt(size);
}

/** The fields in which Gemma differs from LLaMA. `value` reads a number by its key. */
export function gemmaOptions(
  name: GgufGemmaName,
  value: (key: string) => number | undefined,
  positions: RotaryConfig,
  sizes: Sizes,
): Partial<DecoderOptions> {
  const member: Member = members[name];
  const attentionScale = scaleOf(member, sizes);
  const attentionSoftcap = value(keys.attentionSoftcap) ?? member.attentionSoftcap;
  return {
    activation: 'geglu',
    embeddingScale: Math.sqrt(sizes.width),
    block: name === 'gemma' ? 'preNorm' : 'sandwich',
    logitSoftcap: value(keys.logitSoftcap) ?? member.logitSoftcap ?? 0,
    ...(attentionScale && { attentionScale }),
    ...(attentionSoftcap && { attentionSoftcap }),
    ...windowsOf(member, value, positions, sizes.layers),
  };
}

function windowsOf(
  member: Member,
  value: (key: string) => number | undefined,
  positions: RotaryConfig,
  layers: number,
): Partial<DecoderOptions> {
  const period = value(keys.period) ?? member.period;
  const window = period === 0 ? 0 : (value(keys.window) ?? member.window ?? 0);
  if (!window || period === 1) return { window: 0, positions };
  const base = member.localBase && (value(keys.localBase) ?? member.localBase);
  const isSame = !base || (base === (positions.base ?? 10_000) && !positions.scaling);
  // Where no layer sees everything, the base of those that see a window is the only one.
  if (layers < period) return { window, positions: isSame ? positions : { kind: 'rotary', base } };
  return { window, positions, globalEvery: period, ...(isSame ? {} : { localRotaryBase: base }) };
}

/** The keys in which Gemma differs from LLaMA. @throws `model/foreign-export` for what none says. */
export function gemmaMetadata(name: GgufGemmaName, config: DecoderConfig): [string, GgufValue][] {
  const needs = expressible('GGUF', config, [
    'attentionScale',
    'attentionSoftcap',
    'block',
    'embeddingScale',
    'globalEvery',
    'localRotaryBase',
    'logitSoftcap',
    'qkNorm',
    'window',
  ]);
  const member: Member = members[name];
  const { attentionScale, attentionSoftcap, logitSoftcap, window, bias, positions } = config;
  const rotary = positions as RotaryConfig;
  needs('window', 'given', window > 0 || !member.window, window);
  const isPlain = rotary.scaling === undefined || rotary.scaling.kind === 'linear';
  needs('positions.scaling', 'none or linear', isPlain, rotary.scaling?.kind);
  needs('bias', 'false', !bias.queryKeyValue && !bias.attentionOutput && !bias.ffn, bias);
  const scale = scaleOf(member, config);
  const isScale = Math.abs((attentionScale ?? 0) / (scale ?? 1 / Math.sqrt(config.headSize)) - 1) < 1e-6;
  needs('attentionScale', `${scale ?? 'its default'}`, attentionScale === scale || isScale, attentionScale);
  const hasCaps = member.attentionSoftcap !== undefined;
  needs(
    'attentionSoftcap',
    hasCaps ? 'given' : 'its default',
    !attentionSoftcap !== hasCaps,
    attentionSoftcap,
  );
  needs('logitSoftcap', hasCaps ? 'given' : '0', !logitSoftcap !== hasCaps, logitSoftcap);
  // NOTE: of these two the file's reader knows one value only, so that it must come out of an empty file again.
  const said = windowsOf(member, (key) => (key === keys.window ? window : undefined), rotary, config.layers);
  for (const key of ['globalEvery', 'localRotaryBase'] as const) {
    needs(key, `${said[key] ?? 'its default'}`, config[key] === said[key], config[key]);
  }
  const base = (said.positions as RotaryConfig).base;
  needs('positions.base', `${base}`, rotary.base === base, rotary.base);
  const f32 = (number: number): GgufValue => ({ type: 'f32', value: number });
  const entries: [string, GgufValue][] = [];
  if (window) entries.push([keys.window, { type: 'u32', value: window }]);
  if (attentionSoftcap) entries.push([keys.attentionSoftcap, f32(attentionSoftcap)]);
  if (logitSoftcap) entries.push([keys.logitSoftcap, f32(logitSoftcap)]);
  return entries;
}
